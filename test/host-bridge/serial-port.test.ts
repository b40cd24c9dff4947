import { execFile } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";
import test, { type ExecutionContext } from "ava";
import { MAX_ENCODED_BYTES } from "../../firmware/wire/constants.js";
import { FrameBuffer } from "../../firmware/wire/frame-buffer.js";
import { encodeFrame } from "../../firmware/wire/frame-encoder.js";
import { FRAME_HOST_MIRROR } from "../../firmware/wire/frame-types.js";
import { writeHostHeader } from "../../firmware/wire/header.js";
import { encodeHostMirror } from "../../firmware/wire/host-frames.js";
import { keepControlLines } from "../../host-bridge/control-lines.js";
import { type OpenOptions, open, type Sequence } from "../../host-bridge/index.js";
import { uint64 } from "../support/layout.js";
import { FakeCard, type HeardRequest } from "./fake-card.js";
import type { FakeCardSettings } from "./fake-card-settings.js";
import { FakePort } from "./fake-port.js";

const run = promisify(execFile);

interface Plugged {
  readonly port: FakePort;
  readonly card: FakeCard;
  open(options?: Partial<OpenOptions>): Promise<Sequence>;
}

function plug(t: ExecutionContext, settings: Partial<FakeCardSettings> = {}): Plugged {
  const port = new FakePort();
  t.teardown(() => port.destroy());
  const card = new FakeCard((frame) => port.send(frame), settings);
  port.onFrame = (frame) => card.receive(frame);
  return {
    port,
    card,
    open: async (options = {}) => {
      const sequence = await open({ path: port.path, ...options });
      t.teardown(() => sequence.close());
      return sequence;
    },
  };
}

/** Resolves when the card has heard `count` requests in all. */
async function heard(plugged: Plugged, count: number): Promise<HeardRequest[]> {
  while (plugged.card.heard.length < count) {
    await new Promise<void>((resolve) => {
      const before = plugged.port.onFrame;
      plugged.port.onFrame = (frame) => {
        plugged.port.onFrame = before;
        before(frame);
        resolve();
      };
    });
  }
  return plugged.card.heard;
}

test("a thousand callers over a real serial port: each its own number, few frames", async (t) => {
  const plugged = plug(t, { next: 2n ** 53n });
  const sequence = await plugged.open();
  const numbers = await Promise.all(Array.from({ length: 1_000 }, () => sequence.next()));
  t.deepEqual(
    numbers,
    Array.from({ length: 1_000 }, (_, index) => 2n ** 53n + BigInt(index)),
  );
  t.is(plugged.card.heard.length, 1);
  t.is(sequence.latest(), 2n ** 53n + 999n);
  await sequence.close();
  t.is((await sequence.closed).code, "CLOSED");
});

test("control characters pass: the terminal does not take them for its own", async (t) => {
  const next = 0x1113_0d0a_7f03_1a04n;
  const plugged = plug(t, { next });
  const sequence = await plugged.open();
  t.is(await sequence.next(), next);
  const status = await sequence.status();
  t.is(status.latest, next);
});

test("garbage, stray text and half frames on the wire do no harm", async (t) => {
  const plugged = plug(t, { manual: true });
  const sequence = await plugged.open();
  const call = sequence.next();
  const [request] = (await heard(plugged, 1)) as [HeardRequest];
  plugged.port.write(Buffer.from("Hello, this is a boot message\r\n"));
  plugged.port.write(Uint8Array.from({ length: 2_000 }, (_, index) => (index * 7_919) % 256));
  const half = new FrameBuffer();
  writeHostHeader(half, FRAME_HOST_MIRROR, request.session);
  encodeHostMirror(half, 1, uint64(77n));
  const bytes = new Uint8Array(MAX_ENCODED_BYTES);
  plugged.port.write(bytes.slice(0, encodeFrame(half, bytes, 0) - 5));
  plugged.card.answer(request);
  t.is(await call, 1n);
  t.is(sequence.latest(), 1n, "the half frame was not believed");
  const { badChecksum, badEncoding, tooLong, tooShort } = sequence.hostCounters.decoder;
  t.true(badChecksum + badEncoding + tooLong + tooShort > 0);
});

