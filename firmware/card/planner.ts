import type { FrameBuffer } from "../wire/frame-buffer.js";
import { FRAME_PLAN_RESULT, STATE_READY } from "../wire/frame-types.js";
import {
  decodePlan,
  encodePlanResult,
  PLAN_BAD,
  PLAN_BUSY,
  PLAN_DONE,
  PLAN_FAILED,
  PLAN_HANDOVER,
  PLAN_ID_USED,
  PLAN_NO_SUCH_CARD,
  PLAN_NOT_HEARD,
  PLAN_NOT_READY,
  PLAN_SEED,
  PLAN_TOO_LOW,
  PlanFields,
  PlanResultFields,
} from "../wire/plan-frames.js";
import { NUMBER_LIMIT } from "../wire/uint64.js";
import type { CardContext } from "./card-context.js";
import { ChangePlan, type Coordinator } from "./coordinator.js";
import { MemberChange } from "./member-change.js";
import type { Post } from "./post.js";
import type { Primary } from "./primary.js";

/** The requester of a plan that this card has made itself. */
const NOBODY = 0;

/**
 * Carries out planned changes on the primary. It stops assigning, waits until its secondary has stored all that is under
 * way, and leads a view change that begins right there: nothing is skipped. A change of the member list is a row of such
 * view changes, and is answered once, at its end.
 */
export class Planner {
  private readonly context: CardContext;
  private readonly post: Post;
  private readonly primary: Primary;
  private readonly coordinator: Coordinator;
  private readonly asked = new PlanFields();
  private readonly active = new PlanFields();
  private readonly plan = new ChangePlan();
  private readonly change = new MemberChange();
  private readonly askedChange = new MemberChange();
  private readonly result = new PlanResultFields();
  /** What came of the plan that was carried out last. */
  private readonly last = new PlanResultFields();
  private isActive = false;
  private changesMembers = false;
  private isDraining = false;
  /** The card that was to come did not answer, and is on its way out again. */
  private turnsBack = false;
  private requester = 0;
  private fromView = 0;
  private startedUs = 0;
  private drainedFromUs = 0;

  constructor(context: CardContext, post: Post, primary: Primary, coordinator: Coordinator) {
    this.context = context;
    this.post = post;
    this.primary = primary;
    this.coordinator = coordinator;
  }

  /** Takes a PLAN of the member `source`. One that is under way already is not begun again. */
  receivePlan(source: number, frame: FrameBuffer): void {
    const { asked, context } = this;
    if (!decodePlan(frame, asked)) {
      context.counters.dropLength += 1;
      return;
    }
    if (source === this.requester && asked.requestId === this.active.requestId) {
      // A host that has missed the answer asks again, and must not set off the change once more.
      if (!this.isActive) this.sendResult(source, this.last);
      return;
    }
    const code = this.refusal();
    if (code === PLAN_DONE) this.begin(source);
    else this.answer(source, asked.requestId, code);
  }

  isBusy(): boolean {
    return this.isActive;
  }

  /** Hands both roles over, to cards that are heard, for this card's own reasons. Only while it assigns and is not busy. */
  handOver(primary: number, secondary: number): void {
    const { asked } = this;
    asked.kind = PLAN_HANDOVER;
    asked.primary = primary;
    asked.secondary = secondary;
    this.begin(NOBODY);
  }

  tick(): void {
    if (!this.isActive) return;
    if (this.changesMembers) this.tickChange();
    else this.tickPlan();
  }

  private tickPlan(): void {
    const { context, primary, coordinator } = this;
    const { accepted } = context.state;
    const endUs = this.startedUs + context.timing.planUs;
    if (accepted.number !== this.fromView) {
      this.finish(this.isFulfilled() ? PLAN_DONE : PLAN_FAILED);
    } else if (context.nowUs >= endUs) {
      this.finish(PLAN_FAILED);
    } else {
      if (primary.isDrained() || context.nowUs >= this.startedUs + context.timing.drainUs) {
        coordinator.start(this.plan);
      }
      context.wakeBy(Math.min(endUs, context.nowUs + context.timing.prepareUs));
    }
  }

  private refusal(): number {
    const { asked, context, primary } = this;
    const { members } = context.state;
    if (this.isActive) return PLAN_BUSY;
    if (!primary.lease.isActing() || primary.lease.assignState() !== STATE_READY) return PLAN_NOT_READY;
    if (asked.kind === PLAN_SEED) {
      if (asked.seed.isZero() || asked.seed.compare(NUMBER_LIMIT) >= 0) return PLAN_BAD;
      return asked.seed.compare(primary.next) < 0 ? PLAN_TOO_LOW : PLAN_DONE;
    }
    if (asked.kind !== PLAN_HANDOVER) {
      if (!this.askedChange.set(asked)) return PLAN_BAD;
      return this.askedChange.refusal(members, context.cardId, (card) => primary.lease.hearsMember(card));
    }
    const named = (card: number): boolean =>
      card === 0 || (members.isVoter(card) && primary.lease.hearsMember(card));
    if (!named(asked.primary) || !named(asked.secondary)) return PLAN_NO_SUCH_CARD;
    const same = asked.primary !== 0 && asked.primary === asked.secondary;
    return same ? PLAN_NO_SUCH_CARD : PLAN_DONE;
  }

