import { closeSync, constants, existsSync, openSync, readSync, writeSync } from "node:fs";
import test from "ava";
import { SerialPort } from "serialport";
import { PtyLine } from "../../../boards/virtual/pty-line.js";
import { openPtyDescriptors } from "../../../boards/virtual/pty-pair.js";

/** Every byte there is, several times: a terminal would change or swallow some of them. */
const EVERY_BYTE = Uint8Array.from({ length: 1_024 }, (_, index) => (index * 7) & 0xff);

function openPort(path: string): Promise<SerialPort> {
  const port = new SerialPort({ path, baudRate: 115_200, hupcl: false, autoOpen: false });
  return new Promise((resolve, reject) => {
    port.open((error) => (error ? reject(error) : resolve(port)));
  });
}

function collect(onBytes: (push: (bytes: Uint8Array) => void) => void, length: number): Promise<Buffer> {
  return new Promise((resolve) => {
    let all = Buffer.alloc(0);
    onBytes((bytes) => {
      all = Buffer.concat([all, bytes]);
      if (all.length >= length) resolve(all);
    });
  });
}

test.serial("a real serial port opens the path, and every byte goes both ways unchanged", async (t) => {
  let push: (bytes: Uint8Array) => void = () => {};
  const line = await PtyLine.open((bytes) => push(bytes));
  const port = await openPort(line.path);
  const atCard = collect((onBytes) => {
    push = onBytes;
  }, EVERY_BYTE.length);
  const atHost = collect((onBytes) => port.on("data", onBytes), EVERY_BYTE.length);
  port.write(Buffer.from(EVERY_BYTE));
  t.true(line.write(EVERY_BYTE));
  t.deepEqual(await atCard, Buffer.from(EVERY_BYTE));
  t.deepEqual(await atHost, Buffer.from(EVERY_BYTE));
  await new Promise((resolve) => port.close(resolve));
  await line.close();
});

test.serial("the line outlives a host that closes, and the next one finds it working", async (t) => {
  let push: (bytes: Uint8Array) => void = () => {};
  const line = await PtyLine.open((bytes) => push(bytes));
  for (const text of ["first", "second"]) {
    const port = await openPort(line.path);
    const atCard = collect((onBytes) => {
      push = onBytes;
    }, text.length);
    port.write(text);
    t.is((await atCard).toString(), text);
    await new Promise((resolve) => port.close(resolve));
  }
  await line.close();
});

test.serial("closing the line is an unplug for the host, and leaves no descriptor open", async (t) => {
  const before = openPtyDescriptors().length;
  const line = await PtyLine.open(() => {});
  const host = openSync(line.path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  t.throws(() => readSync(host, Buffer.alloc(1)), { code: "EAGAIN" });
  await Promise.all([line.close(), line.close()]);
  t.is(readSync(host, Buffer.alloc(1)), 0, "the end of the line");
  t.throws(() => writeSync(host, "x"), { code: "EIO" });
  closeSync(host);
  t.false(existsSync(line.path));
  t.false(line.write(Uint8Array.of(1)));
  t.is(openPtyDescriptors().length, before);
});

test.serial("a host that does not read costs frames, never memory and never the rig's time", async (t) => {
  const line = await PtyLine.open(() => {});
  const frame = new Uint8Array(200).fill(1);
  let taken = 0;
  while (line.write(frame)) {
    taken += 1;
    t.true(taken < 10_000, "it takes without end");
  }
  t.true(line.room() < frame.length);
  // A host comes late: it gets whole frames in their order, and then there is room again.
  const port = await openPort(line.path);
  const read = collect((onBytes) => port.on("data", onBytes), 1);
  // Opening may have thrown away what the system held; one more frame is there for sure.
  await new Promise<void>((resolve) => {
    const retry = (): void => {
      if (line.write(frame)) resolve();
      else setImmediate(retry);
    };
    port.on("data", () => {});
    retry();
  });
  t.true((await read).every((byte) => byte === 1));
  await new Promise((resolve) => port.close(resolve));
  await line.close();
});
