import { FrameBuffer } from "../../firmware/wire/frame-buffer.js";
import {
  FRAME_HOST_ANSWER,
  FRAME_HOST_INIT,
  FRAME_HOST_INIT_RESULT,
  FRAME_HOST_LINK_TEST,
  FRAME_HOST_OPEN,
  FRAME_HOST_PLAN,
  FRAME_HOST_REFUSE,
  FRAME_HOST_REQUEST,
  FRAME_HOST_TRUNK_IN,
  FRAME_HOST_TRUNK_OPEN,
  FRAME_HOST_TRUNK_OUT,
  FRAME_HOST_VIEW,
  FRAME_HOST_WELCOME,
  OFFSET_TYPE,
  REFUSE_NO_SESSION,
  STATE_READY,
} from "../../firmware/wire/frame-types.js";
import { OFFSET_SESSION, writeHostHeader } from "../../firmware/wire/header.js";
import {
  decodeHostAnswer,
  decodeHostRefuse,
  decodeHostView,
  encodeEmptyBody,
  encodeHostRequest,
  HostAnswerFields,
  HostRefuseFields,
  HostViewFields,
} from "../../firmware/wire/host-frames.js";
import {
  decodeHostInitResult,
  encodeHostInit,
  HostInitResultFields,
  INIT_DONE,
  INIT_NOT_BLANK,
} from "../../firmware/wire/host-setup-frames.js";
import { encodeHostLinkTest, HostLinkTestFields } from "../../firmware/wire/link-test-frames.js";
import { encodeHostPlan, PlanFields } from "../../firmware/wire/plan-frames.js";
import type { EventTarget } from "./event-queue.js";
import { type CallingHost, HostCalls } from "./host-calls.js";
import { HOST_PORT } from "./simulated-card.js";
import type { World } from "./world.js";

const TICK = 0;
const TO_CARD = 1;
const FROM_CARD = 2;

const TICK_US = 5_000;
const OPEN_REPEAT_US = 50_000;
const LINE_LATENCY_US = 150;
const TRUNK_REPEAT_US = 250_000;

/** A computer with one card, and the line between them. */
export class SimulatedHost implements CallingHost, EventTarget {
  /** The number of its board. */
  readonly board: number;
  /** As which card its board is initialised. */
  cardId: number;
  /** The cards that its card is to join; none: it founds. */
  private joins: readonly number[];
  /** Its card was initialised. Should the card lose its flash, the operator does so again, with the same ids. */
  isInitialised = false;
  /** As what its card was initialised last. */
  incarnation = 0;
  /** What the card told of the view last. */
  readonly view = new HostViewFields();
  /** How many faults keep the card's port from taking frames at present. */
  clogs = 0;
  isUnplugged = false;
  /** The same computer at its other card, to which it lends this one a trunk; null: it has no other. */
  trunk: SimulatedHost | null = null;
  /** How many faults keep the trunk from carrying anything at present. */
  trunkCuts = 0;
  private trunkHeardUs = 0;
  /** What its processes ask for. */
  readonly calls: HostCalls;
  /** Its card has its session. */
  isOpen = false;
  private readonly world: World;
  private readonly frame = new FrameBuffer();
  private readonly answer = new HostAnswerFields();
  private readonly refusal = new HostRefuseFields();
  private readonly initResult = new HostInitResultFields();
  private readonly plan = new PlanFields();
  private readonly linkTest = new HostLinkTestFields();
  private session = 0;
  private openAgainUs = 0;
  /** Rises when the line is unplugged: what was on it is gone. */
  private plug = 0;
  private lastToCardUs = 0;
  private lastFromCardUs = 0;

  constructor(world: World, board: number, joins: readonly number[]) {
    this.world = world;
    this.board = board;
    this.cardId = board;
    this.joins = joins;
    this.calls = new HostCalls(world, this);
    this.connect();
    world.queue.add(world.nowUs + world.hostRandom.below(TICK_US), this, TICK, 0, null);
    this.calls.planArrival();
  }

  get isReady(): boolean {
    return this.isOpen && this.view.state === STATE_READY && this.view.view !== 0;
  }

  lendTrunk(other: SimulatedHost): void {
    this.trunk = other;
    other.trunk = this;
  }

  /** Takes the plug out and puts it in after `us`, or never tells that it did (0). */
  unplug(us: number): void {
    this.plug += 1;
    this.isUnplugged = true;
    this.isOpen = false;
    this.openAgainUs = this.world.nowUs + us;
  }

  /** Another process takes the place of this one, whose calls die with it. */
  restart(): void {
    this.calls.restart();
    this.connect();
  }

  /** Initialises its card to join others under another id, which a card can take that is no member. */
  joinAs(cardId: number, joins: readonly number[]): void {
    this.cardId = cardId;
    this.joins = joins;
    this.isInitialised = false;
    this.incarnation = 0;
    // What the card says of an earlier init must not pass for an answer to this one.
    if (!this.isUnplugged) this.connect();
  }

  /** The card has lost its power. With most kinds of USB line the host sees that, with some it does not. */
  cardWentDark(): void {
    const { hostRandom } = this.world;
    if (hostRandom.chance(0.5)) this.plug += 1;
    if (hostRandom.chance(0.5)) this.connect();
  }

  /** Asks the card for a planned change. The answer is not waited for. */
  askForPlan(set: (plan: PlanFields) => void): void {
    this.plan.requestId = this.world.hostRandom.uint32();
    this.plan.primary = 0;
    this.plan.secondary = 0;
    this.plan.seed.set(0, 0);
    this.plan.card = 0;
    this.plan.otherCard = 0;
    this.plan.incarnation = 0;
    set(this.plan);
    encodeHostPlan(this.frame, this.plan);
    this.send(FRAME_HOST_PLAN);
  }

