import test from "ava";
import type { BoardPins } from "../../boards/board-pins.js";
import * as esp32 from "../../boards/esp32/pins.js";
import * as esp32c3 from "../../boards/esp32-c3/pins.js";
import * as esp32s3 from "../../boards/esp32-s3/pins.js";
import * as pico from "../../boards/pico/pins.js";
import { MAX_SECTORS } from "../../firmware/storage/flash-geometry.js";
import { MAX_LINKS } from "../../firmware/wire/constants.js";
import { BOARDS } from "../../scripts/boards/board-names.js";
import { readText } from "./manifest/board-build.js";
import { readPartitions } from "./manifest/partition-table.js";

interface BoardModule {
  readonly PINS: BoardPins;
  readonly SECTOR_COUNT: number;
  readonly WATCHDOG_MS: number;
}

/** What a chip's pins must not be used for, from its data sheet and its makers' boards. */
interface Chip {
  readonly module: BoardModule;
  readonly uarts: number;
  readonly highestPin: number;
  /** They decide how the chip boots, or belong to flash or USB. */
  readonly reserved: readonly number[];
  /** A light may hang on a pin that decides how the chip boots: it does so on the makers' boards. */
  readonly lightPins: readonly number[];
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, step) => from + step);

/** The two boards have one header; what is on it, and that GPIO 25 is the light, does not depend on the chip. */
const PICO: Chip = { module: pico, uarts: 2, highestPin: 28, reserved: [23, 24, 25], lightPins: [25] };

/** Which pins a board opens, `main.test.ts` finds out. */
const CHIPS: Readonly<Record<string, Chip>> = {
  pico: PICO,
  "pico-2": PICO,
  esp32: {
    module: esp32,
    uarts: 3,
    highestPin: 33,
    reserved: [0, 2, 5, 12, 15, ...range(6, 11), 20, 24, ...range(28, 31)],
    lightPins: [2],
  },
  "esp32-c3": {
    module: esp32c3,
    uarts: 2,
    highestPin: 21,
    reserved: [2, 8, 9, ...range(12, 19), 20, 21],
    lightPins: [8],
  },
  "esp32-s3": {
    module: esp32s3,
    uarts: 3,
    highestPin: 48,
    reserved: [0, 3, 19, 20, ...range(22, 37), 43, 44, 45, 46, 47, 48],
    lightPins: [38, 48],
  },
};

/** Sectors that every ESP32 of the makers' boards has. */
const FLASH_BYTES = 4 * 1024 * 1024;
const SECTOR_BYTES = 4096;

test("no board is left out", (t) => {
  t.deepEqual(Object.keys(CHIPS).sort(), Object.keys(BOARDS).sort());
});

for (const [board, { module, uarts, highestPin, reserved, lightPins }] of Object.entries(CHIPS)) {
  const { PINS, SECTOR_COUNT, WATCHDOG_MS } = module;
  const wirings = [...PINS.links, ...(PINS.host === "usb" ? [] : [PINS.host])];

  test(`${board}: no pin and no UART is used twice`, (t) => {
    const pins = [...wirings.flatMap(({ transmit, receive }) => [transmit, receive]), PINS.light.pin];
    t.is(new Set(pins).size, pins.length, pins.join());
    const ports = wirings.map(({ port }) => port);
    t.is(new Set(ports).size, ports.length, ports.join());
  });

  test(`${board}: pins and UARTs are there, and free for use`, (t) => {
    for (const { port, transmit, receive, baud } of wirings) {
      t.true(port >= 0 && port < uarts, `UART ${port}`);
      for (const pin of [transmit, receive]) {
        t.true(
          Number.isInteger(pin) && pin >= 0 && pin <= highestPin && !reserved.includes(pin),
          `pin ${pin}`,
        );
      }
      t.true(baud >= 115_200 && baud <= 5_000_000);
    }
    t.true(lightPins.includes(PINS.light.pin));
  });

  test(`${board}: cables, sectors and watchdog are within what the firmware takes`, (t) => {
    t.true(PINS.links.length >= 1 && PINS.links.length <= MAX_LINKS);
    t.true(SECTOR_COUNT >= 2 && SECTOR_COUNT <= MAX_SECTORS);
    // Longer than the slowest erase of a sector, and what all chips' watchdogs can count to.
    t.true(WATCHDOG_MS > 1000 && WATCHDOG_MS <= 8388);
  });
}

for (const board of ["esp32", "esp32-c3", "esp32-s3"]) {
  test(`${board}: the partitions lie one behind the other, and the log's holds its sectors`, (t) => {
    const partitions = readPartitions(readText(`boards/${board}/sdkconfig/partitions.csv`));
    // Boot loader and the table itself come first.
    let end = 0x9000;
    for (const { name, type, offset, size } of partitions) {
      t.true(offset >= end, `${name} begins at ${offset}, behind ${end}`);
      t.is(offset % (type === "app" ? 0x1_0000 : SECTOR_BYTES), 0, name);
      t.true(size > 0 && size % SECTOR_BYTES === 0, name);
      end = offset + size;
    }
    t.true(end <= FLASH_BYTES);
    const log = partitions.find(({ name }) => name === "seqcard");
    t.deepEqual([log?.type, log?.subtype], ["data", "0x40"]);
    t.is(log?.size, (CHIPS[board] as Chip).module.SECTOR_COUNT * SECTOR_BYTES);
  });

  test(`${board}: its C looks for the partition that the table has`, (t) => {
    const text = readText("firmware/native/esp32/flash-log.c");
    t.regex(text, /#define PARTITION_NAME "seqcard"/);
    t.regex(text, /#define PARTITION_SUBTYPE 0x40/);
  });

  test(`${board}: a card that hangs restarts, and reception goes on while the flash is written`, (t) => {
    const settings = readText(`boards/${board}/sdkconfig/sdkconfig.defaults`).split("\n");
    for (const setting of [
      "CONFIG_UART_ISR_IN_IRAM=y",
      "CONFIG_ESP_TASK_WDT_EN=y",
      "CONFIG_ESP_TASK_WDT_PANIC=y",
      "CONFIG_ESP_SYSTEM_PANIC_SILENT_REBOOT=y",
      "CONFIG_ESP_CONSOLE_NONE=y",
    ]) {
      t.true(settings.includes(setting), setting);
    }
  });
}
