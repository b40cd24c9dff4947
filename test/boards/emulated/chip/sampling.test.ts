import test from "ava";
import { bitsOf, type LineFormat, sampleCharacter } from "../../../../boards/emulated/chip/sampling.js";

const AT_2_MBAUD: LineFormat = { bitNanos: 500, dataBits: 8, parity: "none", stopBits: 1 };
const ALL = Array.from({ length: 256 }, (_, value) => value);

/** @returns how many of all 256 characters arrive as they were sent. */
function intact(sender: LineFormat, receiver: LineFormat): number {
  return ALL.filter((value) => {
    const sampled = sampleCharacter(value, sender, receiver);
    return sampled.value === value && !sampled.framingError && !sampled.parityError;
  }).length;
}

test("ends that agree to 4 % understand each other, ends that do not garble", (t) => {
  for (const factor of [0.96, 0.98, 1, 1.02, 1.04]) {
    t.is(intact(AT_2_MBAUD, { ...AT_2_MBAUD, bitNanos: 500 * factor }), 256, `${factor}`);
  }
  for (const factor of [0.5, 0.9, 1.1, 2]) {
    t.true(intact(AT_2_MBAUD, { ...AT_2_MBAUD, bitNanos: 500 * factor }) < 128, `${factor}`);
  }
});

test("a receiver that is too quick finds data where the stop bit should be", (t) => {
  t.true(sampleCharacter(0, AT_2_MBAUD, { ...AT_2_MBAUD, bitNanos: 250 }).framingError);
  t.false(sampleCharacter(0xff, AT_2_MBAUD, { ...AT_2_MBAUD, bitNanos: 250 }).framingError);
});

test("parity is found wrong where the ends differ about it", (t) => {
  const even: LineFormat = { ...AT_2_MBAUD, parity: "even" };
  const odd: LineFormat = { ...AT_2_MBAUD, parity: "odd" };
  t.is(intact(even, even), 256);
  t.is(intact(odd, odd), 256);
  t.true(ALL.every((value) => sampleCharacter(value, even, odd).parityError));
});

test("a character has a start bit, its data, parity and stop bits", (t) => {
  t.is(bitsOf(AT_2_MBAUD), 10);
  t.is(bitsOf({ ...AT_2_MBAUD, dataBits: 7, parity: "odd", stopBits: 2 }), 11);
});
