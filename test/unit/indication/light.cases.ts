import {
  colorAt,
  DARK,
  GREEN,
  type Light,
  nextChangeUs,
  RED,
  SLOT_US,
  SLOTS,
} from "../../../firmware/indication/light.js";
import type { UnitCase } from "../../support/unit-case.js";

const FIRST_AND_LAST: Light = { color: GREEN, lit: 0x8000_0001 };

/** Times at which a light must be looked at again, from `fromUs` on. */
function changes(light: Light, fromUs: number, count: number): number[] {
  const times: number[] = [];
  for (let atUs = fromUs; times.length < count; ) {
    atUs = nextChangeUs(light, atUs);
    times.push(atUs / SLOT_US);
  }
  return times;
}

export const lightCases: readonly UnitCase[] = [
  {
    title:
      "shows its colour in the slots whose bit is set, the lowest bit first, and begins again after the last",
    run(t) {
      for (let slot = 0; slot < 3 * SLOTS; slot += 1) {
        const expected = slot % SLOTS === 0 || slot % SLOTS === SLOTS - 1 ? GREEN : DARK;
        t.is(colorAt(FIRST_AND_LAST, slot * SLOT_US), expected, `start of ${slot}`);
        t.is(colorAt(FIRST_AND_LAST, (slot + 1) * SLOT_US - 1), expected, `end of ${slot}`);
      }
    },
  },
  {
    title: "shows the same after years of running",
    run(t) {
      const yearsUs = 2 ** 50 * SLOT_US * SLOTS * 2 ** -20;
      t.is(colorAt(FIRST_AND_LAST, yearsUs), GREEN);
      t.is(colorAt(FIRST_AND_LAST, yearsUs + SLOT_US), DARK);
      t.is(nextChangeUs(FIRST_AND_LAST, yearsUs), yearsUs + SLOT_US);
    },
  },
  {
    title: "is looked at only where it changes",
    run(t) {
      t.deepEqual(changes(FIRST_AND_LAST, 0, 3), [1, 31, 33]);
      t.deepEqual(changes(FIRST_AND_LAST, 20.5 * SLOT_US, 1), [31]);
      t.deepEqual(changes({ color: RED, lit: 0x5555_5555 }, 0, 3), [1, 2, 3]);
    },
  },
  {
    title: "one that never changes is looked at once a round",
    run(t) {
      t.deepEqual(changes({ color: RED, lit: -1 }, 0, 2), [SLOTS, 2 * SLOTS]);
      t.deepEqual(changes({ color: RED, lit: 0 }, 5 * SLOT_US, 1), [5 + SLOTS]);
    },
  },
];
