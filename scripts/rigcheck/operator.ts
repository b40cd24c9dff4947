import { cableName, type PairedCable } from "./cable-ends.js";

/** Something with a plug. */
export type Target =
  | { readonly kind: "cable"; readonly cable: PairedCable }
  | { readonly kind: "card"; readonly card: number; readonly path: string };

/** Who pulls plugs: a person who is asked, or a virtual rig. */
export interface Operator {
  /** @returns when it was pulled, on the clock of `process.hrtime.bigint()`, as near as is known; undefined where the step is left out. */
  pull(target: Target): Promise<bigint | undefined>;
  /** @returns the card's port now, which may be another than before; undefined for a cable. */
  restore(target: Target): Promise<string | undefined>;
}

export function targetName(target: Target): string {
  return target.kind === "cable" ? `cable ${cableName(target.cable)}` : `card ${target.card}`;
}
