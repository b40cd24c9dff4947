import {
  decodeHostEcho,
  decodeHostEchoResult,
  ECHO_CUT,
  HostEchoFields,
  HostEchoResultFields,
} from "../../firmware/wire/echo-frames.js";
import type { FrameBuffer } from "../../firmware/wire/frame-buffer.js";
import * as types from "../../firmware/wire/frame-types.js";
import * as host from "../../firmware/wire/host-frames.js";
import {
  CARD_FLAG_STORAGE_FAILED,
  decodeHostInitResult,
  HostInitResultFields,
  INIT_DONE,
} from "../../firmware/wire/host-setup-frames.js";
import { decodeHostStatus, HostStatusFields } from "../../firmware/wire/host-status-frames.js";
import {
  decodeHostPlan,
  decodeHostPlanResult,
  PlanFields,
  PlanResultFields,
} from "../../firmware/wire/plan-frames.js";
import type { Uint64 } from "../../firmware/wire/uint64.js";
import { toBigInt } from "../support/layout.js";
import { must } from "./must.js";

/** A block that a host was given. */
export interface DeliveredBlock {
  readonly first: bigint;
  readonly count: number;
}

/** Follows what a host has asked of its card, and holds the card's answers against it. */
export class HostModel {
  session = 0;
  isOpen = false;
  /** The session has lent the card a trunk. */
  hasTrunk = false;
  readonly delivered: DeliveredBlock[] = [];
  /** Open requests: their tags, and how many numbers each asks for. */
  private readonly open = new Map<number, number>();
  /** The newest answer to each tag of the session: the card may give it again, and the host takes it once. */
  private readonly answered = new Map<number, DeliveredBlock>();
  /** Plans that the card has not answered yet. */
  private readonly plans = new Set<number>();
  private readonly plan = new PlanFields();
  private readonly planResult = new PlanResultFields();
  /** Echoes that the card has not told of yet: how many of each tag. */
  private readonly echoes = new Map<number, number>();
  private readonly echo = new HostEchoFields();
  private readonly echoResult = new HostEchoResultFields();
  private readonly request = new host.HostRequestFields();
  private readonly answer = new host.HostAnswerFields();
  private readonly refusal = new host.HostRefuseFields();
  private readonly mirror = new host.HostMirrorFields();
  private readonly status = new HostStatusFields();
  private readonly initResult = new HostInitResultFields();
  private fabricId = 0;
  private view = 0;
  /** What the card said it holds, by view. */
  private readonly held = new Map<number, bigint>();

  /** The card has lost its memory. */
  reboot(): void {
    this.isOpen = false;
    this.forget();
    this.view = 0;
    this.held.clear();
  }

  /** Takes a good frame that goes to the card, before the card sees it. */
  toCard(frame: FrameBuffer): void {
    const { bytes, view, length } = frame;
    if (bytes[0] !== 1 || length < 6) return;
    const session = view.getUint32(2, true);
    if (bytes[1] === types.FRAME_HOST_OPEN && length === 6) {
      if (!this.isOpen || session !== this.session) this.forget();
      this.isOpen = true;
      this.session = session;
    } else if (this.isOpen && session === this.session) {
      if (bytes[1] === types.FRAME_HOST_CLOSE && length === 6) {
        this.isOpen = false;
        this.forget();
      } else if (bytes[1] === types.FRAME_HOST_TRUNK_OPEN && length === 6) {
        this.hasTrunk = true;
      } else if (bytes[1] === types.FRAME_HOST_TRUNK_CLOSE && length === 6) {
        this.hasTrunk = false;
      } else if (bytes[1] === types.FRAME_HOST_PLAN && decodeHostPlan(frame, this.plan)) {
        this.plans.add(this.plan.requestId);
      } else if (bytes[1] === types.FRAME_HOST_ECHO && decodeHostEcho(frame, this.echo)) {
        this.echoes.set(this.echo.tag, (this.echoes.get(this.echo.tag) ?? 0) + 1);
      } else if (bytes[1] === types.FRAME_HOST_REQUEST && host.decodeHostRequest(frame, this.request)) {
        if (!this.open.has(this.request.tag)) this.open.set(this.request.tag, this.request.count);
      }
    }
  }

