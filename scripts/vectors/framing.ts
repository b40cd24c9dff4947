/** What the vectors of the framing are made of. The streams are written by hand, with what must be found in them. */
export const FRAMED_PAYLOADS: readonly { name: string; payload: string }[] = [
  { name: "the check value of CRC catalogues", payload: "313233343536373839" },
  { name: "one zero", payload: "00" },
  { name: "one byte", payload: "78" },
  { name: "zeros in the middle", payload: "11000022" },
  { name: "zeros at both ends", payload: "0000ff0000" },
  { name: "checksum ends in a zero", payload: "6301019a" },
  { name: "checksum begins with two zeros", payload: "01022398" },
  { name: "longest, without a zero", payload: "ff".repeat(250) },
  { name: "longest, nothing but zeros", payload: "00".repeat(250) },
  {
    name: "longest, every byte value from 0 to 249",
    payload: Array.from({ length: 250 }, (_, byte) => byte.toString(16).padStart(2, "0")).join(""),
  },
  { name: "a request for 100 numbers", payload: "0102010210070000002a0000006400" },
];

const DIGITS = "000e3132333435363738392639f4cb00";
const DIGITS_PAYLOAD = "313233343536373839";
const ZERO = "0001058def02d200";

interface StreamSource {
  readonly name: string;
  readonly stream: string;
  readonly payloads: readonly string[];
  readonly counters: Readonly<Record<string, number>>;
}

export const STREAMS: readonly StreamSource[] = [
  { name: "two frames", stream: DIGITS + ZERO, payloads: [DIGITS_PAYLOAD, "00"], counters: {} },
  {
    name: "one delimiter between",
    stream: DIGITS.slice(0, -2) + ZERO,
    payloads: [DIGITS_PAYLOAD, "00"],
    counters: {},
  },
  { name: "nothing but delimiters", stream: "00".repeat(64), payloads: [], counters: {} },
  {
    name: "block of 255 with an empty one behind it",
    stream: `00ff${"ff".repeat(250)}62493efe0100`,
    payloads: ["ff".repeat(250)],
    counters: {},
  },
  {
    name: "start in the middle",
    stream: `3536373839 2639f4cb 00 ${ZERO}`,
    payloads: ["00"],
    counters: { badEncoding: 1 },
  },
  { name: "half a frame", stream: `000e31323334 ${ZERO}`, payloads: ["00"], counters: { badEncoding: 1 } },
  {
    name: "stray text",
    stream: `68656c6c6f0d0a ${DIGITS}`,
    payloads: [DIGITS_PAYLOAD],
    counters: { badEncoding: 1 },
  },
  {
    name: "two frames run together",
    stream: DIGITS.slice(0, -2) + ZERO.slice(2) + ZERO,
    payloads: ["00"],
    counters: { badChecksum: 1 },
  },
  {
    name: "wrong checksum",
    stream: `000e3132333435363738392639f4ca00 ${ZERO}`,
    payloads: ["00"],
    counters: { badChecksum: 1 },
  },
  {
    name: "an empty payload with its right checksum",
    stream: `000101010101 00 ${ZERO}`,
    payloads: ["00"],
    counters: { tooShort: 1 },
  },
  { name: "a code and nothing else", stream: "000100000100", payloads: [], counters: { tooShort: 2 } },
  {
    name: "one zero too many",
    stream: `00${"01".repeat(256)} ${ZERO}`,
    payloads: ["00"],
    counters: { tooLong: 1 },
  },
  {
    name: "one byte too many",
    stream: `00ff${"11".repeat(254)}0222 ${ZERO}`,
    payloads: ["00"],
    counters: { tooLong: 1 },
  },
  {
    name: "long noise without a delimiter",
    stream: `${"41".repeat(700)} ${ZERO}`,
    payloads: ["00"],
    counters: { tooLong: 1 },
  },
];
