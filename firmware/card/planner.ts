import { FrameBuffer } from "../wire/frame-buffer.js";
import { FRAME_PLAN_RESULT, STATE_READY } from "../wire/frame-types.js";
import {
  decodePlan,
  encodePlanResult,
  PLAN_BAD,
  PLAN_BUSY,
  PLAN_DONE,
  PLAN_FAILED,
  PLAN_HANDOVER,
  PLAN_NO_SUCH_CARD,
  PLAN_NOT_READY,
  PLAN_SEED,
  PLAN_TOO_LOW,
  PlanFields,
  PlanResultFields,
} from "../wire/plan-frames.js";
import { NUMBER_LIMIT } from "../wire/uint64.js";
import type { CardContext } from "./card-context.js";
import { ChangePlan, type Coordinator } from "./coordinator.js";
import type { Post } from "./post.js";
import type { Primary } from "./primary.js";

/** The requester of a plan that this card has made itself. */
const NOBODY = 0;

/**
 * Carries out planned changes on the primary. It stops assigning, waits until its secondary has stored all that is under
 * way, and leads a view change that begins right there: nothing is skipped.
 */
export class Planner {
  private readonly context: CardContext;
  private readonly post: Post;
  private readonly primary: Primary;
  private readonly coordinator: Coordinator;
  private readonly asked = new PlanFields();
  private readonly active = new PlanFields();
  private readonly plan = new ChangePlan();
  private readonly result = new PlanResultFields();
  private readonly frame = new FrameBuffer();
  private isActive = false;
  private requester = 0;
  private fromView = 0;
  private startedUs = 0;

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
    if (this.isActive && source === this.requester && asked.requestId === this.active.requestId) return;
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
    if (!primary.isActing() || primary.assignState() !== STATE_READY) return PLAN_NOT_READY;
    if (asked.kind === PLAN_SEED) {
      if (asked.seed.isZero() || asked.seed.compare(NUMBER_LIMIT) >= 0) return PLAN_BAD;
      return asked.seed.compare(primary.next) < 0 ? PLAN_TOO_LOW : PLAN_DONE;
    }
    if (asked.kind !== PLAN_HANDOVER) return PLAN_BAD;
    const named = (card: number): boolean => card === 0 || (members.has(card) && primary.hearsMember(card));
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
    if (asked.kind === PLAN_SEED) {
      plan.seed.copy(asked.seed);
      plan.primary = context.cardId;
    } else {
      plan.primary = asked.primary;
      plan.secondary = asked.secondary;
    }
    this.primary.drain();
    context.wakeBy(context.nowUs);
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
  }

  private answer(to: number, requestId: number, code: number): void {
    if (to === NOBODY) return;
    const { context, primary, result } = this;
    result.requestId = requestId;
    result.code = code;
    result.number.set(0, 0);
    if (code === PLAN_DONE) result.number.copy(context.state.accepted.base);
    if (code === PLAN_TOO_LOW) result.number.copy(primary.next);
    encodePlanResult(this.frame, result);
    this.post.send(FRAME_PLAN_RESULT, to, this.frame);
  }
}
