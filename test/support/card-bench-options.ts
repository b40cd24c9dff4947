import type { Timing } from "../../firmware/wire/constants.js";
import type { FailingRecordStore } from "./failing-record-store.js";
import type { Entry } from "./member-lists.js";

/** What a test says where it is not as `CardBench` has it. */
export interface CardBenchOptions {
  /** Ids and votes of the members; three of one vote each unless told otherwise. */
  readonly members?: readonly (readonly [number, number])[];
  readonly cardId?: number;
  /** Who is at the other end of each cable; every other member unless told otherwise. */
  readonly neighbours?: readonly number[];
  readonly first?: bigint;
  readonly timing?: Timing;
  readonly storage?: FailingRecordStore;
  /** The card is not made a member: it starts with what its storage holds. */
  readonly uninitialised?: boolean;
  readonly randomSeed?: number;
  /** What the board can at each cable, 0: nothing but the usual 2 Mbaud; left out: no cable's rate can be changed. */
  readonly maxBauds?: readonly number[];
}

export interface BeaconOptions {
  /** The cable by which it comes, where that is not the one to its primary. */
  readonly link?: number;
  readonly from?: number;
  readonly view?: number;
  /** Given with a secondary or a base: the primary tells the view, before its beacon, as it does until it is answered. */
  readonly primary?: number;
  readonly secondary?: number;
  readonly base?: bigint;
  readonly sequence?: number;
  readonly ceiling?: bigint;
  readonly windowLog2?: number;
  readonly state?: number;
}

export interface AckOptions {
  readonly view?: number;
  readonly sequence?: number;
  readonly ceiling?: bigint;
  readonly flags?: number;
}

export interface PromiseOptions {
  readonly view: number;
  readonly accepted?: number;
  readonly primary?: number;
  readonly secondary?: number;
  readonly base?: bigint;
  readonly ceiling?: bigint;
  readonly windowLog2?: number;
  /** Left out: the sender knows none. */
  readonly tail?: bigint;
  /** The list of the accepted view; that of the bench unless told otherwise. */
  readonly list?: readonly Entry[];
}

export interface AcceptOptions {
  readonly from?: number;
  readonly view: number;
  readonly primary?: number;
  readonly secondary?: number;
  readonly base?: bigint;
  readonly ceiling?: bigint;
  readonly windowLog2?: number;
  /** That of the bench unless told otherwise. */
  readonly list?: readonly Entry[];
  readonly lastCardId?: number;
}

export interface FrameOptions {
  readonly destination?: number;
  readonly hopsLeft?: number;
  readonly fabricId?: number;
  readonly link?: number;
}
