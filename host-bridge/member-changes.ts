import { setTimeout as pause } from "node:timers/promises";
import { MAX_CARD_ID } from "../firmware/wire/constants.js";
import type { CardStatus, ListedMember } from "./card-status.js";
import { SequenceError } from "./errors.js";
import type { MemberListChange } from "./planned-change.js";
import type { Sequence } from "./sequence.js";

/** What can be told while a change of members is under way. */
export type MemberProgress =
  | { readonly step: "initialised"; readonly card: number; readonly again: boolean }
  | { readonly step: "handing-over"; readonly from: number; readonly to: number }
  | { readonly step: "changing"; readonly change: MemberListChange }
  | { readonly step: "waiting"; readonly code: string; readonly why: string }
  | { readonly step: "settled"; readonly members: readonly ListedMember[] };

export interface MemberChangeOptions {
  /** How long the whole may take, in milliseconds; 30,000 by default. */
  readonly timeoutMs?: number;
  readonly onProgress?: (progress: MemberProgress) => void;
  /** For tests, which have a time of their own. */
  readonly pauseMs?: (ms: number) => Promise<void>;
}

export interface AddOptions extends MemberChangeOptions {
  /** The new card's id: one above the highest that was ever used, unless told otherwise. */
  readonly id?: number;
}

export interface MemberChangeResult {
  /** The card that came, or went. */
  readonly card: number;
  readonly members: readonly ListedMember[];
}

const DEFAULT_TIMEOUT_MS = 30_000;
const LOOK_AGAIN_MS = 100;
/** What ends by itself: a change of somebody else, a view that is being made. */
const PASSING_CODES: ReadonlySet<string> = new Set(["BUSY", "NOT_READY", "CHANGE_FAILED"]);

/**
 * Takes a new card into a fabric. Given again after it was broken off, it goes on where it stopped.
 * @param member a member of the fabric. @param newCard the card that is to come: blank, removed, or one that waits for this
 * fabric already.
 * Rejects with CARD_NOT_BLANK where the new card is of another fabric, ID_USED, LIST_FULL, NO_QUORUM, NOT_HEARD,
 * CHANGE_FAILED, or TIMEOUT with the reason why the fabric is not ready.
 */
export async function addMember(
  member: Sequence,
  newCard: Sequence,
  options: AddOptions = {},
): Promise<MemberChangeResult> {
  const change = new MemberChanger(member, options);
  const newcomer = await change.prepare(newCard, options.id, 0);
  return change.carryOut(
    { kind: "add", card: newcomer.id, incarnation: newcomer.incarnation },
    newcomer.id,
    0,
  );
}

/** As `addMember`, and drops the card `oldCard`, which may be lost, erased, or well. */
export async function replaceMember(
  oldCard: number,
  member: Sequence,
  newCard: Sequence,
  options: AddOptions = {},
): Promise<MemberChangeResult> {
  const change = new MemberChanger(member, options);
  await change.checkLeaver(oldCard, newCard);
  const newcomer = await change.prepare(newCard, options.id, oldCard);
  await change.takeRoleFrom(oldCard);
  const { id, incarnation } = newcomer;
  return change.carryOut({ kind: "replace", card: oldCard, newCard: id, incarnation }, id, oldCard);
}

/**
 * Drops a card from a fabric. Its id is never used again.
 * Rejects with BAD_MEMBERS, NO_QUORUM, LAST_CARD, CHANGE_FAILED, or TIMEOUT with the reason why the fabric is not ready.
 */
export async function removeMember(
  card: number,
  member: Sequence,
  options: MemberChangeOptions = {},
): Promise<MemberChangeResult> {
  const change = new MemberChanger(member, options);
  await change.checkLeaver(card, null);
  await change.takeRoleFrom(card);
  return change.carryOut({ kind: "remove", card }, card, card);
}

/** One change of the member list, seen from a host that has a line to a member. */
class MemberChanger {
  private readonly member: Sequence;
  private readonly deadlineMs: number;
  private readonly report: (progress: MemberProgress) => void;
  private readonly pauseMs: (ms: number) => Promise<void>;
  private waitedMs = 0;

  constructor(member: Sequence, options: MemberChangeOptions) {
    // Before anything is done to the new card.
    if (!member.carriesChanges) {
      throw new SequenceError("NOT_CARRIED", "members are changed at a machine that has a card, not by NATS");
    }
    this.member = member;
    this.deadlineMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    this.report = options.onProgress ?? (() => {});
    this.pauseMs = options.pauseMs ?? ((ms) => pause(ms));
  }

  /** Looks whether the card that is to go can be named at all. */
  async checkLeaver(card: number, newCard: Sequence | null): Promise<void> {
    const { members, lastCardId, fabricId } = await this.readyStatus();
    if (members.some((one) => one.card === card)) return;
    // Who has gone already, while its successor has come, was replaced before this was broken off.
    if (newCard === null && card >= 1 && card <= lastCardId) return;
    if (newCard !== null && newCard.card.fabricId === fabricId && !newCard.card.removed) return;
    const ids = members.map((one) => one.card).join(", ");
    throw new SequenceError("BAD_MEMBERS", `card ${card} is no member; the members are ${ids}`);
  }

