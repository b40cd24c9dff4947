export const FAULT_KINDS = ["kill", "stop", "cut", "fabric", "power", "handover"] as const;

/**
 * `kill` takes the power from a card and gives it back, `stop` makes one hang and go on late, `cut` is of a cable,
 * `fabric` is a cut of all cables of one of two fabrics, `power` is of all cards at once. A `handover` is no fault but a planned change, and needs no mending.
 */
export type FaultKind = (typeof FAULT_KINDS)[number];

/** Something that is done to the fabric. */
export type Fault = { readonly lastsMs: number } & (
  | { readonly kind: "kill" | "stop" | "handover"; readonly card: number }
  | { readonly kind: "cut"; readonly from: number; readonly to: number; readonly oneWay: boolean }
  | { readonly kind: "fabric"; readonly fabric: number; readonly cards: readonly number[] }
  | { readonly kind: "power" }
);

/** In a few words, such as "stop 2 for 1,200 ms". */
export function describeFault(fault: Fault): string {
  const time = fault.kind === "handover" ? "" : ` for ${Math.round(fault.lastsMs)} ms`;
  switch (fault.kind) {
    case "cut":
      return `cut ${fault.from}-${fault.to}${fault.oneWay ? " one way" : ""}${time}`;
    case "fabric":
      return `cut fabric ${fault.fabric}${time}`;
    case "power":
      return `power of all${time}`;
    case "handover":
      return `handover to ${fault.card}`;
    default:
      return `${fault.kind} ${fault.card}${time}`;
  }
}
