import { testOfProgram } from "../checked-program.js";

const STAND_IN = "test/native/stand-ins/rp2";

testOfProgram({
  title: "a UART of the RP2: what is sent goes out unchanged, whenever the DMA and its interrupt come",
  name: "uart-line-check",
  sources: ["firmware/native/rp2/uart-line.c", `${STAND_IN}/rp2.c`, "test/native/rp2/uart-line-check.c"],
  headers: ["firmware/native/rp2", STAND_IN],
  runs: [["1"], ["2"], ["3"]],
  prints: /^sent \d+, refused \d+ frames\n$/,
});
