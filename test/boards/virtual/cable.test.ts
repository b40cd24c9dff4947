import test from "ava";
import {
  CableDirection,
  CableEnd,
  type CableSettings,
  DEFAULT_CABLE,
} from "../../../boards/virtual/cable.js";
import { createRandom } from "../../../boards/virtual/random.js";
import { Trace } from "../../../boards/virtual/trace.js";
import { VirtualScheduler } from "../../../boards/virtual/virtual-scheduler.js";
import { MAX_ENCODED_BYTES } from "../../../firmware/wire/constants.js";
import { FrameBuffer } from "../../../firmware/wire/frame-buffer.js";
import { encodeFrame } from "../../../firmware/wire/frame-encoder.js";
import { FRAME_HELLO } from "../../../firmware/wire/frame-types.js";
import { FABRIC_HEADER_BYTES, writeFabricHeader } from "../../../firmware/wire/header.js";

/** A cable of 1,000,000 bit/s on a virtual clock: a byte takes 10 us. */
function layCable(settings: Partial<CableSettings> = {}, seed = 1) {
  const scheduler = new VirtualScheduler();
  const arrived: { timeUs: number; bytes: Uint8Array }[] = [];
  const trace = new Trace();
  const cable = new CableDirection({
    scheduler,
    random: createRandom(seed),
    settings: { ...DEFAULT_CABLE, bitRate: 1_000_000, ...settings },
    from: "card1",
    to: "card2",
    trace,
    deliver: (bytes) => arrived.push({ timeUs: scheduler.now(), bytes }),
  });
  return { arrived, cable, scheduler, trace };
}

const frameOf = (length: number, fill = 7): Uint8Array => new Uint8Array(length).fill(fill);

test("a frame arrives when its last bit has", (t) => {
  const { arrived, cable, scheduler } = layCable({ delayUs: 3 });
  t.true(cable.write(frameOf(20)));
  scheduler.runUntil(202);
  t.is(arrived.length, 0);
  scheduler.runUntil(203);
  t.deepEqual(arrived, [{ timeUs: 203, bytes: frameOf(20) }]);
});

test("frames queue behind one another and keep their order", (t) => {
  const { arrived, cable, scheduler } = layCable({ jitterUs: 500 });
  for (let fill = 1; fill <= 20; fill += 1) t.true(cable.write(frameOf(10, fill)));
  scheduler.runUntil(10_000);
  t.deepEqual(
    arrived.map(({ bytes }) => bytes[0]),
    Array.from({ length: 20 }, (_, index) => index + 1),
  );
  arrived.forEach(({ timeUs }, index) => {
    t.true(timeUs >= (index + 1) * 100);
    t.true(timeUs <= (index + 1) * 100 + 500);
  });
});

test("a full send buffer refuses a frame whole, and has room again as bytes leave", (t) => {
  const { arrived, cable, scheduler } = layCable({ sendBufferBytes: 300 });
  t.is(cable.room(), 300);
  t.true(cable.write(frameOf(200)));
  t.is(cable.room(), 100);
  t.false(cable.write(frameOf(101)));
  t.true(cable.write(frameOf(100)));
  t.is(cable.room(), 0);
  scheduler.runUntil(1_000);
  t.is(cable.room(), 100);
  t.true(cable.write(frameOf(100)));
  scheduler.runUntil(10_000);
  t.deepEqual(
    arrived.map(({ timeUs }) => timeUs),
    [2_000, 3_000, 4_000],
  );
  t.is(cable.room(), 300);
});

test("a receiver at another rate than the sender hears noise, and within four in a hundred every byte", (t) => {
  for (const [bitRate, isGood] of [
    [1_039_000, true],
    [961_000, true],
    [1_050_000, false],
    [500_000, false],
    [4_000_000, false],
  ] as const) {
    const { arrived, cable, scheduler } = layCable();
    cable.setReceiveRate(bitRate);
    cable.write(frameOf(20));
    scheduler.runUntil(1_000);
    const [first] = arrived;
    t.is(first?.timeUs, 200);
    t.is(Buffer.from(first?.bytes ?? []).equals(frameOf(20)), isGood, `at ${bitRate}`);
    if (bitRate === 500_000) t.is(first?.bytes.length, 10);
    if (bitRate === 4_000_000) t.is(first?.bytes.length, 80);
  }
});

test("what waits when the sender's rate changes leaves at the new one; what is leaving does not", (t) => {
  const { arrived, cable, scheduler } = layCable();
  for (let fill = 1; fill <= 3; fill += 1) cable.write(frameOf(10, fill));
  scheduler.runUntil(50);
  cable.setSendRate(2_000_000);
  t.is(cable.room(), DEFAULT_CABLE.sendBufferBytes - 30, "100 us of 2 Mbit/s, and 50 us of 1 Mbit/s");
  cable.setReceiveRate(2_000_000);
  scheduler.runUntil(1_000);
  t.deepEqual(
    arrived.map(({ timeUs }) => timeUs),
    [100, 150, 200],
  );
  t.notDeepEqual(arrived[0]?.bytes, frameOf(10, 1), "torn: the receiver changed in the midst of it");
  t.deepEqual(arrived[1]?.bytes, frameOf(10, 2));
  t.deepEqual(arrived[2]?.bytes, frameOf(10, 3));
});

