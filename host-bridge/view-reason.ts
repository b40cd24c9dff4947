import type { FabricState } from "./refusals.js";
import type { View } from "./view.js";

/** What an operator can ask a fabric for. */
export type PlanKind = "seed" | "handover" | "member-change";

/**
 * Why a view came, as far as a host can tell from the view before, from who led the change, and from what this host
 * itself has asked for. A change that another host has asked for is told by what it looks like.
 */
export type ViewReason =
  /** The card is heard for the first time. */
  | "first-view"
  /** Another card led the change: the primary was lost, restarted or cut off. */
  | "primary-silent"
  /** The primary took another secondary: the old one was lost, restarted or cut off, or its role handed over. */
  | "secondary-silent"
  /** A primary that served alone has found a secondary. */
  | "secondary-found"
  /** The card was restarted, and the primary was too or is lost. */
  | "cold-start"
  /** The same roles again: a seed or a member change by another host, or a card that was taken in again. */
  | "renewed"
  | PlanKind
  /** The view is the same, and its state is now this. */
  | FabricState;

/** What the host knows besides the two views. */
export interface ViewEvidence {
  /** The id of the card at the port. */
  readonly card: number;
  /** Whether that card was restarted, or unplugged, since the view before. */
  readonly wasRestarted: boolean;
  /** What this host has asked for, where the new view may be the answer. */
  readonly planned: PlanKind | null;
}

/** @returns why `current`, which has another number than `previous`, came. */
export function reasonOfView(previous: View, current: View, evidence: ViewEvidence): ViewReason {
  const leader = current.number % 256;
  const { card, planned, wasRestarted } = evidence;
  if (leader !== previous.primary) {
    return wasRestarted && previous.primary !== card ? "cold-start" : "primary-silent";
  }
  if (wasRestarted && leader === card) return "cold-start";
  if (planned !== null) return planned;
  if (current.primary !== previous.primary) return "handover";
  if (current.secondary !== previous.secondary) {
    return previous.secondary === previous.primary ? "secondary-found" : "secondary-silent";
  }
  return wasRestarted && previous.secondary === card ? "secondary-silent" : "renewed";
}
