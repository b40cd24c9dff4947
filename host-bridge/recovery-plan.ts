import type { CardReport } from "./card-report.js";
import type { CardStatus, ListedMember, Member } from "./card-status.js";
import { SequenceError } from "./errors.js";
import { defaultVotes } from "./initialisation.js";
import { hexadecimal } from "./session-errors.js";
import { MAX_NUMBER } from "./uint64-bigint.js";

/**
 * The largest window that a card ever moves its ceiling by. The recovered fabric begins that far above the highest that
 * could be read, so a ceiling that was on its way when the cards were lost is covered as well.
 */
export const RECOVERY_WINDOW = 2n ** 30n;

/** What one card, or the operator, knows of the numbers of the lost fabric. */
export interface RecoveryReading {
  /** "card 2 at /dev/ttyACM1", "card 3, heard by card 2", "mirror /var/lib/..." */
  readonly source: string;
  /** Every number that this source knows of lies below it. */
  readonly below: bigint;
}

/** A card at a port, as it was found. */
export interface RecoveryCard {
  readonly port: string;
  readonly status: CardStatus;
  /** What the others say that this card reaches. */
  readonly reports: readonly CardReport[];
}

/** A number that was given, as somebody else knows. */
export interface KnownNumber {
  readonly source: string;
  readonly number: bigint;
  /** Where the source tells numbers of several fabrics: that of this one. Those of others do not count. */
  readonly fabricId?: number;
}

export interface RecoveryOptions {
  /** 1 to 2^32-1, unlike that of the lost fabric. */
  readonly newFabricId: number;
  /** The first number, where the operator knows better; it cannot be below what was read and a window. */
  readonly first?: bigint;
  /** Numbers known to exist from elsewhere: mirror files, the greatest in a database. */
  readonly known?: readonly KnownNumber[];
  /** Goes on although the cards that answer have a quorum. */
  readonly despiteQuorum?: boolean;
}

/** What a recovery would do. Nothing has changed yet. */
export interface RecoveryPlan {
  readonly oldFabricId: number;
  readonly newFabricId: number;
  /** The first number that the new fabric gives. */
  readonly first: bigint;
  readonly highest: bigint;
  readonly readings: readonly RecoveryReading[];
  /** Members of the lost fabric of which nothing could be read. */
  readonly unread: readonly number[];
  /** What nobody can rule out, in words; empty where every number ever given lies below `first` for sure. */
  readonly doubts: readonly string[];
  /** Who is to be which card of the new fabric, in the order of the ports. */
  readonly cards: readonly {
    readonly port: string;
    /** 0 for a blank card. */
    readonly oldCard: number;
    readonly newCard: number;
    readonly replacesFabricId: number;
  }[];
  readonly members: readonly Member[];
  /** Whether it goes on with a recovery that was broken off. */
  readonly goesOn: boolean;
}

/**
 * Works out what a recovery with these cards would be. Pure: it asks nobody and changes nothing.
 * @throws SequenceError BAD_FABRIC where the cards are of several fabrics, or of none; QUORUM_LIVES; STORAGE_FAILED;
 * BAD_FIRST where `first` is too low, or no number is left.
 */
export function planRecovery(cards: readonly RecoveryCard[], options: RecoveryOptions): RecoveryPlan {
  const old = cards.filter(({ status }) => isMember(status));
  const oldFabricId = onlyFabricOf(cards, old);
  const begun = cards.filter(({ status }) => status.joining && status.fabricId !== oldFabricId);
  const failed = cards.find(({ status }) => status.storageFailed);
  if (failed !== undefined) {
    throw new SequenceError(
      "STORAGE_FAILED",
      `the flash of the card at ${failed.port} does not work: leave that port out`,
    );
  }
  const members = newestList(old);
  const reports = reportsOf(old);
  if (options.despiteQuorum !== true) refuseLiving(old, members, reports);
  const known = (options.known ?? []).filter(({ fabricId = oldFabricId }) => fabricId === oldFabricId);
  const ofOld = readingsOf(old, reports, known);
  const wished = highestOf(options.first ?? 0n, leastAbove(ofOld));
  const resumed = resumedPlan(begun, wished, cards.length);
  const readings = resumed === null ? [...ofOld, ...begun.map(readingOfBegun)] : ofOld;
  const highest = highestOf(...readings.map(({ below }) => below));
  const least = resumed?.base ?? leastAbove(readings);
  const first = resumed?.base ?? options.first ?? least;
  if (first < least) {
    throw new SequenceError(
      "BAD_FIRST",
      `the first number must be ${least} or more: ${highest} was read, and a window above it may be in use`,
    );
  }
  if (first > MAX_NUMBER) throw new SequenceError("BAD_FIRST", "no number is left below 2^63 to go on with");
  const unread = members
    .filter(({ card }) => !reports.some((report) => report.card === card))
    .map(({ card }) => card);
  return {
    oldFabricId,
    newFabricId: resumed?.fabricId ?? options.newFabricId,
    first,
    highest,
    readings,
    unread,
    doubts: [...(begun.length === 0 ? [] : [BEGUN_DOUBT]), ...doubtsOf(cards, members, reports, unread)],
    cards: cards.map(({ port, status }, index) => ({
      port,
      oldCard: isMember(status) ? status.card : 0,
      newCard: index + 1,
      replacesFabricId: isMember(status) ? status.fabricId : 0,
    })),
    members: defaultVotes(cards.map((_, index) => index + 1)),
    goesOn: resumed !== null,
  };
}

