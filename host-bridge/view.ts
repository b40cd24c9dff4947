import type { HostViewFields } from "../firmware/wire/host-frames.js";
import { type FabricState, fabricState } from "./refusals.js";
import { toBigint } from "./uint64-bigint.js";
import { reasonOfView, type ViewEvidence, type ViewReason } from "./view-reason.js";

/** Who holds the roles, as the card knows it. */
export interface View {
  /** Rises with every view; 0 before the first. */
  readonly number: number;
  /** Card ids, 0 where there is none. */
  readonly primary: number;
  readonly secondary: number;
  /** The first number that this view may give. */
  readonly base: bigint;
  /** "ready", or why no numbers can be had. */
  readonly state: FabricState;
}

/** What a `view` event tells. */
export interface ViewChange {
  /** null when the card is heard for the first time. */
  readonly previous: View | null;
  readonly current: View;
  /** Why, as far as the host can tell. */
  readonly reason: ViewReason;
}

export function viewFrom(fields: HostViewFields): View {
  return {
    number: fields.view,
    primary: fields.primary,
    secondary: fields.secondary,
    base: toBigint(fields.base),
    state: fabricState(fields.state),
  };
}

/** @returns what to tell of it, or null where nothing changed. */
export function viewChange(previous: View | null, current: View, evidence: ViewEvidence): ViewChange | null {
  if (previous === null) return { previous, current, reason: "first-view" };
  if (previous.number !== current.number) {
    return { previous, current, reason: reasonOfView(previous, current, evidence) };
  }
  if (previous.state !== current.state) return { previous, current, reason: current.state };
  return null;
}
