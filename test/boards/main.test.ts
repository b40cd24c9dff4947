import test from "ava";
import type { BoardPins } from "../../boards/board-pins.js";
import { PINS as ESP32, HOST_WIRING } from "../../boards/esp32/pins.js";
import { PINS as ESP32_C3 } from "../../boards/esp32-c3/pins.js";
import { PINS as ESP32_S3 } from "../../boards/esp32-s3/pins.js";
import { PINS as PICO } from "../../boards/pico/pins.js";
import { BOARDS } from "../../scripts/boards/board-names.js";

/** A Pico 2 has a Pico's header. */
const PINS: Readonly<Record<string, BoardPins>> = {
  pico: PICO,
  "pico-2": PICO,
  esp32: ESP32,
  "esp32-c3": ESP32_C3,
  "esp32-s3": ESP32_S3,
};

interface Call {
  readonly name: string;
  readonly values: readonly unknown[];
}

const calls: Call[] = [];
const callsOf = (name: string): Call[] => calls.filter((call) => call.name === name);

/** What the C of a board with a blank flash would answer. */
function answerOf({ name, values }: Call): unknown {
  if (name === "xs_flash_log_read") (values[1] as Uint8Array).fill(0xff);
  return name.startsWith("xs_flash_log_") ? true : 0;
}

Object.assign(globalThis, {
  native: (name: string) => ({
    call: (_self: object, ...values: readonly unknown[]) => {
      calls.push({ name, values });
      return answerOf({ name, values });
    },
  }),
  Native: () => class {},
});

for (const board of Object.keys(BOARDS)) {
  test.serial(
    `${board}: it starts, its watchdog first, and opens the cables that its pins name`,
    async (t) => {
      calls.length = 0;
      await import(`../../boards/${board}/main.js`);
      t.is(calls[0]?.name, "xs_device_watchdog_start", "a start that hangs is to be tried again too");
      for (const name of ["xs_device_watchdog_start", "xs_alarm", "xs_flash_log_open"]) {
        t.is(callsOf(name).length, 1, name);
      }
      const { links, host } = PINS[board] as BoardPins;
      const wirings = host === "usb" ? links : [...links, HOST_WIRING];
      t.deepEqual(
        callsOf("xs_uart_port").map(({ values }) => values.slice(0, 4)),
        wirings.map(({ port, transmit, receive, baud }) => [port, transmit, receive, baud]),
      );
      t.is(callsOf("xs_usb_port").length, host === "usb" ? 1 : 0);
      t.true(callsOf("xs_alarm_set").length > 0, "it asks to be woken");
    },
  );
}
