import { testOfProgram } from "../checked-program.js";

const STAND_IN = "test/native/stand-ins/rp2";

testOfProgram({
  title:
    "the peripheral's end of an SPI cable, RP2: clocks too many, too few or out of turn cost no slot behind them",
  name: "rp2-spi-peripheral-check",
  sources: [
    "firmware/native/rp2-spi/spi-peripheral.c",
    "firmware/native/rp2-spi/spi-slots.c",
    "firmware/native/spi-end.c",
    "firmware/native/spi-link.c",
    `${STAND_IN}/rp2.c`,
    `${STAND_IN}/spi.c`,
    "test/native/rp2-spi/spi-peripheral-check.c",
  ],
  headers: ["firmware/native/rp2-spi", STAND_IN],
  prints: /^\d{4,} transfers\n$/,
});
