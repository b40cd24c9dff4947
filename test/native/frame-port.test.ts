import { testOfProgram } from "./checked-program.js";

testOfProgram({
  title:
    "frame ports: frames arrive once and in order, sends are refused and counted, and any frame may close any port",
  name: "frame-port-check",
  sources: [
    "firmware/native/frame-port.c",
    "firmware/native/frame-codec.c",
    "test/native/frame-port-check.c",
  ],
  prints: /^\d{4,} checks\n$/,
});
