import test from "ava";
import { type Arrival, ByteWire } from "../../../../boards/emulated/cable/byte-wire.js";
import type { LineFormat } from "../../../../boards/emulated/chip/sampling.js";
import { type CableSettings, DEFAULT_CABLE } from "../../../../boards/virtual/cable.js";
import { createRandom } from "../../../../boards/virtual/random.js";
import { type FrameEvent, Trace } from "../../../../boards/virtual/trace.js";
import { FrameBuffer } from "../../../../firmware/wire/frame-buffer.js";
import { encodeFrame } from "../../../../firmware/wire/frame-encoder.js";

const FORMAT: LineFormat = { bitNanos: 500, dataBits: 8, parity: "none", stopBits: 1 };

function makeWire(settings: Partial<CableSettings> = {}, trace = new Trace()): ByteWire {
  return new ByteWire({
    settings: { ...DEFAULT_CABLE, ...settings },
    random: createRandom(5),
    from: "card1",
    to: "card2",
    trace,
  });
}

function sendAll(wire: ByteWire, bytes: Iterable<number>, startNanos = 0): void {
  let nanos = startNanos;
  for (const byte of bytes) {
    wire.send(byte, nanos, FORMAT);
    nanos += 5_000;
  }
}

function arriveAll(wire: ByteWire): (Arrival | undefined)[] {
  const arrivals: (Arrival | undefined)[] = [];
  while (wire.nextNanos !== undefined) arrivals.push(wire.arrive());
  return arrivals;
}

function frame(...payload: number[]): Uint8Array {
  const buffer = new FrameBuffer();
  buffer.bytes.set(payload);
  buffer.length = payload.length;
  const bytes = new Uint8Array(300);
  return bytes.slice(0, encodeFrame(buffer, bytes, 0));
}

test("a character arrives when its last bit has, and the delay of the cable later", (t) => {
  const wire = makeWire({ delayUs: 3 });
  const expected: number[] = [];
  wire.onExpected = (nanos) => expected.push(nanos);
  wire.send(0x41, 1_000, FORMAT);
  wire.send(0x42, 6_000, FORMAT);
  t.deepEqual(expected, [9_000]);
  t.is(wire.nextNanos, 9_000);
  t.deepEqual(wire.arrive(), { value: 0x41, format: FORMAT });
  t.is(wire.nextNanos, 14_000);
  t.deepEqual(wire.arrive(), { value: 0x42, format: FORMAT });
  t.is(wire.nextNanos, undefined);
  t.is(wire.arrive(), undefined);
});

test("characters never overtake one another, however the cable jitters", (t) => {
  const wire = makeWire({ jitterUs: 100 });
  sendAll(
    wire,
    Array.from({ length: 50 }, (_, index) => index + 1),
  );
  let last = 0;
  const values: number[] = [];
  while (wire.nextNanos !== undefined) {
    t.true(wire.nextNanos >= last);
    last = wire.nextNanos;
    values.push(wire.arrive()?.value ?? -1);
  }
  t.deepEqual(
    values,
    Array.from({ length: 50 }, (_, index) => index + 1),
  );
});

test("a cut takes what is under way and what comes, until it is mended", (t) => {
  const wire = makeWire();
  sendAll(wire, [1, 2]);
  wire.cut = true;
  sendAll(wire, [3], 10_000);
  wire.cut = false;
  sendAll(wire, [4], 20_000);
  t.deepEqual(
    arriveAll(wire).map((arrival) => arrival?.value),
    [undefined, undefined, undefined, 4],
  );
  t.false(wire.cut);
});

test("a sender that loses its power breaks off the last character only", (t) => {
  const wire = makeWire();
  sendAll(wire, [1, 2]);
  wire.forget();
  t.deepEqual(
    arriveAll(wire).map((arrival) => arrival?.value),
    [1, undefined],
  );
});

test("what reaches a card without power is gone", (t) => {
  const wire = makeWire();
  sendAll(wire, [1, 2, 3]);
  wire.discardUntil(10_000);
  t.is(wire.nextNanos, 15_000);
  t.is(wire.arrive()?.value, 3);
});

test("a cable that loses frames loses them whole", (t) => {
  const wire = makeWire({ loss: 0.5 });
  const sent = Array.from({ length: 40 }, (_, index) => [...frame(index + 1, 9)]);
  sendAll(wire, sent.flat());
  const arrivals = arriveAll(wire);
  let at = 0;
  let whole = 0;
  for (const bytes of sent) {
    // Its first delimiter belongs to what was before.
    const inside = arrivals.slice(at + 1, at + bytes.length - 1);
    const arrived = inside.filter((arrival) => arrival !== undefined).length;
    t.true(arrived === 0 || arrived === inside.length, `${arrived} of ${inside.length}`);
    if (arrived > 0) whole += 1;
    at += bytes.length;
  }
  t.true(whole > 5 && whole < 35, `${whole}`);
});

test("a cable that garbles changes characters, and no more of them than it is told to", (t) => {
  const wire = makeWire({ garble: 0.1 });
  sendAll(
    wire,
    Array.from({ length: 1_000 }, () => 0x55),
  );
  const garbled = arriveAll(wire).filter((arrival) => arrival?.value !== 0x55).length;
  t.true(garbled > 60 && garbled < 140, `${garbled}`);
});

test("the trace shows each frame with its times and what became of it", (t) => {
  const trace = new Trace();
  const events: FrameEvent[] = [];
  trace.listen((event) => {
    if (event.event === "frame") events.push(event);
  });
  const wire = makeWire({}, trace);
  const bytes = frame(1, 2, 1, 2);
  sendAll(wire, bytes, 2_000);
  arriveAll(wire);
  sendAll(wire, bytes, 1_000_000);
  wire.cut = true;
  arriveAll(wire);
  t.is(events.length, 2);
  const lengthUs = bytes.length * 5;
  t.like(events[0], {
    from: "card1",
    to: "card2",
    type: "REQUEST",
    payload: "01020102",
    bytes: bytes.length,
    sentUs: 2,
    timeUs: 2 + lengthUs,
    outcome: "delivered",
  });
  t.like(events[1], { sentUs: 1_000, outcome: "cut" });
});
