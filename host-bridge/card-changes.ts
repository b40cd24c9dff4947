import type { FrameBuffer } from "../firmware/wire/frame-buffer.js";
import { FRAME_HOST_INIT, FRAME_HOST_PLAN } from "../firmware/wire/frame-types.js";
import {
  decodeHostInitResult,
  encodeHostInit,
  HostInitFields,
  HostInitResultFields,
  INIT_DONE,
} from "../firmware/wire/host-setup-frames.js";
import {
  decodeHostPlanResult,
  encodeHostPlan,
  PLAN_DONE,
  PLAN_HANDOVER,
  PLAN_SEED,
  PlanFields,
  PlanResultFields,
} from "../firmware/wire/plan-frames.js";
import { SequenceError } from "./errors.js";
import { Exchange, type Waiter } from "./exchange.js";
import { initError } from "./initialisation.js";
import { planError } from "./planned-change.js";
import type { SessionCounters } from "./session-counters.js";
import { toBigint } from "./uint64-bigint.js";
import type { PlanKind } from "./view-reason.js";

/** What an operator asks of a card, one thing of a kind at a time: to become a member, or to change the view. */
export class CardChanges {
  private readonly counters: SessionCounters;
  private readonly onMember: (cardId: number, fabricId: number) => void;
  private readonly init: Exchange<number>;
  private readonly initResult = new HostInitResultFields();
  private readonly plan: Exchange<bigint>;
  private readonly result = new PlanResultFields();
  private initFields = new HostInitFields();
  private planFields = new PlanFields();
  /** The base of the view that the last plan came to. */
  private plannedBase: bigint | null = null;

  /**
   * @param send writes the header to `frame`, whose body is written, and sends it.
   * @param onMember is called when the card has become a member.
   */
  constructor(
    frame: FrameBuffer,
    send: (type: number) => void,
    counters: SessionCounters,
    onMember: (cardId: number, fabricId: number) => void,
  ) {
    this.counters = counters;
    this.onMember = onMember;
    this.init = new Exchange(() => {
      encodeHostInit(frame, this.initFields);
      send(FRAME_HOST_INIT);
    });
    this.plan = new Exchange(() => {
      encodeHostPlan(frame, this.planFields);
      send(FRAME_HOST_PLAN);
    });
  }

  get initAttempts(): number {
    return this.init.attempts;
  }

  get wakeUpMs(): number {
    return Math.min(this.init.wakeUpMs, this.plan.wakeUpMs);
  }

  get earliestDeadlineMs(): number {
    return Math.min(this.init.earliestDeadlineMs, this.plan.earliestDeadlineMs);
  }

  /** @returns whether the question is the first of its kind, and so is to be asked; else it was rejected with BUSY. */
  requestInit(fields: HostInitFields, waiter: Waiter<number>): boolean {
    if (this.init.isPending) {
      waiter.reject(new SequenceError("BUSY", "the card is being initialised already; wait for that to end"));
      return false;
    }
    this.initFields = fields;
    this.init.add(waiter);
    return true;
  }

  /** As `requestInit`; the waiter is handed the first number of the new view. */
  requestPlan(fields: PlanFields, waiter: Waiter<bigint>): boolean {
    if (this.plan.isPending) {
      waiter.reject(
        new SequenceError("BUSY", "another planned change is under way; try again when it has ended"),
      );
      return false;
    }
    this.planFields = fields;
    this.plannedBase = null;
    this.plan.add(waiter);
    return true;
  }

  /** @returns what this host has asked for, where a new view that begins at `base` may be what came of it. */
  planOf(base: bigint): PlanKind | null {
    if (!this.plan.isPending && this.plannedBase !== base) return null;
    if (this.planFields.kind === PLAN_SEED) return "seed";
    return this.planFields.kind === PLAN_HANDOVER ? "handover" : "member-change";
  }

  /** Asks whatever is open, as at the begin of a session. */
  ask(nowMs: number): void {
    this.init.ask(nowMs);
    this.plan.ask(nowMs);
  }

  tick(nowMs: number): void {
    this.init.tick(nowMs);
    this.plan.tick(nowMs);
  }

  /** @returns false where the frame's length does not fit. */
  onInitResult(frame: FrameBuffer): boolean {
    if (!decodeHostInitResult(frame, this.initResult)) return false;
    const { code, incarnation } = this.initResult;
    if (!this.init.isPending) {
      this.counters.answersUnmatched += 1;
    } else if (code === INIT_DONE) {
      this.onMember(this.initFields.cardId, this.initFields.fabricId);
      this.init.resolve(incarnation);
    } else {
      this.init.reject(initError(code));
    }
    return true;
  }

  /** @returns false where the frame's length does not fit. */
  onPlanResult(frame: FrameBuffer): boolean {
    if (!decodeHostPlanResult(frame, this.result)) return false;
    if (!this.plan.isPending || this.result.requestId !== this.planFields.requestId) {
      this.counters.answersUnmatched += 1;
    } else if (this.result.code === PLAN_DONE) {
      this.plannedBase = toBigint(this.result.number);
      this.plan.resolve(this.plannedBase);
    } else {
      this.plan.reject(planError(this.result, this.planFields));
    }
    return true;
  }

  reject(error: SequenceError): void {
    this.init.reject(error);
    this.plan.reject(error);
  }

  expire(nowMs: number, error: () => SequenceError): void {
    this.init.expire(nowMs, error);
    this.plan.expire(nowMs, error);
  }
}
