import type { FrameBuffer } from "../wire/frame-buffer.js";
import { FRAME_ACCEPT, FRAME_PREPARE } from "../wire/frame-types.js";
import { NUMBER_LIMIT, Uint64 } from "../wire/uint64.js";
import {
  AcceptFields,
  DeclineFields,
  decodeDecline,
  decodePromise,
  encodeAccept,
  encodePrepare,
  PromiseFields,
} from "../wire/view-frames.js";
import type { CardContext } from "./card-context.js";
import { isCeiling } from "./ceiling.js";
import type { Member } from "./member.js";
import { MemberList, NOT_A_MEMBER } from "./member-list.js";
import type { Post } from "./post.js";
import type { Promiser } from "./promiser.js";
import { Promises } from "./promises.js";
import { choosePrimary, chooseSecondary } from "./role-choice.js";
import type { Router } from "./router.js";
import { nextViewNumber } from "./view.js";

/** What a planned change asks for. Zeros stand for "as it comes". */
export class ChangePlan {
  primary = 0;
  secondary = 0;
  /** The new view begins at this number or above. */
  readonly seed = new Uint64();
  /** Whether the new view has another list than the last, and that is `members`. */
  changesMembers = false;
  readonly members = new MemberList();

  copy(from: ChangePlan): void {
    this.primary = from.primary;
    this.secondary = from.secondary;
    this.seed.copy(from.seed);
    this.changesMembers = from.changesMembers;
    if (from.changesMembers) this.members.copy(from.members);
  }

  clear(): void {
    this.primary = 0;
    this.secondary = 0;
    this.seed.set(0, 0);
    this.changesMembers = false;
  }
}

/** Leads a view change: collects promises, chooses once, tells everybody. */
export class Coordinator {
  private readonly plan = new ChangePlan();
  private readonly context: CardContext;
  private readonly post: Post;
  private readonly router: Router;
  private readonly member: Member;
  private readonly promiser: Promiser;
  private readonly promises = new Promises();
  private readonly promise = new PromiseFields();
  private readonly decline = new DeclineFields();
  private readonly accept = new AcceptFields();
  private readonly list = new MemberList();
  /** By which promises are counted, and in whose places they are kept: the list of the highest view that any of them accepted. */
  private readonly counted = new MemberList();
  /** The view that this card collects promises for, or has chosen; 0: none. */
  private view = 0;
  private chosen = false;
  private startedUs = 0;
  private sentUs = 0;
  private nextSendUs = 0;
  /** How often the promises were asked for. */
  private rounds = 0;
  /** The highest view heard of: a new one must lie above it. */
  private highestSeen = 0;
  /** The accepted view above which somebody knows one where this card has no vote, and until when others are left to lead. */
  private outdatedView = 0;
  private outdatedUntilUs = 0;

  constructor(context: CardContext, post: Post, router: Router, member: Member, promiser: Promiser) {
    this.context = context;
    this.post = post;
    this.router = router;
    this.member = member;
    this.promiser = promiser;
  }

  /** Forgets another fabric, whose views may have the numbers of this one's. */
  reset(): void {
    this.view = 0;
    this.chosen = false;
    this.highestSeen = 0;
    this.outdatedView = 0;
  }

  /** Whether a view change of this card is under way: its promise stands and no other has overtaken it. */
  isLeading(): boolean {
    const { promised, accepted } = this.context.state;
    return this.view !== 0 && promised === this.view && accepted.number !== this.view;
  }

  /**
   * Whether a member asks for a higher view than that of this card. It has promised that view, so it follows no lower one
   * any more: only a still higher one takes it in again.
   */
  isOutbid(): boolean {
    return this.promiser.highestDeclined > this.context.state.promised;
  }

  /** Whether a view was chosen of which no beacon has come yet: its primary may not have heard of it. */
  private isAnnouncing(): boolean {
    const { context } = this;
    const { promised, accepted } = context.state;
    if (!this.chosen || promised !== this.view || accepted.number !== this.view) return false;
    return accepted.primary !== context.cardId && this.member.beaconView !== this.view;
  }

  /**
   * Starts a view change, or goes on with the one under way. Where too few cards can be reached it does nothing:
   * every promise is a write to flash, and this one could lead nowhere.
   * @param plan what the new view should be like; a change that is under way already keeps its own.
   * @returns whether this card leads a change now.
   */
  start(plan: ChangePlan): boolean {
    const { context } = this;
    if (this.isLeading()) return true;
    if (!this.mayLead()) return false;
    const highest = Math.max(this.highestSeen, this.promiser.highestDeclined, context.state.promised);
    const view = nextViewNumber(highest, context.cardId);
    if (view === 0 || !this.promiser.tryPromise(view)) return false;
    this.plan.copy(plan);
    this.view = view;
    this.chosen = false;
    this.startedUs = context.nowUs;
    this.nextSendUs = context.nowUs;
    this.rounds = 0;
    this.promises.reset();
    this.counted.copy(context.state.members);
    this.promises.add(this.counted.indexOf(context.cardId), this.promiser.promise);
    context.counters.viewChangesStarted += 1;
    this.tick();
    return true;
  }