  /** Asks the card for a test of one of its cables. The answer is not waited for. */
  askForLinkTest(link: number, baud: number, durationMs: number): void {
    const { linkTest } = this;
    linkTest.tag = this.world.hostRandom.uint32();
    linkTest.link = link;
    linkTest.baud = baud;
    linkTest.durationMs = durationMs;
    encodeHostLinkTest(this.frame, linkTest);
    this.send(FRAME_HOST_LINK_TEST);
  }

  request(tag: number, count: number): void {
    encodeHostRequest(this.frame, tag, count);
    this.send(FRAME_HOST_REQUEST);
  }

  /** What the card puts on the line. @returns false where the line has no room. */
  receiveFromCard(frame: FrameBuffer): boolean {
    const { world } = this;
    if (this.clogs > 0) return false;
    world.traceFrame(this.board, 0, frame, this.isUnplugged ? "unplugged" : "");
    if (this.isUnplugged || world.random.chance(world.options.hostLoss)) return true;
    this.lastFromCardUs = Math.max(world.nowUs + LINE_LATENCY_US, this.lastFromCardUs);
    world.queue.add(this.lastFromCardUs, this, FROM_CARD, this.plug, world.pool.copyOf(frame));
    return true;
  }

  handle(kind: number, value: number, frame: FrameBuffer | null): void {
    if (kind === TICK) this.tick();
    else if (frame !== null) {
      if (value === this.plug) {
        if (kind === TO_CARD) this.world.cardOf(this.board).receive(HOST_PORT, frame);
        else this.receive(frame);
      }
      this.world.pool.release(frame);
    }
  }

  private connect(): void {
    this.session = this.world.hostRandom.uint32();
    this.isOpen = false;
    this.openAgainUs = 0;
    if (!this.isUnplugged) this.sendOpen();
  }

  private tick(): void {
    const { nowUs } = this.world;
    this.world.queue.add(nowUs + TICK_US, this, TICK, 0, null);
    if (this.isUnplugged && nowUs >= this.openAgainUs) {
      this.isUnplugged = false;
      this.connect();
    } else if (!this.isOpen && !this.isUnplugged && nowUs >= this.openAgainUs) {
      this.sendOpen();
    } else if (this.isOpen) {
      if (!this.isInitialised && nowUs >= this.openAgainUs) this.sendInit();
      if (this.trunk !== null && nowUs - this.trunkHeardUs >= TRUNK_REPEAT_US) this.openTrunk();
      this.calls.tick();
    }
  }

  private openTrunk(): void {
    this.trunkHeardUs = this.world.nowUs;
    encodeEmptyBody(this.frame);
    this.send(FRAME_HOST_TRUNK_OPEN);
  }

  /** Takes what the other card says over the trunk. */
  private carry(frame: FrameBuffer): void {
    if (!this.isOpen || this.trunkCuts > 0) return;
    this.frame.copy(frame);
    this.send(FRAME_HOST_TRUNK_IN);
  }

  private sendOpen(): void {
    this.openAgainUs = this.world.nowUs + OPEN_REPEAT_US;
    encodeEmptyBody(this.frame);
    this.send(FRAME_HOST_OPEN);
  }

  private send(type: number): void {
    const { world, frame } = this;
    writeHostHeader(frame, type, this.session);
    world.traceFrame(0, this.board, frame, this.isUnplugged ? "unplugged" : "");
    if (this.isUnplugged || world.random.chance(world.options.hostLoss)) return;
    this.lastToCardUs = Math.max(world.nowUs + LINE_LATENCY_US, this.lastToCardUs);
    world.queue.add(this.lastToCardUs, this, TO_CARD, this.plug, world.pool.copyOf(frame));
  }

  private receive(frame: FrameBuffer): void {
    if (frame.view.getUint32(OFFSET_SESSION, true) !== this.session) return;
    this.world.noteArrival(0, this.board, frame);
    switch (frame.bytes[OFFSET_TYPE]) {
      case FRAME_HOST_TRUNK_OUT:
        this.trunkHeardUs = this.world.nowUs;
        this.trunk?.carry(frame);
        break;
      case FRAME_HOST_WELCOME:
        this.welcome();
        break;
      case FRAME_HOST_INIT_RESULT:
        if (decodeHostInitResult(frame, this.initResult)) this.noteInit();
        break;
      case FRAME_HOST_ANSWER:
        if (decodeHostAnswer(frame, this.answer)) this.calls.deliver(this.answer);
        break;
      case FRAME_HOST_REFUSE:
        if (decodeHostRefuse(frame, this.refusal)) this.refuse();
        break;
      case FRAME_HOST_VIEW:
        if (decodeHostView(frame, this.view)) this.noteView();
        break;
    }
  }

  private welcome(): void {
    if (this.isOpen) return;
    this.isOpen = true;
    if (this.trunk !== null) this.openTrunk();
    if (!this.isInitialised) this.sendInit();
    this.calls.askAllAgain();
  }

  private sendInit(): void {
    encodeHostInit(this.frame, this.world.initFields(this.cardId, this.joins));
    this.send(FRAME_HOST_INIT);
    this.openAgainUs = this.world.nowUs + OPEN_REPEAT_US;
  }

  private noteInit(): void {
    const { code, incarnation } = this.initResult;
    if (code === INIT_DONE) this.incarnation = incarnation;
    if (code === INIT_DONE || code === INIT_NOT_BLANK) this.isInitialised = true;
  }

  private noteView(): void {
    this.world.noteView(this.view);
    if (this.view.state === STATE_READY) this.calls.askRefused();
  }

  private refuse(): void {
    if (this.refusal.code === REFUSE_NO_SESSION) this.connect();
    else this.calls.refuse(this.refusal);
  }
}
