import { NEIGHBOUR_ID, PROTOCOL_VERSION } from "../wire/constants.js";
import type { FrameBuffer } from "../wire/frame-buffer.js";
import {
  FRAME_ACCEPT,
  FRAME_ANSWER,
  FRAME_BEACON,
  FRAME_BEACON_ACK,
  FRAME_DECLINE,
  FRAME_HELLO,
  FRAME_JOIN,
  FRAME_PLAN,
  FRAME_PLAN_RESULT,
  FRAME_PREPARE,
  FRAME_PROMISE,
  FRAME_QUERY,
  FRAME_REFUSE,
  FRAME_REPORT,
  FRAME_REQUEST,
  FRAME_STORE,
  OFFSET_TYPE,
  OFFSET_VERSION,
  STATE_READY,
} from "../wire/frame-types.js";
import { FABRIC_HEADER_BYTES, OFFSET_DESTINATION, OFFSET_FABRIC, OFFSET_SOURCE } from "../wire/header.js";
import { Uint64 } from "../wire/uint64.js";
import { CardContext, type CardEnvironment, type Counters } from "./card-context.js";
import { type CardCondition, ROLE_MEMBER, ROLE_NONE, ROLE_PRIMARY, ROLE_SECONDARY } from "./condition.js";
import { Coordinator } from "./coordinator.js";
import { Founding } from "./founding.js";
import { HostDesk } from "./host-desk.js";
import { HostLine } from "./host-line.js";
import { Member } from "./member.js";
import { Originator } from "./originator.js";
import { PlanDesk } from "./plan-desk.js";
import { Planner } from "./planner.js";
import { Post } from "./post.js";
import { Primary } from "./primary.js";
import { Promiser } from "./promiser.js";
import { Reporter } from "./reporter.js";
import { Router } from "./router.js";
import { Secondary } from "./secondary.js";
import { SideWatch } from "./side-watch.js";
import { SilenceWatch } from "./silence-watch.js";
import { StatusReport } from "./status-report.js";
import { Survey } from "./survey.js";
import { Trunk } from "./trunk.js";
import { ViewAnnouncer } from "./view-announcer.js";

const NOTHING_HELD = new Uint64();
/** What a card takes while it waits for its fabric. Reports decide nothing. */
const HEARD_WHILE_JOINING = [FRAME_ACCEPT, FRAME_JOIN, FRAME_QUERY, FRAME_REPORT];

import { Upkeep } from "./upkeep.js";

/**
 * One card, as a pure state machine: frames and time go in, frames and a wake-up time come out. It holds every role,
 * and its view says which of them it plays. Nothing that comes in makes it throw.
 */
export class Card {
  private readonly context: CardContext;
  private readonly router: Router;
  private readonly member: Member;
  private readonly primary: Primary;
  private readonly secondary: Secondary;
  private readonly promiser: Promiser;
  private readonly coordinator: Coordinator;
  private readonly watch: SilenceWatch;
  private readonly planner: Planner;
  private readonly plans: PlanDesk;
  private readonly originator: Originator;
  private readonly founding: Founding;
  private readonly announcer: ViewAnnouncer;
  private readonly reporter: Reporter;
  private readonly survey: Survey;
  private readonly desk: HostDesk;
  private readonly sides: SideWatch;
  private readonly upkeep: Upkeep;

  constructor(environment: CardEnvironment) {
    const context = new CardContext(environment);
    const viewState = (): number => this.viewState();
    const line = new HostLine(context);
    this.context = context;
    this.router = new Router(context);
    const post = new Post(context, this.router, (frame) => this.dispatch(context.cardId, frame));
    this.reporter = new Reporter(context, line, viewState);
    this.member = new Member(context, post);
    this.primary = new Primary(context, post, () => this.reporter.noteHeld(this.primary.next));
    this.secondary = new Secondary(context, post, () => this.reporter.noteHeld(this.secondary.stored));
    const { member, primary, secondary, router } = this;
    this.promiser = new Promiser(
      context,
      post,
      member,
      primary,
      secondary,
      () => this.beginView(),
      () => this.founding.confirm(),
    );
    this.coordinator = new Coordinator(context, post, router, member, this.promiser);
    this.watch = new SilenceWatch(context, member, primary, this.coordinator);
    this.planner = new Planner(context, post, primary, this.coordinator);
    this.sides = new SideWatch(context, router, primary, this.planner);
    this.plans = new PlanDesk(context, post, line, viewState);
    this.originator = new Originator(context, post, line, viewState);
    this.upkeep = new Upkeep(context, router, member, primary, this.planner, this.originator);
    this.founding = new Founding(context, post, router, () => {
      this.beginView();
      this.primary.tick();
    });
    this.announcer = new ViewAnnouncer(context);
    const status = new StatusReport(
      context,
      line,
      this.router,
      this.primary,
      this.secondary,
      this.founding,
      viewState,
    );
    this.survey = new Survey(context, post, line, status);
    const trunk = new Trunk(context, line, this.router, (link, frame) => {
      this.receiveFromLink(link, frame, context.nowUs);
    });
    this.desk = new HostDesk(
      context,
      line,
      this.originator,
      this.plans,
      this.reporter,
      status,
      this.survey,
      trunk,
      () => this.join(),
      () => this.held(),
    );
  }

