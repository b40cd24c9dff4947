import { type CardCondition, ROLE_NONE } from "../card/condition.js";
import { REFUSE_BLANK, REFUSE_STORAGE, STATE_READY } from "../wire/frame-types.js";
import { BLUE, GREEN, type Light, RED, WHITE, YELLOW } from "./light.js";

/** Two slots lit and two dark for each step of the role, from the start of the pattern: an eighth of a second each. */
const ROLE_FLASHES = [0, 0b11, 0b11_0011, 0b11_0011_0011] as const;
/** Half a second, well behind the flashes of the role. */
const CABLE_GAP = 0x00ff_0000;
const FLICKER = 0x5555_5555;
const SLOW_BLINK = 0x0000_ffff;
const QUICK_BLINK = 0x0f0f_0f0f;

/** The flash failed: the card takes part in nothing. */
export const LIGHT_ERROR: Light = { color: RED, lit: FLICKER };
/** Never initialised. */
export const LIGHT_BLANK: Light = { color: WHITE, lit: SLOW_BLINK };
/** Initialised, and waits for the others to take it in. */
export const LIGHT_JOINING: Light = { color: BLUE, lit: QUICK_BLINK };

/** By role: no numbers can be had. Dark, with as many flashes as the role has steps. */
const WAITING: readonly Light[] = ROLE_FLASHES.map((flashes) => ({ color: RED, lit: flashes }));
/** By role: numbers can be had. Lit, with as many gaps. */
const READY: readonly Light[] = ROLE_FLASHES.map((flashes) => ({ color: GREEN, lit: ~flashes }));
/** By role: numbers can be had, but a cable that worked has fallen silent. One long gap besides. */
const CABLE_SILENT: readonly Light[] = ROLE_FLASHES.map((flashes) => ({
  color: YELLOW,
  lit: ~(flashes | CABLE_GAP),
}));

/** Chooses what a board's light shows: the role by counting, the health by lit or dark, and by colour where it has one. */
export function lightFor({ state, role, silentCables }: Readonly<CardCondition>): Light {
  if (state === REFUSE_STORAGE) return LIGHT_ERROR;
  if (state === REFUSE_BLANK) return LIGHT_BLANK;
  if (role === ROLE_NONE) return LIGHT_JOINING;
  if (state !== STATE_READY) return WAITING[role] as Light;
  return (silentCables > 0 ? CABLE_SILENT : READY)[role] as Light;
}