test("above the rate up to which it is good a cable garbles, and not below", (t) => {
  const { arrived, cable, scheduler } = layCable({ cleanBitRate: 2_000_000 });
  let garbled = 0;
  for (const bitRate of [2_000_000, 2_000_001]) {
    cable.setSendRate(bitRate);
    cable.setReceiveRate(bitRate);
    arrived.length = 0;
    for (let round = 0; round < 100; round += 1) {
      cable.write(frameOf(100));
      scheduler.runUntil(scheduler.now() + 1_000);
    }
    garbled = arrived.filter(({ bytes }) => !Buffer.from(bytes).equals(frameOf(100))).length;
    if (bitRate === 2_000_000) t.is(garbled, 0);
  }
  t.true(garbled > 30 && garbled < 95, `${garbled} of 100`);
});

test("an end that loses its power has its own rate again, both ways", (t) => {
  const { arrived, cable, scheduler } = layCable();
  const back = layCable();
  const end = new CableEnd(cable, back.cable, 1_000_000);
  end.setBitRate(2_000_000);
  end.forget();
  end.write(frameOf(10));
  scheduler.runUntil(100);
  back.cable.write(frameOf(10));
  back.scheduler.runUntil(100);
  t.deepEqual(arrived, [{ timeUs: 100, bytes: frameOf(10) }]);
  t.deepEqual(back.arrived, [{ timeUs: 100, bytes: frameOf(10) }]);
});

test("loss takes whole frames, the same for the same seed", (t) => {
  const run = (seed: number): number[] => {
    const { arrived, cable, scheduler } = layCable({ loss: 0.3 }, seed);
    for (let fill = 0; fill < 200; fill += 1) {
      cable.write(frameOf(10, fill));
      scheduler.runUntil((fill + 1) * 100);
    }
    return arrived.map(({ bytes }) => bytes[0] as number);
  };
  const arrived = run(5);
  t.deepEqual(run(5), arrived);
  t.notDeepEqual(run(6), arrived);
  t.true(arrived.length > 110 && arrived.length < 170, `${arrived.length} of 200 arrived`);
});

test("garble changes bytes in a copy, never the sender's", (t) => {
  const { arrived, cable, scheduler } = layCable({ garble: 0.05 }, 3);
  // A Buffer's own slice would be no copy.
  const sent = Buffer.from(frameOf(1_000, 0x55));
  t.true(cable.write(sent));
  scheduler.runUntil(100_000);
  t.true(sent.every((byte) => byte === 0x55));
  const bytes = arrived[0]?.bytes as Uint8Array;
  const changed = bytes.filter((byte) => byte !== 0x55).length;
  t.true(changed > 20 && changed < 90, `${changed} of 1000 bytes changed`);
});

test("every byte garbled differs from what was sent", (t) => {
  const { arrived, cable, scheduler } = layCable({ garble: 1 });
  cable.write(frameOf(500, 0));
  scheduler.runUntil(100_000);
  t.true(arrived[0]?.bytes.every((byte) => byte !== 0));
});

test("a cut cable swallows what is under way and what comes, until it is mended", (t) => {
  const { arrived, cable, scheduler } = layCable();
  cable.write(frameOf(10, 1));
  scheduler.runUntil(50);
  cable.cut = true;
  t.true(cable.write(frameOf(10, 2)), "the sender does not notice");
  scheduler.runUntil(150);
  cable.cut = false;
  cable.write(frameOf(10, 3));
  scheduler.runUntil(1_000);
  t.deepEqual(
    arrived.map(({ bytes }) => bytes[0]),
    [3],
  );
});

test("a sender without power sends nothing more, and its buffer is empty", (t) => {
  const { arrived, cable, scheduler } = layCable();
  cable.write(frameOf(100));
  cable.forget();
  t.is(cable.room(), DEFAULT_CABLE.sendBufferBytes);
  scheduler.runUntil(10_000);
  t.deepEqual(arrived, []);
});

test("the trace tells what became of each frame", (t) => {
  const frame = new FrameBuffer();
  writeFabricHeader(frame, FRAME_HELLO, 1, 2, 3, 4);
  frame.length = FABRIC_HEADER_BYTES;
  const encoded = new Uint8Array(MAX_ENCODED_BYTES);
  const bytes = encoded.subarray(0, encodeFrame(frame, encoded, 0));
  const outcomes: string[] = [];
  for (const fault of [{}, { loss: 1 }, { garble: 1 }, { cut: true }]) {
    const { cable, scheduler, trace } = layCable({ ...fault, delayUs: 5 });
    cable.cut = "cut" in fault;
    const end = trace.listen((event) => {
      if (event.event !== "frame") return;
      const { outcome, ...rest } = event;
      outcomes.push(outcome);
      t.deepEqual(rest, {
        event: "frame",
        timeUs: bytes.length * 10 + 5,
        sentUs: 0,
        from: "card1",
        to: "card2",
        type: "HELLO",
        bytes: bytes.length,
        payload: Buffer.from(frame.bytes.subarray(0, frame.length)).toString("hex"),
      });
    });
    cable.write(bytes);
    scheduler.runUntil(1_000);
    end();
    t.false(trace.active);
    cable.write(bytes);
    scheduler.runUntil(2_000);
  }
  t.deepEqual(outcomes, ["delivered", "lost", "garbled", "cut"]);
});