const BEGUN_DOUBT =
  "A recovery was begun before. Cards that it has taken already are told as not read here; what they knew is in the first number.";

function leastAbove(readings: readonly RecoveryReading[]): bigint {
  return highestOf(...readings.map(({ below }) => below)) + RECOVERY_WINDOW;
}

/** What this card knew of the lost fabric lies below the number that it was initialised with. */
function readingOfBegun({ port, status }: RecoveryCard): RecoveryReading {
  return { source: `the card at ${port}, of a recovery that was begun before`, below: status.base };
}

function isMember({ blank, joining, removed }: CardStatus): boolean {
  return !blank && !joining && !removed;
}

function onlyFabricOf(cards: readonly RecoveryCard[], old: readonly RecoveryCard[]): number {
  const fabrics = [...new Set(old.map(({ status }) => status.fabricId))];
  const [only] = fabrics;
  if (only === undefined) {
    throw new SequenceError(
      "BAD_FABRIC",
      cards.length === 0
        ? "name the ports of the cards that are left"
        : "none of the cards named is a member of a fabric, so there is nothing to recover; see `seqcard init`",
    );
  }
  if (fabrics.length > 1) {
    throw new SequenceError(
      "BAD_FABRIC",
      `the cards are of several fabrics: ${fabrics.map(hexadecimal).join(", ")}; name the ports of one`,
    );
  }
  return only;
}

/** The list of the newest view that any of the cards has accepted. */
function newestList(old: readonly RecoveryCard[]): readonly ListedMember[] {
  const newest = old.reduce((best, one) => (one.status.view > best.status.view ? one : best));
  return newest.status.members;
}

/**
 * One report of each card of the fabric that was read, at a port or from behind another card. One that lost its flash,
 * and waits under its old id, knows nothing.
 */
function reportsOf(old: readonly RecoveryCard[]): CardReport[] {
  const byCard = new Map<number, CardReport>();
  for (const { reports } of old) {
    for (const report of reports) {
      if (report.answered && !report.joining && !report.forgot) byCard.set(report.card, report);
    }
  }
  return [...byCard.values()];
}

function refuseLiving(
  old: readonly RecoveryCard[],
  members: readonly ListedMember[],
  reports: readonly CardReport[],
): void {
  const ready = old.find(({ status }) => status.state === "ready");
  const cards = reports
    .filter(({ storageFailed, forgot }) => !storageFailed && !forgot)
    .map(({ card }) => card);
  if (ready === undefined && !isQuorum(members, cards)) return;
  throw new SequenceError(
    "QUORUM_LIVES",
    ready === undefined
      ? `cards ${cards.join(", ")} have more than half of the votes: connect them, and the fabric goes on by itself`
      : `the card at ${ready.port} says that numbers can be had: there is nothing to recover`,
  );
}

/** Whether the cards have more than half of the votes, now and before a change that is under way. */
function isQuorum(members: readonly ListedMember[], cards: readonly number[]): boolean {
  const ofThese = members.filter(({ card }) => cards.includes(card));
  const isMost = (votes: (member: ListedMember) => number): boolean =>
    2 * sum(ofThese.map(votes)) > sum(members.map(votes));
  return isMost((member) => member.votes) && isMost((member) => member.votesBefore);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function readingsOf(
  old: readonly RecoveryCard[],
  reports: readonly CardReport[],
  known: readonly KnownNumber[],
): RecoveryReading[] {
  const atPorts = old.map(({ port, status }) => ({
    source: `card ${status.card} at ${port}`,
    below: highestOf(status.ceiling, status.quorumCeiling, status.base, status.latest + 1n),
  }));
  const behind = reports
    .filter(({ card }) => !old.some(({ status }) => status.card === card))
    .map(({ card, ceiling, latest }) => ({
      source: `card ${card}, by way of another`,
      below: highestOf(ceiling, latest + 1n),
    }));
  return [...atPorts, ...behind, ...known.map(({ source, number }) => ({ source, below: number + 1n }))];
}

function highestOf(...numbers: readonly bigint[]): bigint {
  let most = 0n;
  for (const number of numbers) if (number > most) most = number;
  return most;
}

/** A recovery that was broken off has initialised some cards already, and goes on with what they were told. */
function resumedPlan(begun: readonly RecoveryCard[], least: bigint, count: number): CardStatus | null {
  const [first] = begun;
  // One that began too low, or with other cards, is begun anew: no card of it has given a number.
  if (first === undefined || first.status.base < least || first.status.members.length !== count) return null;
  return begun.every(({ status }) => status.fabricId === first.status.fabricId) ? first.status : null;
}

function doubtsOf(
  cards: readonly RecoveryCard[],
  members: readonly ListedMember[],
  reports: readonly CardReport[],
  unread: readonly number[],
): string[] {
  const doubts: string[] = [];
  if (isQuorum(members, unread)) {
    doubts.push(
      `Cards ${unread.join(", ")} were not read, and together they could give numbers without the others. ` +
        `Whatever they gave beyond ${RECOVERY_WINDOW} above the highest number read would be given again.`,
    );
  }
  if (unread.length > 0) {
    doubts.push(
      `Cards ${unread.join(", ")} must never come back among cards of the old fabric: with enough of them it would go on beside the new one.`,
    );
  }
  const left = reports.filter(({ card }) => !cards.some(({ status }) => status.card === card));
  if (left.length > 0) {
    doubts.push(
      `Cards ${left.map(({ card }) => card).join(", ")} answer but are at none of the ports. They stay in the old fabric: take them away.`,
    );
  }
  return doubts;
}
