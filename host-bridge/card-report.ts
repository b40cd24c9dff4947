import {
  CARD_FLAG_BLANK,
  CARD_FLAG_COLD,
  CARD_FLAG_FORGOT,
  CARD_FLAG_JOINING,
  CARD_FLAG_LEASE,
  CARD_FLAG_REMOVED,
  CARD_FLAG_STORAGE_FAILED,
} from "../firmware/wire/host-setup-frames.js";
import {
  FREE_WRITES_UNKNOWN,
  REPORT_FLAG_SILENT,
  type ReportFields,
} from "../firmware/wire/survey-frames.js";
import { isTrunk, type LinkStatus, linkState } from "./card-status.js";
import { type FabricState, fabricState } from "./refusals.js";
import { newestBelow, toBigint } from "./uint64-bigint.js";

/** A cable as the card at one end of it sees it. */
export type ReportedLink = Omit<LinkStatus, "dropped">;

/** What one card of a fabric says of itself in a survey. Where it did not answer, all but `card` is empty. */
export interface CardReport {
  /** 0 for a blank card. */
  readonly card: number;
  readonly answered: boolean;
  readonly chipId: bigint;
  /** Version of its firmware, such as "0.1.0". */
  readonly firmware: string;
  readonly blank: boolean;
  /** Restarted inside its view. */
  readonly cold: boolean;
  readonly hasLease: boolean;
  readonly joining: boolean;
  readonly removed: boolean;
  /** Lost its flash and was initialised again under its old id: it must be replaced. */
  readonly forgot: boolean;
  readonly storageFailed: boolean;
  /** What it would say to a caller; "silent" where it did not answer. */
  readonly state: FabricState | "silent";
  readonly view: number;
  readonly promised: number;
  readonly primary: number;
  readonly secondary: number;
  /** What it has in flash. */
  readonly ceiling: bigint;
  /** The newest number that it holds, 0n for none. */
  readonly latest: bigint;
  readonly uptimeMs: number;
  /** Writes to flash before an erase is due; null where the card does not say. */
  readonly freeWrites: number | null;
  readonly links: readonly ReportedLink[];
}

export function cardReport(from: ReportFields): CardReport {
  const { flags } = from;
  const answered = (flags & REPORT_FLAG_SILENT) === 0;
  return {
    card: from.cardId,
    answered,
    chipId: toBigint(from.chipId),
    firmware: [from.firmware >>> 16, (from.firmware >>> 8) & 0xff, from.firmware & 0xff].join("."),
    blank: (flags & CARD_FLAG_BLANK) !== 0,
    cold: (flags & CARD_FLAG_COLD) !== 0,
    hasLease: (flags & CARD_FLAG_LEASE) !== 0,
    joining: (flags & CARD_FLAG_JOINING) !== 0,
    removed: (flags & CARD_FLAG_REMOVED) !== 0,
    forgot: answered && (flags & CARD_FLAG_FORGOT) !== 0,
    storageFailed: (flags & CARD_FLAG_STORAGE_FAILED) !== 0,
    state: answered ? fabricState(from.state) : "silent",
    view: from.view,
    promised: from.promised,
    primary: from.primary,
    secondary: from.secondary,
    ceiling: toBigint(from.ceiling),
    latest: newestBelow(from.held),
    uptimeMs: from.uptimeMs,
    freeWrites: from.freeWrites === FREE_WRITES_UNKNOWN ? null : from.freeWrites,
    links: Array.from({ length: from.linkCount }, (_, link) => ({
      link,
      neighbour: from.neighbours[link] as number,
      state: linkState(from.linkStates[link] as number),
      isTrunk: isTrunk(from.linkStates[link] as number),
      framesIn: from.framesIn[link] as number,
      framesOut: from.framesOut[link] as number,
      badFrames: from.badFrames[link] as number,
    })),
  };
}
