import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { FileFlash, MemoryFlash } from "../../../boards/virtual/card-flash.js";
import { RigError } from "../../../boards/virtual/rig-error.js";
import { RECORD_BLANK, RECORD_DAMAGED, RECORD_FOUND } from "../../../firmware/storage/record-store.js";

function makeFolder(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), "seqcard-test-"));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test("memory keeps a copy of the newest record", (t) => {
  const flash = new MemoryFlash();
  t.is(flash.state, RECORD_BLANK);
  const record = Uint8Array.of(1, 2, 3);
  flash.write(record);
  record[0] = 9;
  t.is(flash.state, RECORD_FOUND);
  t.deepEqual(flash.record, Uint8Array.of(1, 2, 3));
});

test("a file keeps the newest record beyond the process", (t) => {
  const path = join(makeFolder(t), "deeper", "card1.flash");
  const flash = new FileFlash(path);
  t.is(flash.state, RECORD_BLANK);
  flash.write(Uint8Array.of(1, 2, 3));
  flash.write(Uint8Array.of(4, 5));
  const again = new FileFlash(path);
  t.is(again.state, RECORD_FOUND);
  t.deepEqual(again.record, Uint8Array.of(4, 5));
  t.deepEqual(readdirSync(join(path, "..")), ["card1.flash"], "no half-written file is left");
});

test("a file that was cut or changed anywhere is damaged, never blank and never believed", (t) => {
  const path = join(makeFolder(t), "card1.flash");
  new FileFlash(path).write(Uint8Array.of(1, 2, 3, 4));
  const whole = readFileSync(path);
  for (let length = 0; length < whole.length; length += 1) {
    writeFileSync(path, whole.subarray(0, length));
    t.is(new FileFlash(path).state, RECORD_DAMAGED, `cut to ${length} bytes`);
  }
  for (let index = 0; index < whole.length; index += 1) {
    const changed = Buffer.from(whole);
    changed[index] = (changed[index] as number) ^ 0x10;
    writeFileSync(path, changed);
    t.is(new FileFlash(path).state, RECORD_DAMAGED, `byte ${index} changed`);
  }
  writeFileSync(path, Buffer.alloc(1_000));
  t.is(new FileFlash(path).state, RECORD_DAMAGED, "too long");
});

test("a folder that cannot be one is refused with a code", (t) => {
  const folder = makeFolder(t);
  writeFileSync(join(folder, "file"), "");
  const error = t.throws<RigError>(() => new FileFlash(join(folder, "file", "card1.flash")), {
    instanceOf: RigError,
  });
  t.is(error?.code, "STORAGE_FAILED");
});
