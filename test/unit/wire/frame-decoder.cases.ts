import { FrameDecoder } from "../../../firmware/wire/frame-decoder.js";
import { fromHex } from "../../support/hex.js";
import { payloadOf } from "../../support/layout.js";
import type { Assertions, UnitCase } from "../../support/unit-case.js";

/** Frames whose bytes were worked out apart from the encoder. */
const DIGITS = "000e3132333435363738392639f4cb00";
const DIGITS_PAYLOAD = "313233343536373839";
const ZERO = "0001058def02d200";
const MIXED = "00021101062202ae811c00";

interface Drops {
  badChecksum?: number;
  badEncoding?: number;
  tooLong?: number;
  tooShort?: number;
}

/** A decoder that keeps what it found. */
function listen(): { decoder: FrameDecoder; frames: string[] } {
  const frames: string[] = [];
  return { decoder: new FrameDecoder((frame) => frames.push(payloadOf(frame))), frames };
}

/** Feeds a stream whole, then byte by byte to another decoder: both must find the same. */
function check(t: Assertions, stream: string, payloads: string[], drops: Drops = {}): void {
  const bytes = fromHex(stream);
  const counters = {
    frames: payloads.length,
    badChecksum: drops.badChecksum ?? 0,
    badEncoding: drops.badEncoding ?? 0,
    tooLong: drops.tooLong ?? 0,
    tooShort: drops.tooShort ?? 0,
  };
  const whole = listen();
  whole.decoder.push(bytes, 0, bytes.length);
  t.deepEqual(whole.frames, payloads);
  t.deepEqual({ ...whole.decoder.counters }, counters);

  const slow = listen();
  for (let index = 0; index < bytes.length; index += 1) slow.decoder.push(bytes, index, index + 1);
  t.deepEqual(slow.frames, payloads);
  t.deepEqual({ ...slow.decoder.counters }, counters);
}

