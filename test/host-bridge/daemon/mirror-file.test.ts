import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import test from "ava";
import { readMirror } from "../../../host-bridge/index.js";
import { temporaryDirectory } from "./daemon-bench.js";
import { CARD, HeardLog, openMirror, turn } from "./mirror-bench.js";

const ENTRY_BYTES = 128;
const HEADER_BYTES = 64;

/** Writes where a mirror is. */
function overwrite(path: string, offset: number, bytes: Buffer): void {
  const file = openSync(path, "r+");
  writeSync(file, bytes, 0, bytes.length, offset);
  closeSync(file);
}

function otherVersion(): Buffer {
  const header = Buffer.alloc(HEADER_BYTES + ENTRY_BYTES);
  header.write("SEQMIRR1");
  header.writeUInt32LE(2, 8);
  return header;
}

for (const [name, content] of [
  ["text", Buffer.alloc(100_000, "accounts of 1887\n")],
  ["a few bytes", Buffer.from("dear")],
  ["a mirror of another version", otherVersion()],
  ["zeros of more than a mirror's size", Buffer.alloc(100_000)],
] as const) {
  test(`a file that holds something else is left as it is, and told: ${name}`, async (t) => {
    const directory = temporaryDirectory(t);
    const heard = new HeardLog();
    const memoryPath = join(directory, "memory");
    const durablePath = join(directory, "durable");
    for (const path of [memoryPath, durablePath]) writeFileSync(path, content);
    const mirror = openMirror({ memoryPath, durablePath, log: heard.log });
    mirror.raise(0, CARD, 7n);
    await turn();
    await mirror.close();
    for (const path of [memoryPath, durablePath]) t.true(readFileSync(path).equals(content), path);
    t.deepEqual(heard.lines, ["error MIRROR_FAILED memory", "error MIRROR_FAILED durable"]);
  });
}

test("what is no plain file is left alone, and told", async (t) => {
  const directory = temporaryDirectory(t);
  const heard = new HeardLog();
  const durablePath = join(directory, "durable");
  mkdirSync(durablePath);
  const mirror = openMirror({ memoryPath: "/dev/null", durablePath, log: heard.log });
  mirror.raise(0, CARD, 7n);
  await mirror.close();
  t.deepEqual(heard.lines, ["error MIRROR_FAILED memory", "error MIRROR_FAILED durable"]);
});

test("an empty file, and the zeros that a power cut can leave of a new one, become a mirror", async (t) => {
  for (const length of [0, 1, 320]) {
    const memoryPath = join(temporaryDirectory(t), "mirror");
    writeFileSync(memoryPath, Buffer.alloc(length));
    const mirror = openMirror({ memoryPath });
    mirror.raise(0, CARD, 7n);
    await mirror.close();
    t.like(readMirror(memoryPath), [{ newest: 7n }]);
  }
});

test("a damaged mirror is told; what is whole of it is gone on from, and it is whole again", async (t) => {
  const heard = new HeardLog();
  const memoryPath = join(temporaryDirectory(t), "mirror");
  const before = openMirror({ memoryPath });
  before.raise(0, CARD, 100n);
  before.raise(1, { ...CARD, id: 2 }, 200n);
  await before.close();
  overwrite(memoryPath, HEADER_BYTES, Buffer.alloc(ENTRY_BYTES, 0x55));
  t.throws(() => readMirror(memoryPath), { code: "BAD_MIRROR", message: /damaged/ });

  const after = openMirror({ memoryPath, log: heard.log });
  t.deepEqual(heard.lines, ["warn BAD_MIRROR"]);
  after.raise(0, CARD, 50n);
  after.raise(1, { ...CARD, id: 2 }, 60n);
  await after.close();
  t.like(readMirror(memoryPath), [{ newest: 50n }, { newest: 200n }]);
});

test("a mirror that is cut short is told, and its first entries are gone on from", async (t) => {
  const heard = new HeardLog();
  const memoryPath = join(temporaryDirectory(t), "mirror");
  const before = openMirror({ memoryPath });
  before.raise(0, CARD, 100n);
  before.raise(1, { ...CARD, id: 2 }, 200n);
  await before.close();
  truncateSync(memoryPath, HEADER_BYTES + ENTRY_BYTES + 10);
  t.throws(() => readMirror(memoryPath), { code: "BAD_MIRROR", message: /cut short/ });

  const after = openMirror({ memoryPath, log: heard.log });
  await after.close();
  t.deepEqual(heard.lines, ["warn BAD_MIRROR"]);
  t.like(readMirror(memoryPath), [{ newest: 100n }]);
});
