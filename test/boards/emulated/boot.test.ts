import type { Board } from "../../../boards/emulated/chip/board.js";
import { createRandom } from "../../../boards/virtual/random.js";
import { because, withFirmware } from "./firmware.js";
import { hang } from "./hang.js";
import { LoneCard } from "./lone-card.js";

const MS = 1e6;
/** Half of the watchdog's time: the emulator's flash has no wait states, so a real board is slower. */
const BOOT_NANOS = 1_000 * MS;
const LOG_BYTES = 64 * 4_096;

function randomLog(): Uint8Array {
  const random = createRandom(1);
  return Uint8Array.from({ length: LOG_BYTES }, () => random() * 256);
}

for (const { what, options } of [
  { what: "a log that is full to its last pages", options: { freePages: 2 } },
  { what: "a log that holds nothing but chance", options: { log: randomLog() } },
]) {
  withFirmware(`a boot with ${what} is over long before the watchdog strikes${because}`, (t) => {
    const lone = new LoneCard(t, options);
    t.log(`${(lone.emulation.nanos / MS).toFixed(0)} ms from reset to the answer to its host`);
    t.true(lone.emulation.nanos < BOOT_NANOS);
    t.is(lone.card.resets, 0);
    lone.pass(5_000 * MS);
    t.is(lone.card.resets, 0);
  });
}

withFirmware(`a card that hangs in its boot is restarted by its watchdog, and starts${because}`, (t) => {
  const lone = new LoneCard(t, { atReset: true, freePages: 2 });
  const board = lone.card.board as Board;
  lone.passUntil(() => board.uarts[1]?.format !== undefined, BOOT_NANOS);
  t.log(`its second cable is opened after ${(lone.emulation.nanos / MS).toFixed(0)} ms`);
  hang(board);
  lone.passUntil(() => lone.card.resets === 1, 3_000 * MS);
  lone.openSession();
  t.is(lone.card.resets, 1);
});
