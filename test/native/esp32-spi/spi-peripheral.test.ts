import { testOfProgram } from "../checked-program.js";

testOfProgram({
  title:
    "the peripheral's end of an SPI cable, ESP32: both interrupts of a transfer's end, in any order, are no knock",
  name: "esp32-spi-peripheral-check",
  sources: [
    "firmware/native/esp32-spi/spi-peripheral.c",
    "firmware/native/spi-end.c",
    "firmware/native/spi-link.c",
    "test/native/esp32-spi/spi-peripheral-check.c",
  ],
  headers: ["test/native/stand-ins/esp-idf"],
  prints: /^\d{3,} transfers\n$/,
});