  /** Has the new card wait for the fabric, unless it does already. */
  async prepare(
    newCard: Sequence,
    wishedId: number | undefined,
    leaver: number,
  ): Promise<{ id: number; incarnation: number }> {
    const fabric = await this.readyStatus();
    const { fabricId, members, lastCardId } = fabric;
    const status = await newCard.status();
    const listed = members.find(({ card }) => card === status.card);
    const isOurs = status.fabricId === fabricId && !status.blank && !status.removed;
    if (isOurs && listed?.incarnation === status.incarnation) {
      const hasLeaver = members.some(({ card }) => card === leaver);
      if (hasLeaver && listed.votes > 0 && isSettled(listed)) {
        throw new SequenceError(
          "CARD_NOT_BLANK",
          `card ${status.card} is a member in its own right already; take a new card, or only remove card ${leaver}`,
        );
      }
      return this.goOn(status, wishedId);
    }
    const waitsWell = isOurs && status.joining && listed === undefined && status.card > lastCardId;
    if (waitsWell && (wishedId === undefined || wishedId === status.card)) {
      return this.goOn(status, wishedId);
    }
    if (!status.blank && !status.removed && !status.joining) {
      throw new SequenceError(
        "CARD_NOT_BLANK",
        `the new card is card ${status.card} of ${isOurs ? "this fabric" : "another fabric"} already; take a blank one, or remove it there first`,
      );
    }
    const id = wishedId ?? lastCardId + 1;
    if (id <= lastCardId || id > MAX_CARD_ID) {
      throw new SequenceError(
        "ID_USED",
        lastCardId >= MAX_CARD_ID
          ? `all card ids up to ${MAX_CARD_ID} were used in this fabric; start a new one`
          : `card id ${id} cannot be had: ids are never used again, and the next is ${lastCardId + 1}`,
      );
    }
    const incarnation = await newCard.initialise({
      kind: "join",
      fabricId,
      cardId: id,
      // The fabric has its numbers already: this card learns them from the first view that lists it.
      first: 1n,
      members: [
        ...members.map(({ card, votes }) => ({ card, votes: Math.max(1, votes) })),
        { card: id, votes: 1 },
      ],
    });
    this.report({ step: "initialised", card: id, again: false });
    return { id, incarnation };
  }

  /** Hands the role of a primary that is to go to somebody else, by a planned change that skips nothing. */
  async takeRoleFrom(leaver: number): Promise<void> {
    const { primary } = await this.readyStatus();
    if (primary !== leaver) return;
    const { cards, members, secondary } = await this.member.survey();
    const others = cards.filter(({ card, answered }) => answered && card !== leaver);
    const voters = others.filter(({ card }) => members.some((one) => one.card === card && one.votes > 0));
    const to = voters.find(({ card }) => card === secondary)?.card ?? voters[0]?.card;
    // The card itself says what is wrong, as for the last one.
    if (to === undefined) return;
    this.report({ step: "handing-over", from: leaver, to });
    await this.member.handover({ primary: to });
  }

  async carryOut(change: MemberListChange, card: number, leaver: number): Promise<MemberChangeResult> {
    const newcomer = change.kind === "remove" ? 0 : card;
    this.report({ step: "changing", change });
    for (;;) {
      const { members } = await this.member.status();
      if (isDone(members, newcomer, leaver)) {
        this.report({ step: "settled", members });
        return { card, members };
      }
      try {
        await this.member.changeMembers(change);
      } catch (thrown) {
        if (!(thrown instanceof SequenceError) || !PASSING_CODES.has(thrown.code)) throw thrown;
        await this.waitFor(thrown);
      }
      await this.waitUntilSettled(newcomer, leaver);
    }
  }

  /** A change is under way as long as votes differ from those before: the acting primary ends it by itself. */
  private async waitUntilSettled(newcomer: number, leaver: number): Promise<void> {
    for (;;) {
      const { members } = await this.member.status();
      if (isDone(members, newcomer, leaver) || members.every(isSettled)) return;
      await this.waitFor(new SequenceError("BUSY", "a change of the members is under way"));
    }
  }

  private goOn(status: CardStatus, wishedId: number | undefined): { id: number; incarnation: number } {
    if (wishedId !== undefined && wishedId !== status.card) {
      throw new SequenceError(
        "BAD_MEMBERS",
        `the new card is card ${status.card} of this fabric already; leave --id out to go on with it`,
      );
    }
    this.report({ step: "initialised", card: status.card, again: true });
    return { id: status.card, incarnation: status.incarnation };
  }

  private async readyStatus(): Promise<CardStatus> {
    await this.member.waitForReady({ timeoutMs: Math.max(1, this.deadlineMs - this.waitedMs) });
    return this.member.status();
  }

  private async waitFor(reason: SequenceError): Promise<void> {
    if (this.waitedMs >= this.deadlineMs) throw reason;
    this.report({ step: "waiting", code: reason.code, why: reason.message });
    await this.pauseMs(LOOK_AGAIN_MS);
    this.waitedMs += LOOK_AGAIN_MS;
  }
}

function isSettled({ votes, votesBefore }: ListedMember): boolean {
  return votes === votesBefore;
}

function isDone(members: readonly ListedMember[], newcomer: number, leaver: number): boolean {
  if (!members.every(isSettled) || members.some(({ card }) => card === leaver)) return false;
  return newcomer === 0 || members.some(({ card, votes }) => card === newcomer && votes > 0);
}