  /** When `tick` is to be called next, in microseconds of the time that is handed in. */
  get wakeUpUs(): number {
    return this.context.wakeUpUs;
  }

  get counters(): Readonly<Counters> {
    return this.context.counters;
  }

  /** Fills `into` with how this card is at `nowUs`. */
  readCondition(into: CardCondition, nowUs: number): void {
    this.context.nowUs = nowUs;
    into.state = this.viewState();
    into.role = this.role();
    into.silentCables = this.router.silentCables();
  }

  /** Boots: reads the flash and says hello. To be called once, first. */
  start(nowUs: number): void {
    const { context } = this;
    context.nowUs = nowUs;
    context.bootUs = nowUs;
    const loaded = context.state.load();
    context.blank = loaded === "blank";
    context.storageFailed = loaded === "damaged";
    context.cold = loaded === "loaded" && context.ownState() === STATE_READY;
    if (!this.takesPart()) return;
    this.member.noteSignOfLife();
    this.router.start();
    if (context.isJoining()) this.founding.begin();
    else this.watch.tick();
  }

  /** Takes a frame whose checksum was good from the cable `link`, 0 to `linkCount` - 1. The frame may be changed. */
  receiveFromLink(link: number, frame: FrameBuffer, nowUs: number): void {
    const { context, router } = this;
    const { counters, state } = context;
    const { bytes } = frame;
    context.nowUs = nowUs;
    if (bytes[OFFSET_VERSION] !== PROTOCOL_VERSION) {
      counters.dropVersion += 1;
    } else if (frame.length < FABRIC_HEADER_BYTES) {
      counters.dropLength += 1;
    } else if (!this.takesPart() || frame.view.getUint32(OFFSET_FABRIC, true) !== state.fabricId) {
      counters.dropFabric += 1;
    } else if (!this.isFromOther(frame)) {
      counters.dropSource += 1;
      this.answerStranger(link, frame);
    } else {
      router.noteFrame(link);
      this.sort(link, frame);
      this.upkeep.finishTurn();
    }
  }

  /** Takes a frame whose checksum was good from the host. */
  receiveFromHost(frame: FrameBuffer, nowUs: number): void {
    this.context.nowUs = nowUs;
    this.desk.receive(frame);
    this.upkeep.finishTurn();
  }

  /** Lets time pass. To be called at `wakeUpUs`; earlier does no harm. */
  tick(nowUs: number): void {
    const { context } = this;
    context.nowUs = nowUs;
    context.wakeUpUs = Number.POSITIVE_INFINITY;
    if (context.ownState() === STATE_READY) {
      this.router.tick();
      this.member.tick();
      this.upkeep.noteTime();
      this.primary.tick();
      this.watch.tick();
      this.planner.tick();
      this.sides.tick();
      this.coordinator.tick();
    } else if (context.isJoining()) {
      this.router.tick();
      this.founding.tick();
    }
    this.plans.tick();
    // Also where this card takes part in nothing any more: its host must not wait for ever.
    this.originator.tick();
    this.survey.tick();
    this.reporter.tick();
    this.upkeep.finishTurn();
  }

  /** Whether a frame comes from another member; an ACCEPT tells itself whether its source is one. */
  private isFromOther(frame: FrameBuffer): boolean {
    const { state } = this.context;
    const source = frame.bytes[OFFSET_SOURCE] as number;
    if (source === state.cardId) return false;
    return state.members.has(source) || frame.bytes[OFFSET_TYPE] === FRAME_ACCEPT;
  }

  /** A card of this fabric that is no member any more, at the other end of a cable, must hear of it from somebody. */
  private answerStranger(link: number, frame: FrameBuffer): void {
    const source = frame.bytes[OFFSET_SOURCE] as number;
    if (frame.bytes[OFFSET_TYPE] !== FRAME_HELLO || source === this.context.cardId) return;
    if (this.viewState() === STATE_READY) this.router.tellStranger(link, source, this.announcer.encode());
  }

