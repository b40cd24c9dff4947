import { readUint64, readView, VIEW_BYTES, writeUint64, writeView } from "../../../firmware/wire/fields.js";
import { Uint64 } from "../../../firmware/wire/uint64.js";
import { fromHex, toHex } from "../../support/hex.js";
import { toBigInt, uint64 } from "../../support/layout.js";
import type { UnitCase } from "../../support/unit-case.js";

/** Numbers and their bytes, least significant first. */
const UINT64_BYTES: readonly [bigint, string][] = [
  [0n, "00 00 00 00 00 00 00 00"],
  [1n, "01 00 00 00 00 00 00 00"],
  [0x0102_0304_0506_0708n, "08 07 06 05 04 03 02 01"],
  [4_294_967_295n, "ff ff ff ff 00 00 00 00"],
  [4_294_967_296n, "00 00 00 00 01 00 00 00"],
  [9_007_199_254_740_992n, "00 00 00 00 00 00 20 00"],
  [9_007_199_254_740_993n, "01 00 00 00 00 00 20 00"],
  [9_223_372_036_854_775_807n, "ff ff ff ff ff ff ff 7f"],
  [9_223_372_036_854_775_808n, "00 00 00 00 00 00 00 80"],
  [18_446_744_073_709_551_615n, "ff ff ff ff ff ff ff ff"],
];

const VIEW_NUMBER_BYTES: readonly [number, string][] = [
  [0, "00 00 00 00 00"],
  [255, "ff 00 00 00 00"],
  [256, "00 01 00 00 00"],
  [0x01_0203_0405, "05 04 03 02 01"],
  [2 ** 32 - 1, "ff ff ff ff 00"],
  [2 ** 32, "00 00 00 00 01"],
  [2 ** 39, "00 00 00 00 80"],
  [2 ** 40 - 1, "ff ff ff ff ff"],
];

function memory(): { bytes: Uint8Array; view: DataView } {
  const bytes = new Uint8Array(12).fill(0xaa);
  return { bytes, view: new DataView(bytes.buffer) };
}

export const fieldsCases: readonly UnitCase[] = [
  {
    title: "64-bit numbers are little-endian and exact at every edge",
    run(t) {
      for (const [number, hex] of UINT64_BYTES) {
        const { bytes, view } = memory();
        writeUint64(view, 2, uint64(number));
        t.is(toHex(bytes), `aaaa${toHex(fromHex(hex))}aaaa`);
        const read = new Uint64(7, 7);
        readUint64(view, 2, read);
        t.is(toBigInt(read), number);
      }
    },
  },
  {
    title: "view numbers take five bytes, up to 2^40-1",
    run(t) {
      t.is(VIEW_BYTES, 5);
      for (const [number, hex] of VIEW_NUMBER_BYTES) {
        const { bytes, view } = memory();
        writeView(view, 3, number);
        t.is(toHex(bytes), `aaaaaa${toHex(fromHex(hex))}aaaaaaaa`);
        t.is(readView(view, 3), number);
      }
    },
  },
];