  /** Takes a frame that the card sends to its host. */
  fromCard(frame: FrameBuffer): void {
    must(frame.bytes[0] === 1 && frame.length <= 250, "a card sent a frame that is none");
    const isOurs = this.isOpen && frame.view.getUint32(2, true) === this.session;
    const type = frame.bytes[1] as number;
    must(isOurs || type === types.FRAME_HOST_REFUSE, "a card told something to a session that is not open");
    if (!isOurs) return;
    if (type === types.FRAME_HOST_ANSWER) this.takeAnswer(frame);
    else if (type === types.FRAME_HOST_REFUSE) this.takeRefusal(frame);
    else if (type === types.FRAME_HOST_PLAN_RESULT) this.takePlanResult(frame);
    else if (type === types.FRAME_HOST_ECHO_RESULT) this.takeEchoResult(frame);
    else if (type === types.FRAME_HOST_MIRROR) this.takeMirror(frame);
    else if (type === types.FRAME_HOST_STATUS) this.takeStatus(frame);
    else if (type === types.FRAME_HOST_INIT_RESULT) this.takeInitResult(frame);
  }

  /** A session, or the card's memory, has ended: nothing of what it was asked for may come any more. */
  private forget(): void {
    this.hasTrunk = false;
    this.open.clear();
    this.answered.clear();
    this.plans.clear();
    this.echoes.clear();
  }

  private takeEchoResult(frame: FrameBuffer): void {
    const { echoes, echoResult } = this;
    must(decodeHostEchoResult(frame, echoResult), "HOST_ECHO_RESULT has a wrong length");
    must(echoResult.code <= ECHO_CUT, "an echo has a result that is none");
    const asked = echoes.get(echoResult.tag) ?? 0;
    must(asked > 0, "an echo was told of that nobody asked for");
    echoes.set(echoResult.tag, asked - 1);
  }

  private takePlanResult(frame: FrameBuffer): void {
    const { planResult } = this;
    must(decodeHostPlanResult(frame, planResult), "HOST_PLAN_RESULT has a wrong length");
    // Any code: another card says it, and one of a later version may have more codes.
    must(this.plans.delete(planResult.requestId), "a plan was answered that nobody asked for");
  }

  private takeAnswer(frame: FrameBuffer): void {
    const { answer, open } = this;
    must(host.decodeHostAnswer(frame, answer), "HOST_ANSWER has a wrong length");
    must(
      open.get(answer.tag) === answer.count,
      `a block was delivered that nobody asked for: tag ${answer.tag}`,
    );
    open.delete(answer.tag);
    const block = { first: toBigInt(answer.first), count: answer.count };
    const before = this.answered.get(answer.tag);
    if (before?.first === block.first && before.count === block.count) return;
    this.answered.set(answer.tag, block);
    this.delivered.push(block);
  }

  private takeRefusal(frame: FrameBuffer): void {
    must(host.decodeHostRefuse(frame, this.refusal), "HOST_REFUSE has a wrong length");
    const { tag, code } = this.refusal;
    // A frame of another version has no tag that can be read: what it is told ends nothing.
    if (tag !== 0 || code !== types.REFUSE_NO_SESSION) this.open.delete(tag);
  }

  private takeMirror(frame: FrameBuffer): void {
    must(host.decodeHostMirror(frame, this.mirror), "HOST_MIRROR has a wrong length");
    this.noteHeld(this.mirror.view, this.mirror.held);
  }

  /** A card that was initialised anew has left what it knew behind. */
  private takeInitResult(frame: FrameBuffer): void {
    must(decodeHostInitResult(frame, this.initResult), "HOST_INIT_RESULT has a wrong length");
    if (this.initResult.code !== INIT_DONE) return;
    this.held.clear();
    this.view = 0;
  }

  private takeStatus(frame: FrameBuffer): void {
    const { status } = this;
    must(decodeHostStatus(frame, status), "HOST_STATUS has a wrong length");
    must(status.view <= status.promised, "a card is in a view above its promise");
    // The answer to an init may have found no room: then it shows here that the card is in another fabric.
    if (status.fabricId !== this.fabricId) this.view = 0;
    this.fabricId = status.fabricId;
    must(status.view >= this.view, "a card went back to an older view");
    this.view = status.view;
    const holdsARole = status.cardId === status.primary || status.cardId === status.secondary;
    // A card whose flash has failed, or that is cold, says 0: it holds nothing that counts.
    if (holdsARole && (status.flags & CARD_FLAG_STORAGE_FAILED) === 0 && !status.held.isZero()) {
      this.noteHeld(status.view, status.held);
    }
  }

  private noteHeld(view: number, held: Uint64): void {
    const now = toBigInt(held);
    const before = this.held.get(view) ?? 0n;
    must(now >= before, `the number held in view ${view} went down, from ${before} to ${now}`);
    this.held.set(view, now);
  }
}
