import { LOW_FREE_WRITES, type StoreUpkeep } from "../storage/record-store.js";
import { STATE_READY } from "../wire/frame-types.js";
import type { CardContext } from "./card-context.js";
import type { Member } from "./member.js";
import type { Originator } from "./originator.js";
import type { Planner } from "./planner.js";
import type { Primary } from "./primary.js";
import type { Router } from "./router.js";

/**
 * An erase takes 45 to 400 ms. Members that hold no role take turns of so many beacons as are sent in this time, 64, so that no two
 * erase at a time: 640 ms, and 1,280 ms where the primary sends a beacon every 20 ms only, in a fabric of up to three whose members
 * acknowledge each.
 */
export const ERASE_SLOT_US = 640_000;
/** An erase begins in the first part of a turn only, so that it is over before the next card's begins. */
const SLOT_PARTS = 8;
/** With fewer writes left a card erases, whatever it holds: one turn may write twice, and a write that fails is its end. */
export const LAST_FREE_WRITES = 4;
/** With no more than this left it does not even wait for its secondary to store what is under way. */
const NO_TIME_WRITES = 2;
/** Cards without a role erase at so many different counts. */
const STAGGER_WRITES = 4;
const NO_CARD = 0;

/**
 * Keeps the flash ready to take records. A card without a role erases ahead, in its turn. A card with a role has it handed
 * over by the primary when few writes are left, and erases in it only where nobody can take it. `docs/flash.md` has the rules.
 */
export class Upkeep {
  private readonly context: CardContext;
  private readonly router: Router;
  private readonly member: Member;
  private readonly primary: Primary;
  private readonly planner: Planner;
  private readonly originator: Originator;
  private readonly store: StoreUpkeep | undefined;
  /** Something has to be done about the flash: each turn is to be finished with `finishTurn`, whatever it did. */
  isBusy = false;
  private needsErase = false;
  /** The turn in which this card erased last. */
  private doneSlot = -1;
  private nextPlanUs = Number.NEGATIVE_INFINITY;
  /** When this card began to make ready for an erase in its role; undefined where it does not. */
  private retreatUs: number | undefined;
  /** An erase has kept this card from hearing anything until now. */
  private wasDeaf = false;

  constructor(
    context: CardContext,
    router: Router,
    member: Member,
    primary: Primary,
    planner: Planner,
    originator: Originator,
  ) {
    this.context = context;
    this.router = router;
    this.member = member;
    this.primary = primary;
    this.planner = planner;
    this.originator = originator;
    this.store = context.environment.storage.upkeep;
  }

  /** To be called when time has passed: that a card heard nothing while it erased is no silence of the others. */
  noteTime(): void {
    if (this.wasDeaf) this.member.noteSignOfLife();
    this.wasDeaf = false;
  }

  /** To be called last in a turn: an erase stops the card, so behind it the time of the turn is no longer true. */
  finishTurn(): void {
    const { context, store } = this;
    if (!context.isReady) return;
    if (store !== undefined && context.hasWritten) this.look(store);
    this.relieve();
    if (store === undefined || !this.needsErase) return;
    if (context.counters.freeWrites < this.leastWrites()) this.eraseAtLast(store);
    else if (!this.isMyTurn()) this.originator.release();
    else if (this.originator.hold()) this.erase(store);
  }

  private look(store: StoreUpkeep): void {
    const { context } = this;
    context.hasWritten = false;
    const { freeWrites } = store;
    context.counters.freeWrites = freeWrites;
    context.setLow(freeWrites < LOW_FREE_WRITES);
    this.needsErase = store.needsErase;
    this.isBusy = this.needsErase || context.isLow;
  }

  /** On the primary: takes roles from cards that have few writes left, itself included, by a planned change. */
  private relieve(): void {
    const { context, primary } = this;
    const { accepted } = context.state;
    if (context.nowUs < this.nextPlanUs || !primary.lease.isActing()) return;
    const secondaryIsLow = accepted.secondary !== context.cardId && primary.lease.isLow(accepted.secondary);
    if (!context.isLow && !secondaryIsLow) return;
    if (primary.lease.assignState() !== STATE_READY || this.planner.isBusy()) return;
    this.nextPlanUs = context.nowUs + context.timing.planUs;
    const newPrimary = context.isLow ? this.nextPrimary(secondaryIsLow) : context.cardId;
    const newSecondary = this.nextSecondary(newPrimary, secondaryIsLow);
    if (newPrimary === NO_CARD || newSecondary === NO_CARD) {
      context.counters.handoversWithoutTaker += 1;
    } else {
      context.counters.handoversForErase += 1;
      this.planner.handOver(newPrimary, newSecondary);
    }
  }