  private sort(link: number, frame: FrameBuffer): void {
    const { context, router } = this;
    const destination = frame.bytes[OFFSET_DESTINATION] as number;
    const source = frame.bytes[OFFSET_SOURCE] as number;
    if (destination === NEIGHBOUR_ID) {
      if (frame.bytes[OFFSET_TYPE] === FRAME_HELLO) router.receiveHello(link, source, frame);
      else context.counters.dropType += 1;
    } else if (destination === context.cardId) {
      this.dispatch(source, frame);
    } else if (context.state.members.has(destination)) {
      router.forward(frame);
    } else {
      context.counters.dropDestination += 1;
    }
  }

  /** Hands a frame that is for this card to the role that it is for. */
  private dispatch(source: number, frame: FrameBuffer): void {
    const type = frame.bytes[OFFSET_TYPE];
    if (this.context.isJoining() && !HEARD_WHILE_JOINING.includes(type as number)) {
      this.context.counters.dropRole += 1;
      return;
    }
    switch (type) {
      case FRAME_REQUEST:
        this.primary.receiveRequest(source, frame);
        break;
      case FRAME_STORE:
        this.secondary.receiveStore(source, frame);
        break;
      case FRAME_ANSWER:
        this.originator.receiveAnswer(source, frame);
        break;
      case FRAME_REFUSE:
        this.originator.receiveRefuse(source, frame);
        break;
      case FRAME_BEACON:
        this.member.receiveBeacon(source, frame);
        this.reviewView();
        break;
      case FRAME_BEACON_ACK:
        this.primary.receiveAck(source, frame);
        this.reviewView();
        break;
      case FRAME_PLAN:
        this.planner.receivePlan(source, frame);
        break;
      case FRAME_PLAN_RESULT:
        this.plans.receiveResult(frame);
        break;
      case FRAME_QUERY:
        this.survey.receiveQuery(source, frame);
        break;
      case FRAME_REPORT:
        this.survey.receiveReport(source, frame);
        break;
      case FRAME_PREPARE:
        this.promiser.receivePrepare(source, frame);
        this.reviewView();
        break;
      case FRAME_PROMISE:
        this.coordinator.receivePromise(source, frame);
        break;
      case FRAME_DECLINE:
        this.coordinator.receiveDecline(frame);
        break;
      case FRAME_JOIN:
        this.founding.receiveJoin(source, frame);
        break;
      case FRAME_ACCEPT:
        this.promiser.receiveAccept(source, frame);
        this.reviewView();
        break;
      default:
        this.context.counters.dropType += 1;
    }
  }

  /** Something about the view may have changed: the host is told, and what waits for a view goes out. */
  private reviewView(): void {
    this.reporter.reportView();
    this.originator.tick();
  }

  /** The host has initialised this card: it waits for its fabric. */
  private join(): void {
    this.member.reset();
    this.promiser.reset();
    this.coordinator.reset();
    this.router.forget();
    this.reporter.forgetHeld();
    this.router.start();
    this.founding.begin();
    this.founding.tick();
  }

  /** Whether this card says hello and passes frames on: as a member, or while it waits to be one. */
  private takesPart(): boolean {
    return this.context.ownState() === STATE_READY || this.context.isJoining();
  }

  /** One above the newest number that this card holds in a role, 0 where it holds none. */
  private held(): Uint64 {
    const { context, primary, secondary } = this;
    const { accepted, cardId } = context.state;
    if (context.cold || accepted.number === 0) return NOTHING_HELD;
    if (accepted.primary === cardId) return primary.next;
    return accepted.secondary === cardId ? secondary.stored : NOTHING_HELD;
  }

  /** Begins, warm, whatever role the accepted view gives to this card. */
  private beginView(): void {
    this.context.cold = false;
    this.context.forgot = false;
    this.member.noteSignOfLife();
    this.router.adoptMembers();
    this.primary.begin();
    this.secondary.begin();
  }

  private role(): number {
    const { cardId, state } = this.context;
    if (state.accepted.number === 0) return ROLE_NONE;
    if (state.accepted.primary === cardId) return ROLE_PRIMARY;
    return state.accepted.secondary === cardId ? ROLE_SECONDARY : ROLE_MEMBER;
  }

  /** @returns STATE_READY where numbers can be had, as far as this card knows, else the code of what keeps them. */
  private viewState(): number {
    const ownState = this.context.ownState();
    if (ownState !== STATE_READY) return ownState;
    return this.primary.isActing() ? this.primary.assignState() : this.member.viewState();
  }
}
