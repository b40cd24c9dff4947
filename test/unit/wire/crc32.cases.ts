import { crc32 } from "../../../firmware/wire/crc32.js";
import type { UnitCase } from "../../support/unit-case.js";

function ofText(text: string): number {
  return crc32(
    Uint8Array.from(text, (letter) => letter.charCodeAt(0)),
    text.length,
  );
}

export const crc32Cases: readonly UnitCase[] = [
  {
    title: "the check value of the catalogues",
    run(t) {
      t.is(ofText("123456789"), 0xcbf43926 | 0);
    },
  },
  {
    title: "known values of short inputs",
    run(t) {
      t.is(ofText(""), 0);
      t.is(ofText("a"), 0xe8b7be43 | 0);
      t.is(ofText("abc"), 0x352441c2 | 0);
      t.is(crc32(new Uint8Array(1), 1), 0xd202ef8d | 0);
      t.is(crc32(new Uint8Array(4), 4), 0x2144df1c | 0);
      t.is(crc32(new Uint8Array(32).fill(255), 32), 0xff6cab0b | 0);
    },
  },
  {
    title: "counts only the length asked for, and is a signed integer",
    run(t) {
      const bytes = Uint8Array.from("123456789junk", (letter) => letter.charCodeAt(0));
      t.is(crc32(bytes, 9), -873187034);
      t.is(crc32(bytes, 0), 0);
    },
  },
  {
    title: "every single flipped bit of a longest payload changes it",
    run(t) {
      const bytes = new Uint8Array(250).fill(0x5a);
      const whole = crc32(bytes, 250);
      let same = 0;
      for (let bit = 0; bit < 2000; bit += 1) {
        bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
        if (crc32(bytes, 250) === whole) same += 1;
        bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
      }
      t.is(same, 0);
    },
  },
];
