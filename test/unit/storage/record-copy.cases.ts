import { LAST_SEQUENCE, RecordCopy } from "../../../firmware/storage/record-copy.js";
import { MAX_RECORD_BYTES } from "../../../firmware/storage/record-store.js";
import { compact, toHex } from "../../support/hex.js";
import type { UnitCase } from "../../support/unit-case.js";

const COPY_BYTES = 128;

/** "S", "R", format 1, 5 sectors erased ahead, number 0x0403_0201_0a0b, 3 bytes: 7 8 9, CRC-32 by Python's zlib. */
const EXAMPLE = "53 52 01 05 0b0a01020304 0300 070809 ";
const EXAMPLE_CRC = "c82ea9f3";

function example(): RecordCopy {
  const copy = new RecordCopy(COPY_BYTES);
  copy.encode(0x0403_0201_0a0b, 5, Uint8Array.of(7, 8, 9, 10), 3);
  return copy;
}

export const recordCopyCases: readonly UnitCase[] = [
  {
    title: "has the layout that is documented, and leaves the rest of its half page erased",
    run(t) {
      const { bytes } = example();
      t.is(toHex(bytes, 19), compact(EXAMPLE + EXAMPLE_CRC));
      t.true(bytes.subarray(19).every((byte) => byte === 0xff));
    },
  },
  {
    title: "gives back what was written",
    run(t) {
      const copy = example();
      t.true(copy.isWhole());
      t.is(copy.sequence, 0x0403_0201_0a0b);
      t.is(copy.erasedAhead, 5);
      t.is(copy.length, 3);
      t.deepEqual([...copy.record()], [7, 8, 9]);
    },
  },
  {
    title: "holds the smallest and the largest record and number",
    run(t) {
      const copy = new RecordCopy(COPY_BYTES);
      copy.encode(0, 0, new Uint8Array(0), 0);
      t.true(copy.isWhole());
      t.is(copy.sequence, 0);
      copy.encode(LAST_SEQUENCE, 63, new Uint8Array(MAX_RECORD_BYTES).fill(0xff), MAX_RECORD_BYTES);
      t.true(copy.isWhole());
      t.is(copy.sequence, 2 ** 48 - 1);
    },
  },
  {
    title: "is not whole after any single bit of it has changed",
    run(t) {
      const wrong: number[] = [];
      for (let bit = 0; bit < 19 * 8; bit += 1) {
        const copy = example();
        const at = bit >> 3;
        copy.bytes[at] = (copy.bytes[at] as number) ^ (1 << (bit & 7));
        if (copy.isWhole()) wrong.push(bit);
      }
      t.deepEqual(wrong, []);
    },
  },
  {
    title: "takes neither blank nor spoiled flash for a header, nor a length that no record has",
    run(t) {
      const copy = new RecordCopy(COPY_BYTES);
      for (const byte of [0xff, 0]) {
        copy.bytes.fill(byte);
        t.is(copy.sequence, -1);
        t.false(copy.isWhole());
      }
      const long = example();
      long.bytes[10] = MAX_RECORD_BYTES + 1;
      t.is(long.sequence, -1);
      const otherFormat = example();
      otherFormat.bytes[2] = 2;
      t.is(otherFormat.sequence, -1);
    },
  },
];
