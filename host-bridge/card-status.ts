import { COUNTER_NAMES, type CounterName } from "../firmware/wire/counter-names.js";
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
  type HostLinksFields,
  type HostStatusFields,
  LINK_ALIVE,
  LINK_STALE,
  LINK_TRUNK,
} from "../firmware/wire/host-status-frames.js";
import { votesBefore, votesNow } from "../firmware/wire/member-entries.js";
import { type FabricState, fabricState } from "./refusals.js";
import { newestBelow, toBigint } from "./uint64-bigint.js";

/** One member of a fabric. */
export interface Member {
  /** Card id, 1 to 254. */
  readonly card: number;
  readonly votes: number;
}

/** A member as the fabric's list has it. */
export interface ListedMember extends Member {
  /** Votes before the change that is under way; as `votes` where there is none. */
  readonly votesBefore: number;
  /** What the card drew when it was initialised; 0 where that is not known yet. */
  readonly incarnation: number;
}

export interface LinkStatus {
  /** Which cable of the card, from 0. */
  readonly link: number;
  /** Card id at the other end, 0 where it is not known. */
  readonly neighbour: number;
  readonly state: "alive" | "stale" | "dead";
  /** No cable, but the trunk that a host lends. */
  readonly isTrunk: boolean;
  readonly framesIn: number;
  readonly framesOut: number;
  readonly badFrames: number;
  /** Frames that found the send buffer full. */
  readonly dropped: number;
}

export interface RouteStatus {
  readonly card: number;
  readonly link: number;
  readonly cost: number;
}

export type CardRole = "primary" | "secondary";

/** What a card tells about itself. Numbers of the sequence, chip ids and ceilings are 64 bits and `bigint`. */
export interface CardStatus {
  readonly card: number;
  readonly fabricId: number;
  readonly chipId: bigint;
  readonly blank: boolean;
  /** Restarted inside its view. */
  readonly cold: boolean;
  /** Initialised, and waits for its fabric to be founded, or to be taken in. */
  readonly joining: boolean;
  /** Was a member; may be initialised as a blank card may. */
  readonly removed: boolean;
  /** Its fabric has a member of this id that was initialised earlier: this card lost its flash and must be replaced. */
  readonly forgot: boolean;
  readonly storageFailed: boolean;
  /** What this card drew when it was initialised. */
  readonly incarnation: number;
  /** Highest view that the card has promised to. */
  readonly promised: number;
  readonly view: number;
  readonly primary: number;
  readonly secondary: number;
  /** The roles that this card holds in its view. */
  readonly roles: readonly CardRole[];
  readonly base: bigint;
  /** The ceiling in this card's flash. */
  readonly ceiling: bigint;
  /** The ceiling that a quorum has acknowledged; 0n where the card is not primary. */
  readonly quorumCeiling: bigint;
  /** The newest number that this card holds; 0n where it holds none. */
  readonly latest: bigint;
  readonly state: FabricState;
  /** Primary only: whether it holds its lease, and for how long. */
  readonly hasLease: boolean;
  readonly leaseLeftUs: number;
  readonly uptimeMs: number;
  readonly members: readonly ListedMember[];
  /** The highest card id that was ever used in this fabric. */
  readonly lastCardId: number;
  readonly links: readonly LinkStatus[];
  readonly routes: readonly RouteStatus[];
  /** They wrap at 2^32. */
  readonly counters: Readonly<Record<CounterName, number>>;
}

export function cardStatus(
  from: HostStatusFields,
  links: HostLinksFields,
  counterValues: Uint32Array,
): CardStatus {
  const { cardId, primary, secondary, flags } = from;
  const roles: CardRole[] = [];
  if (cardId !== 0 && cardId === primary) roles.push("primary");
  if (cardId !== 0 && cardId === secondary) roles.push("secondary");
  return {
    card: cardId,
    fabricId: from.fabricId,
    chipId: toBigint(from.chipId),
    blank: (flags & CARD_FLAG_BLANK) !== 0,
    cold: (flags & CARD_FLAG_COLD) !== 0,
    joining: (flags & CARD_FLAG_JOINING) !== 0,
    removed: (flags & CARD_FLAG_REMOVED) !== 0,
    forgot: (flags & CARD_FLAG_FORGOT) !== 0,
    incarnation: from.incarnation,
    lastCardId: from.lastCardId,
    storageFailed: (flags & CARD_FLAG_STORAGE_FAILED) !== 0,
    promised: from.promised,
    view: from.view,
    primary,
    secondary,
    roles,
    base: toBigint(from.base),
    ceiling: toBigint(from.ceiling),
    quorumCeiling: toBigint(from.quorumCeiling),
    latest: newestBelow(from.held),
    state: fabricState(from.state),
    hasLease: (flags & CARD_FLAG_LEASE) !== 0,
    leaseLeftUs: from.leaseLeftUs,
    uptimeMs: from.uptimeMs,
    members: membersOf(from),
    links: linksOf(links),
    routes: routesOf(links),
    counters: countersOf(counterValues),
  };
}

function membersOf(from: HostStatusFields): ListedMember[] {
  return Array.from({ length: from.memberCount }, (_, index) => ({
    card: from.memberCards[index] as number,
    votes: votesNow(from.memberVotes[index] as number),
    votesBefore: votesBefore(from.memberVotes[index] as number),
    incarnation: from.memberIncarnations[index] as number,
  }));
}

function linksOf(from: HostLinksFields): LinkStatus[] {
  return Array.from({ length: from.linkCount }, (_, link) => ({
    link,
    neighbour: from.neighbours[link] as number,
    state: linkState(from.states[link] as number),
    isTrunk: isTrunk(from.states[link] as number),
    framesIn: from.framesIn[link] as number,
    framesOut: from.framesOut[link] as number,
    badFrames: from.badFrames[link] as number,
    dropped: from.dropped[link] as number,
  }));
}

export function linkState(stateAndKind: number): LinkStatus["state"] {
  const state = stateAndKind & ~LINK_TRUNK;
  if (state === LINK_ALIVE) return "alive";
  return state === LINK_STALE ? "stale" : "dead";
}

export function isTrunk(stateAndKind: number): boolean {
  return (stateAndKind & LINK_TRUNK) !== 0;
}

function routesOf(from: HostLinksFields): RouteStatus[] {
  return Array.from({ length: from.routeCount }, (_, index) => ({
    card: from.routeCards[index] as number,
    link: from.routeLinks[index] as number,
    cost: from.routeCosts[index] as number,
  }));
}

function countersOf(values: Uint32Array): Record<CounterName, number> {
  const counters: Partial<Record<CounterName, number>> = {};
  COUNTER_NAMES.forEach((name, index) => {
    counters[name] = values[index] as number;
  });
  return counters as Record<CounterName, number>;
}
