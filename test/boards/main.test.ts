import test from "ava";

const BOARDS = ["pico", "pico-2", "esp32", "esp32-c3", "esp32-s3"];

const calls: string[] = [];

/** What the C of a board with a blank flash would answer. */
function answerOf(name: string, values: readonly unknown[]): unknown {
  if (name === "xs_flash_log_read") (values[1] as Uint8Array).fill(0xff);
  return name.startsWith("xs_flash_log_") ? true : 0;
}

Object.assign(globalThis, {
  native: (name: string) => ({
    call: (_self: object, ...values: readonly unknown[]) => {
      calls.push(name);
      return answerOf(name, values);
    },
  }),
  Native: () => class {},
});

for (const board of BOARDS) {
  test.serial(
    `${board}: its watchdog runs before anything that could hang, and the card starts`,
    async (t) => {
      calls.length = 0;
      await import(`../../boards/${board}/main.js`);
      t.is(calls[0], "xs_device_watchdog_start");
      for (const name of ["xs_alarm", "xs_flash_log_open", "xs_uart_port", "xs_alarm_set"]) {
        t.true(calls.includes(name), name);
      }
      t.is(calls.filter((name) => name === "xs_device_watchdog_start").length, 1);
    },
  );
}
