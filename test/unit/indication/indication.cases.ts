import {
  CardCondition,
  ROLE_MEMBER,
  ROLE_NONE,
  ROLE_PRIMARY,
  ROLE_SECONDARY,
} from "../../../firmware/card/condition.js";
import {
  LIGHT_BLANK,
  LIGHT_ERROR,
  LIGHT_JOINING,
  lightFor,
} from "../../../firmware/indication/indication.js";
import {
  colorAt,
  DARK,
  GREEN,
  type Light,
  RED,
  SLOT_US,
  SLOTS,
  YELLOW,
} from "../../../firmware/indication/light.js";
import {
  REFUSE_BLANK,
  REFUSE_COLD,
  REFUSE_NO_LEASE,
  REFUSE_NO_VIEW,
  REFUSE_STORAGE,
  STATE_READY,
} from "../../../firmware/wire/frame-types.js";
import type { UnitCase } from "../../support/unit-case.js";

const ROLES = [ROLE_MEMBER, ROLE_SECONDARY, ROLE_PRIMARY];

function light(state: number, role: number, silentCables = 0): Light {
  const condition = new CardCondition();
  condition.state = state;
  condition.role = role;
  condition.silentCables = silentCables;
  return lightFor(condition);
}

/** What somebody sees who watches for one round: the lengths of the lit (`#`) and dark (`.`) stretches, in slots. */
function seen(shown: Light): string {
  const slots = Array.from({ length: SLOTS }, (_, slot) =>
    colorAt(shown, slot * SLOT_US) === DARK ? "." : "#",
  );
  return slots.join("");
}

function colorOf(shown: Light): number {
  return Math.max(...Array.from({ length: SLOTS }, (_, slot) => colorAt(shown, slot * SLOT_US)));
}

export const indicationCases: readonly UnitCase[] = [
  {
    title:
      "where numbers can be had the light is on, with one gap for a member, two for the secondary, three for the primary",
    run(t) {
      t.deepEqual(
        ROLES.map((role) => seen(light(STATE_READY, role))),
        [
          "..##############################",
          "..##..##########################",
          "..##..##..######################",
        ],
      );
      for (const role of ROLES) t.is(colorOf(light(STATE_READY, role)), GREEN);
    },
  },
  {
    title: "a cable that has fallen silent adds one long gap",
    run(t) {
      t.deepEqual(
        ROLES.map((role) => seen(light(STATE_READY, role, 1))),
        [
          "..##############........########",
          "..##..##########........########",
          "..##..##..######........########",
        ],
      );
      for (const role of ROLES) t.is(colorOf(light(STATE_READY, role, 2)), YELLOW);
    },
  },
  {
    title:
      "where no numbers can be had the light is dark, with as many flashes as the role has gaps, whatever keeps them",
    run(t) {
      for (const state of [REFUSE_NO_VIEW, REFUSE_COLD, REFUSE_NO_LEASE]) {
        t.deepEqual(
          ROLES.map((role) => seen(light(state, role, 1))),
          [
            "##..............................",
            "##..##..........................",
            "##..##..##......................",
          ],
        );
        for (const role of ROLES) t.is(colorOf(light(state, role)), RED);
      }
    },
  },
  {
    title:
      "a failed flash flickers whatever else holds, a blank card blinks slowly, one that waits to be taken in quickly",
    run(t) {
      for (const role of [ROLE_NONE, ...ROLES]) t.is(light(REFUSE_STORAGE, role, 1), LIGHT_ERROR);
      t.is(light(REFUSE_BLANK, ROLE_NONE), LIGHT_BLANK);
      t.is(light(REFUSE_NO_VIEW, ROLE_NONE), LIGHT_JOINING);
      t.is(seen(LIGHT_ERROR), "#.".repeat(16));
      t.is(seen(LIGHT_BLANK), "#".repeat(16) + ".".repeat(16));
      t.is(seen(LIGHT_JOINING), "####....".repeat(4));
    },
  },
  {
    title: "no two of them look alike on a light of one colour",
    run(t) {
      const all = [LIGHT_ERROR, LIGHT_BLANK, LIGHT_JOINING];
      for (const role of ROLES) {
        all.push(light(STATE_READY, role), light(STATE_READY, role, 1), light(REFUSE_NO_LEASE, role));
      }
      t.is(new Set(all.map(seen)).size, all.length);
    },
  },
  {
    title: "nothing is made anew: the same condition shows the same object",
    run(t) {
      t.is(light(STATE_READY, ROLE_PRIMARY), light(STATE_READY, ROLE_PRIMARY));
    },
  },
];
