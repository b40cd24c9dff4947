import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import {
  Deliveries,
  type Delivery,
  DeliveryFileError,
  DeliveryFileWriter,
  readDeliveryFile,
  readDeliveryFiles,
} from "../../../scripts/checker/index.js";

function scratch(t: ExecutionContext): string {
  const directory = mkdtempSync(join(tmpdir(), "seqcard-checker-"));
  t.teardown(() => rmSync(directory, { recursive: true }));
  return directory;
}

function record(index: number, host: number): Delivery {
  const at = BigInt(index);
  return { host, caller: index % 7, requestedAtNs: at, deliveredAtNs: at + 5n, number: 2n ** 62n + at };
}

function write(path: string, host: number, count: number): void {
  const writer = new DeliveryFileWriter(path, host);
  for (let index = 0; index < count; index += 1) {
    const { caller, requestedAtNs, deliveredAtNs, number } = record(index, host);
    writer.append(caller, requestedAtNs, deliveredAtNs, number);
  }
  writer.close();
  writer.close();
}

test("what is written is read, across many buffers", (t) => {
  const path = join(scratch(t), "host");
  write(path, 3, 10_000);
  const deliveries = new Deliveries();
  t.is(readDeliveryFile(path, deliveries), 0);
  t.is(deliveries.length, 10_000);
  t.deepEqual(
    [...deliveries],
    Array.from({ length: 10_000 }, (_, index) => record(index, 3)),
  );
});

test("a file of no deliveries, and one of exactly one buffer, are read", (t) => {
  const directory = scratch(t);
  write(join(directory, "none"), 1, 0);
  write(join(directory, "full"), 1, 4096);
  t.is(readDeliveryFiles([join(directory, "none")]).deliveries.length, 0);
  t.is(readDeliveryFiles([join(directory, "full")]).deliveries.length, 4096);
});

test("several hosts' files are read into one, each delivery with its host", (t) => {
  const directory = scratch(t);
  const paths = [1, 2, 3].map((host) => join(directory, `${host}`));
  for (const [index, path] of paths.entries()) write(path, index + 1, 2);
  const { deliveries, tornBytes } = readDeliveryFiles(paths);
  t.is(tornBytes, 0);
  t.deepEqual(
    [...deliveries].map((delivery) => delivery.host),
    [1, 1, 2, 2, 3, 3],
  );
});

test("cut at any byte of its end, a file still gives every whole record", (t) => {
  const path = join(scratch(t), "cut");
  write(path, 1, 3);
  const whole = statSync(path).size;
  for (let size = whole; size >= whole - 96; size -= 1) {
    truncateSync(path, size);
    const deliveries = new Deliveries();
    t.is(readDeliveryFile(path, deliveries), (size - 16) % 32);
    t.is(deliveries.length, Math.floor((size - 16) / 32));
  }
});

test("a file without a whole header, or of another kind, is refused with its name", (t) => {
  const path = join(scratch(t), "other");
  for (const content of [Buffer.alloc(0), Buffer.alloc(15), Buffer.from("no such file of deliveries")]) {
    writeFileSync(path, content);
    const error = t.throws(() => readDeliveryFile(path, new Deliveries()), { instanceOf: DeliveryFileError });
    t.is(error?.code, "NOT_A_DELIVERY_FILE");
    t.true(error?.message.includes(path));
  }
});

test("a file of the other byte order is refused as such", (t) => {
  const path = join(scratch(t), "swapped");
  write(path, 1, 1);
  writeFileSync(path, readFileSync(path).swap64());
  const error = t.throws(() => readDeliveryFile(path, new Deliveries()), { instanceOf: DeliveryFileError });
  t.is(error?.code, "OTHER_BYTE_ORDER");
});

test("flushed records are there although the writer was never closed", (t) => {
  const path = join(scratch(t), "killed");
  const writer = new DeliveryFileWriter(path, 1);
  t.teardown(() => writer.close());
  writer.append(1, 2n, 3n, 4n);
  t.is(readDeliveryFiles([path]).deliveries.length, 0);
  writer.flush();
  t.deepEqual(
    [...readDeliveryFiles([path]).deliveries],
    [{ host: 1, caller: 1, requestedAtNs: 2n, deliveredAtNs: 3n, number: 4n }],
  );
});

test("there is no delivery outside of what was appended", (t) => {
  const deliveries = Deliveries.of([record(0, 1)]);
  t.throws(() => deliveries.at(1), { instanceOf: RangeError });
  t.throws(() => deliveries.at(-1), { instanceOf: RangeError });
});