  tick(): void {
    const { context } = this;
    if (!this.isLeading() && !this.isAnnouncing()) return;
    this.tryChoose();
    if (context.nowUs >= this.nextSendUs) this.sendAgain();
    context.wakeBy(this.nextSendUs);
  }

  /** Takes a PROMISE of the member `source`. */
  receivePromise(source: number, frame: FrameBuffer): void {
    const { context, promise } = this;
    if (!decodePromise(frame, promise)) {
      context.counters.dropLength += 1;
    } else if (!this.isLeading() || promise.view !== this.view || this.chosen) {
      context.counters.promisesLate += 1;
    } else if (!this.isCredible()) {
      context.counters.dropRole += 1;
    } else if (this.isOutdated() && !this.takeOverList()) {
      this.standBack();
    } else {
      this.count(source);
    }
  }

  /** Takes a DECLINE: the sender cannot promise now, or never as it knows of a higher view. */
  receiveDecline(frame: FrameBuffer): void {
    const { context, decline } = this;
    if (!decodeDecline(frame, decline)) {
      context.counters.dropLength += 1;
    } else if (decline.view === this.view) {
      if (decline.promised > this.highestSeen) this.highestSeen = decline.promised;
      if (this.chosen) return;
      // Only a new number can win against a higher promise.
      if (decline.promised > this.view) this.view = 0;
      else this.askSoon();
    }
  }

  /** A base that is chosen from promises is for ever: none that cannot be true may have a say in it. */
  private isCredible(): boolean {
    const { promise, list } = this;
    if (promise.accepted === 0 || promise.accepted >= promise.view) return false;
    if (!list.set(promise) || !list.knowsAll()) return false;
    if (!list.isVoter(promise.primary) || !list.isVoter(promise.secondary)) return false;
    const { base, ceiling, windowLog2, tail } = promise;
    return base.compare(ceiling) <= 0 && isCeiling(ceiling, windowLog2) && tail.compare(NUMBER_LIMIT) <= 0;
  }

  /**
   * Promises are counted by the list of the highest view that any of them has accepted.
   * @returns whether the newest shows a higher view than all before, with another list.
   */
  private isOutdated(): boolean {
    const { promise, promises, counted } = this;
    return promise.accepted > promises.lastView.number && !counted.isTold(promise);
  }

  /**
   * Goes on by the list that a promise told: it may be that nobody else who knows it may lead. The view to be made keeps
   * that list, as what this card wanted was meant for another.
   * @returns false where this card has no vote in that list.
   */
  private takeOverList(): boolean {
    const { context, list, counted } = this;
    const { cardId, incarnation } = context.state;
    if (!list.hasAs(cardId, incarnation)) return false;
    context.hearOf(this.promise.accepted, list);
    this.router.adoptMembers();
    if (!list.isVoter(cardId)) return false;
    this.promises.remap(counted, list);
    counted.copy(list);
    this.plan.clear();
    this.nextSendUs = context.nowUs;
    return true;
  }

  /** Counts the promise of `source`, and asks those who are new where the list is another now. */
  private count(source: number): void {
    const index = this.counted.indexOf(source);
    if (index === NOT_A_MEMBER) this.context.counters.promisesLate += 1;
    else this.promises.add(index, this.promise);
    this.tick();
  }

  /** Leaves it to those who have a vote. If they should be gone soon after, it is this card's turn again. */
  private standBack(): void {
    const { context } = this;
    this.view = 0;
    this.outdatedView = context.state.accepted.number;
    this.outdatedUntilUs = context.nowUs + OUTDATED_LEASES * context.timing.leaseUs;
  }

  /** Chooses as soon as a quorum has promised and the current number is known, or nobody more is to be expected. */
  private tryChoose(): void {
    const { context, promises, counted } = this;
    if (this.chosen || !counted.isQuorum(promises.mask)) return;
    const patienceUs = this.startedUs + context.timing.choiceUs;
    const suffices = promises.knowsTail(counted) && this.hasWished();
    if (!suffices && !promises.isComplete(counted) && context.nowUs < patienceUs) {
      // The one who can tell is asked once more before it is too late.
      this.askSoon();
      context.wakeBy(patienceUs);
      return;
    }
    this.choose();
  }

  private hasWished(): boolean {
    return this.hasPromised(this.plan.primary) && this.hasPromised(this.plan.secondary);
  }

