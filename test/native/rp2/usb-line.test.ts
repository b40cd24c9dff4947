import { testOfProgram } from "../checked-program.js";

const STAND_IN = "test/native/stand-ins/rp2";

testOfProgram({
  title:
    "USB of the RP2: a host that opens the port reads whole frames, and what the one before left unread is counted",
  name: "usb-line-check",
  sources: [
    "firmware/native/rp2/usb-line.c",
    "firmware/native/frame-codec.c",
    `${STAND_IN}/rp2.c`,
    "test/native/rp2/usb-line-check.c",
  ],
  headers: [STAND_IN],
  runs: [["1"], ["2"], ["3"]],
  prints: /^taken \d+, read \d+, forgotten \d+\n$/,
});
