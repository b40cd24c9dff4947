import { testOfProgram } from "../checked-program.js";

const STAND_IN = "test/native/stand-ins/rp2";

testOfProgram({
  title:
    "flash of the RP2: the log stays in its own part, is compared to the bit, and has the CRC of its records",
  name: "flash-check",
  sources: ["firmware/native/rp2/flash.c", "firmware/native/frame-codec.c", "test/native/rp2/flash-check.c"],
  headers: [STAND_IN],
  prints: /^compared 2053, checksums 5\n$/,
});