  private hasPromised(card: number): boolean {
    return card === 0 || this.promises.has(this.counted.indexOf(card));
  }

  private choose(): void {
    const { context, accept, promises, plan, router, counted } = this;
    const voters = plan.changesMembers ? plan.members : counted;
    this.chosen = true;
    accept.view = this.view;
    accept.primary = choosePrimary(promises, counted, voters, plan, router);
    accept.secondary = chooseSecondary(promises, counted, voters, plan, router, accept.primary);
    voters.tell(accept);
    promises.chooseBase(accept.base, counted);
    accept.base.raiseTo(plan.seed);
    context.counters.numbersSkippedByViews += promises.skipsUpTo(accept.base, counted);
    promises.chooseCeiling(accept);
    this.sendAgain();
  }

  private sendAgain(): void {
    const { context } = this;
    this.sentUs = context.nowUs;
    // A small board takes longer than `prepareUs` to write its promise, and each question that comes meanwhile is a turn more for it.
    this.nextSendUs = context.nowUs + PATIENT_PREPARES * context.timing.prepareUs;
    context.wakeBy(this.nextSendUs);
    if (this.chosen) this.announce();
    else this.askAgain();
  }

  /** Asks again sooner than those who are silent: a grant that stops a card runs out within a beacon. */
  private askSoon(): void {
    const { context } = this;
    const soonUs = this.sentUs + context.timing.prepareUs;
    if (soonUs < this.nextSendUs) this.nextSendUs = soonUs;
    context.wakeBy(this.nextSendUs);
  }

  private askAgain(): void {
    const { counted, promises } = this;
    const { known } = this.context;
    for (let index = 0; index < counted.count; index += 1) {
      if (!promises.has(index)) this.ask(counted.cardAt(index));
    }
    for (let index = 0; index < known.count; index += 1) {
      if (!counted.has(known.cardAt(index))) this.ask(known.cardAt(index));
    }
    this.rounds += 1;
  }

  /**
   * A card that missed how this one came to be a member would not hear it: so the view that made it one goes first. Only
   * now and then, as it is long: with each question it would fill the cables of a line of cards. And not with the first one, as mostly
   * all know that view, and would look at it in vain while somebody waits for a number.
   */
  private ask(card: number): void {
    const { context, post } = this;
    if (!this.router.reaches(card)) return;
    if (this.rounds % ROUNDS_A_VIEW === 1 && context.state.members.has(card)) {
      post.send(FRAME_ACCEPT, card, post.announcer.encode());
    }
    encodePrepare(post.frame, this.view);
    post.send(FRAME_PREPARE, card, post.frame);
  }

  /** Tells the view to its members. Who is none any more is told by who is ready in it: until then it may be needed. */
  private announce(): void {
    const { accept, post } = this;
    const { frame } = post;
    const { cardId } = this.context;
    encodeAccept(frame, accept);
    for (let index = 0; index < accept.memberCount; index += 1) {
      const card = accept.memberCards[index] as number;
      if (this.router.reaches(card)) post.send(FRAME_ACCEPT, card, frame);
    }
    // This card last: from its own acceptance on it has nothing more to send.
    post.send(FRAME_ACCEPT, cardId, frame);
  }

  /** Only a card with a vote leads, and only where a quorum can be reached, by its own list or by the newest that it knows. */
  private mayLead(): boolean {
    const { context } = this;
    const { members, accepted } = context.state;
    if (this.outdatedView === accepted.number && context.nowUs < this.outdatedUntilUs) return false;
    if (this.reachesQuorum(members) || this.reachesQuorum(context.known)) return true;
    this.forgetHeard();
    return false;
  }

  /**
   * By a list that was only heard of, cards of the own one may be out of reach: those behind a card that it has no more, or that know
   * it not. If it has led nowhere, the ways are those of the own list again; whoever promises may tell it anew.
   */
  private forgetHeard(): void {
    const { context, router } = this;
    if (context.known === context.state.members) return;
    if (context.nowUs < context.heardUs + OUTDATED_LEASES * context.timing.leaseUs) return;
    context.forgetHeard();
    router.adoptMembers();
  }

  private reachesQuorum(list: MemberList): boolean {
    const { cardId } = this.context;
    let mask = 0;
    for (let index = 0; index < list.count; index += 1) {
      const card = list.cardAt(index);
      if (card === cardId || this.router.reaches(card)) mask |= 1 << index;
    }
    return list.isVoter(cardId) && list.isQuorum(mask);
  }
}

/** Long enough for any card that has a vote to notice that nobody leads, and to lead. */
const OUTDATED_LEASES = 4;

/** What is silent is asked, or told, again after so many times `prepareUs`. */
const PATIENT_PREPARES = 2;

/** The view goes in front of the second question, and of every so-many-eth from there. */
const ROUNDS_A_VIEW = 8;
