import { Upkeep } from "../../firmware/card/upkeep.js";
import { RecordCopy } from "../../firmware/storage/record-copy.js";
import { measureWear } from "./measurements.js";
import type { Mutation } from "./mutation.js";
import { replaceMethod } from "./replace-method.js";

/** Longer than any silence at full speed, and shorter than most erases. */
const MOST_SILENCE_US = 60_000;
const SECONDS = 200;

interface CopyInside {
  readonly sequence: number;
}

/** @returns what is wrong with a fabric that wears its flash at full speed, or "". */
export function findWearFault(cards = 3): string {
  const { changesUncalledFor, erases, erasesInRole, gaps, longestSilenceUs } = measureWear(1, cards, SECONDS);
  if (erases === 0) return "";
  if (erasesInRole > 0) return `P4: ${erasesInRole} erases by cards in a role`;
  if (longestSilenceUs > MOST_SILENCE_US) return `P4: no number for ${longestSilenceUs} us without a fault`;
  // Such a change may find nobody who promises; then it costs nothing but luck.
  if (changesUncalledFor > 0) return `P4: ${changesUncalledFor} changes of the view without a fault`;
  return gaps > 0 ? `P3: ${gaps} numbers skipped without a fault` : "";
}

export const flashMutations: readonly Mutation[] = [
  {
    name: "the log takes a torn record for a whole one",
    rule: "A record is whole where header, length and CRC agree; a torn one is ignored",
    costsLife: true,
    seeds: 600,
    apply: () =>
      replaceMethod<CopyInside>(
        RecordCopy,
        "isWhole",
        () =>
          ({ sequence }) =>
            sequence >= 0,
      ),
  },
  {
    name: "nobody takes a role over from a card that has to erase",
    rule: "A role holder with few writes left hands over by a planned change that skips nothing",
    costsLife: true,
    seeds: 0,
    measure: () => findWearFault(),
    apply: () => replaceMethod(Upkeep, "relieve", () => () => {}),
  },
  {
    name: "a card erases ahead while it holds a role",
    rule: "A card that holds a role never meets an erase",
    costsLife: true,
    seeds: 0,
    measure: () => findWearFault(),
    apply: () => replaceMethod(Upkeep, "holdsRole", () => () => false),
  },
  {
    name: "a card that was deaf in an erase takes the others for silent",
    rule: "That a card heard nothing while it erased is no silence of the others",
    costsLife: true,
    seeds: 0,
    measure: () => findWearFault(4),
    apply: () => replaceMethod(Upkeep, "noteTime", () => () => {}),
  },
];