  private begin(source: number): void {
    const { active, asked, context, plan } = this;
    this.isActive = true;
    this.requester = source;
    this.fromView = context.state.accepted.number;
    this.startedUs = context.nowUs;
    active.requestId = asked.requestId;
    plan.clear();
    this.changesMembers = false;
    if (asked.kind === PLAN_SEED) {
      plan.seed.copy(asked.seed);
      plan.primary = context.cardId;
    } else if (asked.kind === PLAN_HANDOVER) {
      plan.primary = asked.primary;
      plan.secondary = asked.secondary;
    } else {
      this.changesMembers = true;
      this.turnsBack = false;
      this.change.copy(this.askedChange);
    }
    this.isDraining = !this.changesMembers;
    if (this.isDraining) this.primary.drain();
    context.hasNews = true;
    context.wakeBy(context.nowUs);
  }

  /** Goes one step on, where the one before is through: this card primary of its view, and a quorum of either kind with it. */
  private tickChange(): void {
    const { context, primary, change, plan } = this;
    const { accepted, members } = context.state;
    if (accepted.primary !== context.cardId) {
      this.finish(PLAN_FAILED);
      return;
    }
    if (accepted.number !== this.fromView) this.beginStep();
    const endUs = this.startedUs + context.timing.planUs;
    if (context.nowUs >= endUs) {
      this.giveUp();
      return;
    }
    context.wakeBy(Math.min(endUs, context.nowUs + context.timing.prepareUs));
    if (!primary.lease.isActing() || primary.lease.assignState() !== STATE_READY) return;
    const step = change.nextStep(members, plan.members);
    if (step === "done") this.finish(this.turnsBack ? PLAN_NOT_HEARD : PLAN_DONE);
    else if (step === "observe" || (step === "join" && this.hearsNewcomer())) this.lead();
  }

  private beginStep(): void {
    this.fromView = this.context.state.accepted.number;
    this.startedUs = this.context.nowUs;
    this.isDraining = false;
  }

  /** Only a card that follows already gets a vote: one that is not there would weaken the quorum. */
  private hearsNewcomer(): boolean {
    const { newcomer } = this.change;
    return newcomer === 0 || this.primary.lease.hearsMember(newcomer);
  }

  private lead(): void {
    const { context, primary, plan } = this;
    if (!this.isDraining) {
      this.isDraining = true;
      this.drainedFromUs = context.nowUs;
      primary.drain();
    }
    if (!primary.isDrained() && context.nowUs < this.drainedFromUs + context.timing.drainUs) return;
    plan.changesMembers = true;
    this.coordinator.start(plan);
  }

  /** A card that was taken in as an observer and does not answer goes again; what else hangs, is left as it is. */
  private giveUp(): void {
    const { members } = this.context.state;
    const { newcomer } = this.change;
    if (members.has(newcomer) && !members.isVoter(newcomer)) {
      this.turnsBack = true;
      this.change.turnBack();
      this.beginStep();
      this.context.wakeBy(this.context.nowUs);
    } else {
      this.finish(this.turnsBack ? PLAN_NOT_HEARD : PLAN_FAILED);
    }
  }

  /** Another card's view may have come in between, which knew nothing of the plan. */
  private isFulfilled(): boolean {
    const { plan } = this;
    const { accepted } = this.context.state;
    const fits = (wished: number, card: number): boolean => wished === 0 || wished === card;
    return (
      accepted.base.compare(plan.seed) >= 0 &&
      fits(plan.primary, accepted.primary) &&
      fits(plan.secondary, accepted.secondary)
    );
  }

  private finish(code: number): void {
    this.isActive = false;
    this.primary.endDrain();
    this.answer(this.requester, this.active.requestId, code);
    this.last.requestId = this.result.requestId;
    this.last.code = this.result.code;
    this.last.number.copy(this.result.number);
  }

  private answer(to: number, requestId: number, code: number): void {
    if (to === NOBODY) return;
    const { context, primary, result } = this;
    result.requestId = requestId;
    result.code = code;
    result.number.set(0, 0);
    if (code === PLAN_DONE) result.number.copy(context.state.accepted.base);
    if (code === PLAN_TOO_LOW) result.number.copy(primary.next);
    if (code === PLAN_ID_USED) result.number.set(0, context.state.members.lastCardId + 1);
    this.sendResult(to, result);
  }

  private sendResult(to: number, result: PlanResultFields): void {
    encodePlanResult(this.post.frame, result);
    this.post.send(FRAME_PLAN_RESULT, to, this.post.frame);
  }
}