export const frameDecoderCases: readonly UnitCase[] = [
  {
    title: "single frames",
    run(t) {
      check(t, DIGITS, [DIGITS_PAYLOAD]);
      check(t, ZERO, ["00"]);
      check(t, MIXED, ["11000022"]);
      check(t, "0006788316dc8c00", ["78"]);
    },
  },
  {
    title: "longest frames: 254 bytes without a zero, and nothing but zeros",
    run(t) {
      check(t, `00ff${"ff".repeat(250)}62493efe00`, ["ff".repeat(250)]);
      check(t, `00${"01".repeat(250)}05c3049a0b00`, ["00".repeat(250)]);
    },
  },
  {
    title: "a block of 255 may be followed by an empty one",
    run(t) {
      check(t, `00ff${"ff".repeat(250)}62493efe0100`, ["ff".repeat(250)]);
    },
  },
  {
    title: "frames back to back, with one delimiter between them, two, or many",
    run(t) {
      check(t, DIGITS + ZERO + MIXED, [DIGITS_PAYLOAD, "00", "11000022"]);
      check(t, `${DIGITS.slice(0, -2)}${ZERO}`, [DIGITS_PAYLOAD, "00"]);
      check(t, `000000${DIGITS}00000000${ZERO}0000`, [DIGITS_PAYLOAD, "00"]);
    },
  },
  {
    title: "delimiters alone are no frames and no faults",
    run(t) {
      check(t, "00".repeat(1000), []);
    },
  },
  {
    title: "the shortest payload is one byte",
    run(t) {
      check(t, "0006788316dc8c00", ["78"]);
      check(t, "00 01 01 01 01 01 01 00", [], { badChecksum: 1 });
      check(t, "00 05 11223344 00", [], { tooShort: 1 });
      check(t, "00 02 11 00", [], { tooShort: 1 });
      check(t, "00 01 00", [], { tooShort: 1 });
    },
  },
  {
    title: "a checksum that is right for an empty payload makes no frame",
    run(t) {
      check(t, "00 01 01 01 01 01 00", [], { tooShort: 1 });
    },
  },
  {
    title: "starting in the middle of a frame, the next one is found",
    run(t) {
      check(t, `3536373839 2639f4cb 00 ${ZERO}`, ["00"], { badEncoding: 1 });
      check(t, `01 05 8def02d2 00 ${DIGITS}`, ["00", DIGITS_PAYLOAD]);
      check(t, `02d200 ${DIGITS}`, [DIGITS_PAYLOAD], { tooShort: 1 });
    },
  },
  {
    title: "half a frame, then a whole one",
    run(t) {
      check(t, `000e31323334 ${ZERO}`, ["00"], { badEncoding: 1 });
      check(t, `000e ${ZERO}`, ["00"], { badEncoding: 1 });
      check(t, `00ff ${ZERO}`, ["00"], { badEncoding: 1 });
    },
  },
  {
    title: "two frames run into one, for want of a delimiter, are dropped as one",
    run(t) {
      check(t, `${DIGITS.slice(0, -2)}${ZERO.slice(2)} ${MIXED}`, ["11000022"], { badChecksum: 1 });
    },
  },
  {
    title: "stray text in front of a frame costs nothing but itself",
    run(t) {
      check(t, `68656c6c6f0d0a ${DIGITS}`, [DIGITS_PAYLOAD], { badEncoding: 1 });
    },
  },
  {
    title: "a flipped bit anywhere is never accepted, and the next frame is found",
    run(t) {
      for (let position = 1; position < 15; position += 1) {
        for (let bit = 0; bit < 8; bit += 1) {
          const bytes = fromHex(DIGITS + ZERO);
          bytes[position] = (bytes[position] as number) ^ (1 << bit);
          const { decoder, frames } = listen();
          decoder.push(bytes, 0, bytes.length);
          t.deepEqual(frames, ["00"], `bit ${bit} of byte ${position}`);
          const { badChecksum, badEncoding, tooLong, tooShort } = decoder.counters;
          t.true(badChecksum + badEncoding + tooLong + tooShort >= 1);
        }
      }
    },
  },
  {
    title: "a wrong checksum byte",
    run(t) {
      check(t, "000e3132333435363738392639f4ca00", [], { badChecksum: 1 });
      check(t, "000e3132333435363738382639f4cb00", [], { badChecksum: 1 });
    },
  },
  {
    title: "too long by one byte, in one block or by a zero",
    run(t) {
      check(t, `00ff${"11".repeat(254)}02220033 00`, [], { tooLong: 1, badEncoding: 1 });
      check(t, `00ff${"11".repeat(254)}0222 ${ZERO}`, ["00"], { tooLong: 1 });
      check(t, `00${"01".repeat(255)} ${ZERO}`, ["00"], { badChecksum: 1 });
      check(t, `00${"01".repeat(256)} ${ZERO}`, ["00"], { tooLong: 1 });
    },
  },
  {
    title: "endless noise without a delimiter is one frame too long, and the next is found",
    run(t) {
      check(t, `${"41".repeat(5000)} ${ZERO}`, ["00"], { tooLong: 1 });
    },
  },
  {
    title: "reset forgets a frame that has begun, and keeps the counters",
    run(t) {
      const { decoder, frames } = listen();
      const half = fromHex("00 02 11 00 0e 31323334");
      decoder.push(half, 0, half.length);
      decoder.reset();
      const rest = fromHex(DIGITS.slice(2));
      decoder.push(rest, 0, rest.length);
      t.deepEqual(frames, [DIGITS_PAYLOAD]);
      t.deepEqual(
        { ...decoder.counters },
        { frames: 1, badChecksum: 0, badEncoding: 0, tooLong: 0, tooShort: 1 },
      );
    },
  },
  {
    title: "reset after too many bytes, and inside a zero",
    run(t) {
      const { decoder, frames } = listen();
      const long = new Uint8Array(600).fill(0x41);
      decoder.push(long, 0, long.length);
      decoder.reset();
      const first = fromHex("01058def02d200 0001");
      decoder.push(first, 0, first.length);
      decoder.reset();
      const second = fromHex("01058def02d200");
      decoder.push(second, 0, second.length);
      t.deepEqual(frames, ["00", "00"]);
      t.is(decoder.counters.tooLong, 0);
    },
  },
  {
    title: "takes only the part of the bytes that it was given",
    run(t) {
      const { decoder, frames } = listen();
      const bytes = fromHex(`ffff${ZERO}ffff`);
      decoder.push(bytes, 2, 2);
      decoder.push(bytes, 2, 10);
      t.deepEqual(frames, ["00"]);
      t.deepEqual(
        { ...decoder.counters },
        { frames: 1, badChecksum: 0, badEncoding: 0, tooLong: 0, tooShort: 0 },
      );
    },
  },
];