test("a card that resets in mid-frame is opened anew, and its callers are served", async (t) => {
  const plugged = plug(t, { manual: true });
  const sequence = await plugged.open();
  const call = sequence.next();
  await heard(plugged, 1);
  plugged.port.write(Uint8Array.of(0, 9, 1, 2));
  plugged.card.reset();
  plugged.card.settings.manual = false;
  t.is(await call, 1n);
  t.is(sequence.hostCounters.session.sessionsLost, 1);
});

test("unplugged and plugged in again: served once, by the same port", async (t) => {
  const plugged = plug(t, { manual: true });
  const sequence = await plugged.open();
  const call = sequence.next();
  const [lost] = (await heard(plugged, 1)) as [HeardRequest];
  const disconnected = once(sequence, "disconnect");
  plugged.port.unplug();
  await disconnected;
  t.false(sequence.ready);
  const during = sequence.nextBlock(4);
  const reconnected = once(sequence, "reconnect");
  plugged.card.reset();
  plugged.port.plugIn();
  await reconnected;
  plugged.card.answer(lost);
  plugged.card.settings.manual = false;
  for (const request of (await heard(plugged, 3)).slice(1)) plugged.card.answer(request);
  t.deepEqual(await Promise.all([call, during]), [2n, { first: 3n, last: 6n }]);
});

test("unplugged without reconnect: DISCONNECTED", async (t) => {
  const plugged = plug(t, { manual: true });
  const sequence = await plugged.open({ reconnect: false });
  const call = t.throwsAsync(sequence.next(), { code: "DISCONNECTED" });
  await heard(plugged, 1);
  plugged.port.unplug();
  await call;
  t.is((await sequence.closed).code, "DISCONNECTED");
  t.throws(() => sequence.nextSync(), { code: "CLOSED" });
});

test("an exhausted card is EXHAUSTED, and the last number is 2^63-1", async (t) => {
  const sequence = await plug(t, { next: 2n ** 63n - 1n }).open();
  t.is(await sequence.next(), 2n ** 63n - 1n);
  await t.throwsAsync(sequence.next(), { code: "EXHAUSTED" });
});

test("a port in use is PORT_BUSY, and free again after close", async (t) => {
  const plugged = plug(t);
  const sequence = await plugged.open();
  await t.throwsAsync(plugged.open(), { code: "PORT_BUSY" });
  t.is(await sequence.next(), 1n, "whoever has it is not disturbed");
  await sequence.close();
  const next = await plugged.open();
  t.is(await next.next(), 2n);
});

test("a device that answers nothing is NOT_A_CARD, and is given back", async (t) => {
  const plugged = plug(t, { silent: true });
  await t.throwsAsync(plugged.open({ openTimeoutMs: 120 }), { code: "NOT_A_CARD" });
  plugged.card.settings.silent = false;
  const sequence = await plugged.open();
  t.is(await sequence.next(), 1n);
});

test("a card of another protocol version is WRONG_VERSION", async (t) => {
  await t.throwsAsync(plug(t, { version: 200 }).open(), { code: "WRONG_VERSION" });
});

for (const [path, code] of [
  ["/dev/no-such-port", "PORT_NOT_FOUND"],
  ["/dev/null", "NOT_A_CARD"],
  ["/", "NOT_A_CARD"],
] as const) {
  test(`${path} is ${code}`, async (t) => {
    const error = await t.throwsAsync(open({ path }), { code });
    t.true(error.message.includes(path));
  });
}

for (const options of [
  { path: "" },
  { path: "/dev/null", baudRate: 1_200 },
  { path: "/dev/null", baudRate: 0.5 },
  { path: "/dev/null", timeoutMs: 0 },
  { path: "/dev/null", openTimeoutMs: Number.NaN },
  { path: "/dev/null", whenNotReady: "panic" as "wait" },
]) {
  test(`open(${JSON.stringify(options)}) is BAD_OPTION`, async (t) => {
    await t.throwsAsync(open(options), { code: "BAD_OPTION" });
  });
}

test("the system is told not to lower DTR and RTS at close", async (t) => {
  const { port } = plug(t);
  const fileOption = process.platform === "linux" ? "-F" : "-f";
  await run("stty", [fileOption, port.path, "hupcl"]);
  await keepControlLines(port.path);
  const { stdout } = await run("stty", [fileOption, port.path, "-a"]);
  t.true(stdout.includes("-hupcl"));
  await t.notThrowsAsync(keepControlLines("/dev/no-such-port"));
});