  private nextPrimary(secondaryIsLow: boolean): number {
    const { secondary } = this.context.state.accepted;
    return secondaryIsLow ? this.findTaker(NO_CARD) : secondary;
  }

  /** The secondary stays where it can; else a third card takes over, and a low secondary may stay beside a new primary. */
  private nextSecondary(newPrimary: number, secondaryIsLow: boolean): number {
    const { secondary } = this.context.state.accepted;
    const taker = this.findTaker(newPrimary);
    const mayStay = newPrimary !== this.context.cardId && newPrimary !== secondary;
    return taker === NO_CARD && secondaryIsLow && mayStay ? secondary : taker;
  }

  /** @returns a card other than this one and `except` that is heard and has writes left, or NO_CARD. */
  private findTaker(except: number): number {
    const { members, cardId } = this.context.state;
    for (let index = 0; index < members.count; index += 1) {
      const card = members.cardAt(index);
      if (card !== cardId && card !== except && this.primary.lease.canTake(card)) return card;
    }
    return NO_CARD;
  }

  /** All members write alike, so those without a role do not wait until all of them have to erase at the same time. */
  private leastWrites(): number {
    const { members, cardId } = this.context.state;
    if (this.holdsRole()) return LAST_FREE_WRITES;
    return LAST_FREE_WRITES + (members.indexOf(cardId) % STAGGER_WRITES);
  }

  /** Whether this card holds no role in a fabric that does without it, and its turn has just begun. */
  private isMyTurn(): boolean {
    const { context, member } = this;
    const { members, cardId } = context.state;
    if (this.holdsRole()) return false;
    const slotBeacons = this.slotBeacons();
    const slot = Math.floor(member.beaconSequence / slotBeacons);
    const begins = member.beaconSequence % slotBeacons < Math.ceil(slotBeacons / SLOT_PARTS);
    if (slot === this.doneSlot || !begins || slot % members.count !== members.indexOf(cardId)) return false;
    return member.viewState() === STATE_READY && this.isSpared();
  }

  private holdsRole(): boolean {
    const { accepted, cardId } = this.context.state;
    return accepted.primary === cardId || accepted.secondary === cardId;
  }

  /** Whether the cards that can be reached are a quorum without this one. */
  private isSpared(): boolean {
    const { members, cardId } = this.context.state;
    let mask = 0;
    for (let index = 0; index < members.count; index += 1) {
      if (members.cardAt(index) !== cardId && this.router.reaches(members.cardAt(index))) mask |= 1 << index;
    }
    return members.isQuorum(mask);
  }

  /** A write could fail soon. First what is under way comes to its end, so that nothing is skipped. */
  private eraseAtLast(store: StoreUpkeep): void {
    const { context } = this;
    if (context.counters.freeWrites > NO_TIME_WRITES && !this.isQuiet()) return;
    if (this.holdsRole()) context.counters.erasesInRole += 1;
    this.erase(store);
    if (this.retreatUs !== undefined) this.primary.endDrain();
    this.retreatUs = undefined;
  }

  /** Stops asking and assigning. @returns whether all has been answered and stored, or it has taken too long. */
  private isQuiet(): boolean {
    const { context, primary } = this;
    if (this.retreatUs === undefined) {
      this.retreatUs = context.nowUs;
      if (primary.lease.isActing()) primary.drain();
    }
    const endUs = this.retreatUs + context.timing.drainUs;
    const isDrained = !primary.lease.isActing() || primary.isDrained();
    if ((this.originator.hold() && isDrained) || context.nowUs >= endUs) return true;
    context.wakeBy(endUs);
    return false;
  }

  private erase(store: StoreUpkeep): void {
    const { context, originator } = this;
    context.counters.sectorErases += 1;
    store.eraseOne();
    this.wasDeaf = true;
    context.hasNews = true;
    this.doneSlot = Math.floor(this.member.beaconSequence / this.slotBeacons());
    this.look(store);
    originator.release();
    context.wakeBy(context.nowUs);
  }

  private slotBeacons(): number {
    return Math.max(1, Math.ceil(ERASE_SLOT_US / this.context.timing.beaconUs));
  }
}
