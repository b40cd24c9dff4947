import type { FrameBuffer } from "../wire/frame-buffer.js";
import { FRAME_HOST_PLAN_RESULT, FRAME_PLAN, STATE_READY } from "../wire/frame-types.js";
import {
  decodePlanResult,
  encodeHostPlanResult,
  encodePlan,
  PLAN_BUSY,
  PLAN_FAILED,
  PLAN_HANDOVER,
  PLAN_NOT_READY,
  PLAN_SEED,
  PlanFields,
  PlanResultFields,
} from "../wire/plan-frames.js";
import type { CardContext } from "./card-context.js";
import type { HostLine } from "./host-line.js";
import type { Post } from "./post.js";

/** Brings a host's planned change to the primary and the result back. One at a time. */
export class PlanDesk {
  readonly plan = new PlanFields();
  private readonly context: CardContext;
  private readonly post: Post;
  private readonly line: HostLine;
  private readonly viewState: () => number;
  private readonly heard = new PlanResultFields();
  /** What the host was told last. */
  private readonly result = new PlanResultFields();
  private isOpen = false;
  private openRequestId = 0;
  private askedPrimary = 0;
  /** Whether `result` answers the change asked for last, under `openRequestId`. */
  private isAnswered = false;
  private endUs = 0;

  constructor(context: CardContext, post: Post, line: HostLine, viewState: () => number) {
    this.context = context;
    this.post = post;
    this.line = line;
    this.viewState = viewState;
  }

  /** Takes what the host asks for in `plan`. */
  ask(): void {
    const { context, plan } = this;
    // A host that hears nothing asks again, under the same id, and gets the same answer.
    if (plan.requestId === this.openRequestId && (this.isOpen || this.isAnswered)) {
      if (this.isOpen) this.pass();
      else this.send();
      return;
    }
    if (this.isOpen) this.answer(plan.requestId, PLAN_BUSY);
    else if (this.viewState() !== STATE_READY) this.answer(plan.requestId, PLAN_NOT_READY);
    else {
      this.isOpen = true;
      this.isAnswered = false;
      this.openRequestId = plan.requestId;
      this.endUs = context.nowUs + patienceOf(plan.kind) * context.timing.planUs;
      context.wakeBy(this.endUs);
      this.askedPrimary = context.state.accepted.primary;
      this.pass();
    }
  }

  /** Takes a PLAN_RESULT. */
  receiveResult(frame: FrameBuffer): void {
    const { context, heard, result } = this;
    if (!decodePlanResult(frame, heard)) {
      context.counters.dropLength += 1;
    } else if (this.isOpen && heard.requestId === this.openRequestId) {
      result.requestId = heard.requestId;
      result.code = heard.code;
      result.number.copy(heard.number);
      this.isOpen = false;
      this.isAnswered = true;
      this.send();
    }
  }

  tick(): void {
    if (!this.isOpen) return;
    if (this.context.nowUs < this.endUs) {
      this.context.wakeBy(this.endUs);
      return;
    }
    this.isOpen = false;
    this.answer(this.openRequestId, PLAN_FAILED);
  }

  /** Forgets what an earlier session asked for. The change itself goes on. */
  reset(): void {
    this.isOpen = false;
    this.isAnswered = false;
  }

  /**
   * Sends the plan on. Again always to the same card: it knows what came of it, where another, which is primary by now,
   * would begin anew.
   */
  private pass(): void {
    // It may have been removed, or initialised anew, since it was asked.
    if (this.context.ownState() !== STATE_READY) return;
    encodePlan(this.post.frame, this.plan);
    this.post.send(FRAME_PLAN, this.askedPrimary, this.post.frame);
  }

  private answer(requestId: number, code: number): void {
    this.isAnswered = false;
    this.result.requestId = requestId;
    this.result.code = code;
    this.result.number.set(0, 0);
    this.send();
  }

  private send(): void {
    encodeHostPlanResult(this.line.frame, this.result);
    this.line.send(FRAME_HOST_PLAN_RESULT, this.line.frame);
  }
}

/**
 * How many times `planUs` an answer may take. The primary answers one view change within planUs, and twice that covers what
 * is lost on the way; a change of the list takes up to four, with one more to be waited for.
 */
function patienceOf(kind: number): number {
  return kind === PLAN_SEED || kind === PLAN_HANDOVER ? 2 : 6;
}
