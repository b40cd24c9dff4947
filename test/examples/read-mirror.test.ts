import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import test, { type ExecutionContext } from "ava";
import { findProgram } from "../../scripts/processes/find-program.js";
import { temporaryDirectory } from "../host-bridge/daemon/daemon-bench.js";
import { CARD, openMirror, turn } from "../host-bridge/daemon/mirror-bench.js";

const EXAMPLES = fileURLToPath(new URL("../../../examples/", import.meta.url));
const HEADER_BYTES = 64;
const ENTRY_BYTES = 128;

/** In the background: a compiler must not hold up another test. */
const run = promisify(execFile);

interface Example {
  readonly language: string;
  readonly needs: string;
  /** Reads while a writer writes: a second or so. */
  readonly reads: number;
  /** @returns the command that runs it. */
  prepare(t: ExecutionContext): Promise<readonly string[]>;
}

const EXAMPLE_READERS: readonly Example[] = [
  {
    language: "C",
    needs: "cc",
    reads: 100_000,
    async prepare(t) {
      const program = join(temporaryDirectory(t), "read-mirror");
      await run("cc", ["-O2", "-Wall", "-Wextra", "-Werror", "-o", program, join(EXAMPLES, "read-mirror.c")]);
      return [program];
    },
  },
  {
    language: "Python",
    needs: "python3",
    reads: 3_000,
    prepare: async () => ["python3", join(EXAMPLES, "read_mirror.py")],
  },
];

/** A mirror of two cards into which these numbers were written, one more for the second card where there is one. */
async function mirrorOf(t: ExecutionContext, numbers: readonly bigint[], cards = [3, 7]): Promise<string> {
  const path = join(temporaryDirectory(t), "mirror");
  const mirror = openMirror({ memoryPath: path });
  for (const number of numbers) {
    for (const [entry, id] of cards.entries()) mirror.raise(entry, { ...CARD, id }, number + BigInt(entry));
    await turn();
  }
  await mirror.close();
  return path;
}

for (const { language, needs, reads, prepare } of EXAMPLE_READERS) {
  const testWith = findProgram(needs) === undefined ? test.skip : test;
  const named = (what: string): string => `the ${language} example ${what} (needs ${needs})`;

  testWith(named("prints the newest number of each card"), async (t) => {
    const [program = "", ...args] = await prepare(t);
    const path = await mirrorOf(t, [5n, 6n, 2n ** 62n + 1n]);
    const newest = "card 3 newest 4611686018427387905\ncard 7 newest 4611686018427387906\n";
    t.is((await run(program, [...args, path])).stdout, newest);
  });

  testWith(named("leaves out a card that has no number yet"), async (t) => {
    const [program = "", ...args] = await prepare(t);
    t.is((await run(program, [...args, await mirrorOf(t, [5n], [3])])).stdout, "card 3 newest 5\n");
    t.is((await run(program, [...args, await mirrorOf(t, [], [])])).stdout, "");
  });

  testWith(named("says what is no mirror, cut short, or damaged for good"), async (t) => {
    const [program = "", ...args] = await prepare(t);
    const path = await mirrorOf(t, [5n, 6n]);
    const whole = readFileSync(path);
    const damaged = Buffer.from(whole);
    damaged.fill(0x55, HEADER_BYTES, HEADER_BYTES + ENTRY_BYTES);
    const otherVersion = Buffer.from(whole);
    otherVersion.writeUInt32LE(2, 8);
    for (const [content, message] of [
      [Buffer.alloc(4_096, "text"), "no mirror\n"],
      [Buffer.alloc(0), "no mirror\n"],
      [otherVersion, "no mirror\n"],
      [whole.subarray(0, -1), "cut short\n"],
      [damaged, "damaged\n"],
    ] as const) {
      writeFileSync(path, content);
      await t.throwsAsync(run(program, [...args, path]), { code: 1, message: new RegExp(message) } as object);
    }
  });

  testWith(named("reads while a writer writes, and never a torn, an older or no number"), async (t) => {
    t.timeout(240_000);
    const [program = "", ...args] = await prepare(t);
    const path = await mirrorOf(t, [1n, 2n], [3]);
    const reader = spawn(program, [...args, path, `${reads}`], { stdio: ["ignore", "pipe", "inherit"] });
    t.teardown(() => reader.kill());
    const closed = once(reader, "close");
    let isOver = false;
    closed.then(() => {
      isOver = true;
    });
    let last = 0n;
    let lines = 0;
    createInterface({ input: reader.stdout }).on("line", (line) => {
      const newest = BigInt(/^card 3 newest (\d+)$/.exec(line)?.[1] ?? -1);
      if (newest < last) t.fail(`${line} after ${last}`);
      last = newest;
      lines += 1;
    });
    // The daemon's writer, and a faulty one that tears both slots of the record for a moment.
    for (let number = 2n; !isOver; number += 1n) {
      const mirror = openMirror({ memoryPath: path });
      for (const end = number + 20n; number < end; number += 1n) {
        mirror.raise(0, CARD, number);
        await turn();
      }
      await mirror.close();
      tearForAMoment(path);
    }
    t.deepEqual(await closed, [0, null]);
    t.is(lines, reads);
    t.log(`the newest number went from 1 to ${last} meanwhile`);
  });
}

function tearForAMoment(path: string): void {
  const whole = readFileSync(path);
  const file = openSync(path, "r+");
  const torn = Buffer.from(whole);
  for (const at of [10, 74]) torn.writeUInt8(0xff ^ torn.readUInt8(HEADER_BYTES + at), HEADER_BYTES + at);
  writeSync(file, torn, 0, torn.length, 0);
  writeSync(file, whole, 0, whole.length, 0);
  closeSync(file);
}
