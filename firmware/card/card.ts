import { NEIGHBOUR_ID, PROTOCOL_VERSION } from "../wire/constants.js";
import type { FrameBuffer } from "../wire/frame-buffer.js";
import {
  FRAME_ACCEPT,
  FRAME_ANSWER,
  FRAME_BEACON,
  FRAME_BEACON_ACK,
  FRAME_DECLINE,
  FRAME_HELLO,
  FRAME_HOST_REQUEST,
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
  STATE_READY,
} from "../wire/frame-types.js";
import {
  FABRIC_HEADER_BYTES,
  LOWER_BYTES,
  OFFSET_DESTINATION,
  OFFSET_SOURCE,
  WORD_FABRIC,
  WORD_TYPE,
  WORD_WAY,
} from "../wire/header.js";
import { Uint64 } from "../wire/uint64.js";
import { Admission } from "./admission.js";
import { CableTest } from "./cable-test.js";
import { CardContext, type CardEnvironment, type Counters } from "./card-context.js";
import { type CardCondition, ROLE_MEMBER, ROLE_NONE, ROLE_PRIMARY, ROLE_SECONDARY } from "./condition.js";
import { Coordinator } from "./coordinator.js";
import { Founding } from "./founding.js";
import { HostDesk } from "./host-desk.js";
import { HostLine } from "./host-line.js";
import type { LinkState } from "./link-state.js";
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
import { Upkeep } from "./upkeep.js";
import type { ViewAnnouncer } from "./view-announcer.js";

const NOTHING_HELD = new Uint64();
const NEVER = Number.POSITIVE_INFINITY;
/** The first word of a frame of this version, but for its type; and of a hello. */
const VERSION = PROTOCOL_VERSION << 16;
const HELLO = VERSION | (FRAME_HELLO << 24);

/**
 * One card, as a pure state machine: frames and time go in, frames and a wake-up time come out. It holds every role,
 * and its view says which of them it plays. Nothing that comes in makes it throw.
 */
export class Card {
  // What every turn asks stands first: XS finds it sooner.
  private readonly context: CardContext;
  private readonly links: readonly LinkState[];
  private readonly upkeep: Upkeep;
  private readonly originator: Originator;
  private readonly reporter: Reporter;
  private readonly member: Member;
  private readonly primary: Primary;
  private readonly secondary: Secondary;
  /** The view's state when it was looked at last. */
  private reviewedState = -1;
  /** When `tickAll` is to be done again. */
  private allDueUs = 0;
  private readonly admission: Admission;
  private readonly desk: HostDesk;
  private readonly router: Router;
  private readonly promiser: Promiser;
  private readonly coordinator: Coordinator;
  private readonly watch: SilenceWatch;
  private readonly planner: Planner;
  private readonly plans: PlanDesk;
  private readonly founding: Founding;
  private readonly announcer: ViewAnnouncer;
  private readonly survey: Survey;
  private readonly cableTest: CableTest;
  private readonly sides: SideWatch;

  constructor(environment: CardEnvironment) {
    const context = new CardContext(environment);
    const viewState = (): number => this.viewState();
    const line = new HostLine(context);
    this.context = context;
    this.admission = new Admission(context);
    this.router = new Router(context);
    this.links = this.router.links;
    const post = new Post(context, this.router, (frame) => {
      if (this.admission.admits(context.cardId, frame)) this.dispatch(context.cardId, frame);
    });
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
      () => router.adoptMembers(),
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
    this.announcer = this.primary.announcer;
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
    this.cableTest = new CableTest(context, line, this.router);
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
      this.cableTest,
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
    context.setCold(loaded === "loaded" && context.ownState() === STATE_READY);
    context.review();
    if (!context.takesPart) return;
    this.member.noteSignOfLife();
    this.router.start();
    if (context.isJoining()) this.founding.begin();
    else this.watch.tick();
  }

  /** Takes a frame whose checksum was good from the cable `link`, 0 to `linkCount` - 1. The frame may be changed. */
  receiveFromLink(link: number, frame: FrameBuffer, nowUs: number): void {
    const { context } = this;
    context.nowUs = nowUs;
    const linkState = this.links[link] as LinkState;
    const { words } = frame;
    const type = words[WORD_TYPE] as number;
    const way = words[WORD_WAY] as number;
    if (type === HELLO && linkState.isHeardAgain(frame, context.epoch) && !linkState.findsOtherwise) {
      linkState.framesIn += 1;
      linkState.lastHeardUs = nowUs;
    } else if (
      // Mostly the header, but for the type, is that of the frame before, which was examined in the same state.
      way === linkState.goodWay &&
      ((words[WORD_FABRIC] as number) & LOWER_BYTES) === linkState.goodFabric &&
      context.epoch === linkState.goodEpoch &&
      (type & LOWER_BYTES) === VERSION &&
      frame.length >= FABRIC_HEADER_BYTES
    ) {
      linkState.framesIn += 1;
      linkState.lastHeardUs = nowUs;
      this.dispatch(way & 0xff, frame);
    } else if (!this.examine(link, frame)) {
      return;
    }
    if (context.hasNews || this.upkeep.isBusy) this.upkeep.finishTurn();
  }

  /** Looks at everything that the header of a frame says. @returns false where it is dropped for that. */
  private examine(link: number, frame: FrameBuffer): boolean {
    const { admission, context } = this;
    if (!admission.isOfThisFabric(frame)) return false;
    if (!admission.isFromOther(frame)) {
      this.answerStranger(link, frame);
      return false;
    }
    const linkState = this.links[link] as LinkState;
    linkState.framesIn += 1;
    linkState.lastHeardUs = context.nowUs;
    this.sort(link, frame);
    return true;
  }

  /** Takes a frame whose checksum was good from the host. */
  receiveFromHost(frame: FrameBuffer, nowUs: number): void {
    const { context } = this;
    context.nowUs = nowUs;
    if (frame.bytes[OFFSET_TYPE] !== FRAME_HOST_REQUEST) context.hasNews = true;
    this.desk.receive(frame);
    if (context.hasNews || this.upkeep.isBusy) this.upkeep.finishTurn();
  }

  /** Lets time pass. To be called at `wakeUpUs`; earlier does no harm. */
  tick(nowUs: number): void {
    const { context } = this;
    context.nowUs = nowUs;
    if (context.hasNews || nowUs >= this.allDueUs || !context.isReady) this.tickAll();
    else this.tickDue();
    if (context.hasNews || this.upkeep.isBusy) this.upkeep.finishTurn();
  }

  /** Asks every part whether something is due, and notes when that is to be done again, if nothing rare happens before. */
  private tickAll(): void {
    const { context } = this;
    context.hasNews = false;
    context.wakeUpUs = NEVER;
    if (context.takesPart) this.router.tick();
    if (context.isReady) {
      this.upkeep.noteTime();
      this.primary.tick();
    }
    const soonUs = context.wakeUpUs;
    context.wakeUpUs = NEVER;
    if (context.isReady) {
      this.member.tick();
      this.watch.tick();
      this.planner.tick();
      this.sides.tick();
      this.coordinator.tick();
    } else if (context.takesPart) {
      this.founding.tick();
    }
    this.plans.tick();
    this.survey.tick();
    this.cableTest.tick();
    this.allDueUs = context.wakeUpUs;
    context.wakeBy(soonUs);
    // Also where this card takes part in nothing any more: its host must not wait for ever.
    this.reviewedState = this.viewState();
    this.originator.tick();
    this.reporter.tick();
  }

  /** Asks the parts that have something to do many times a second, each only where it has. */
  private tickDue(): void {
    const { context, router, originator } = this;
    const { nowUs } = context;
    context.wakeUpUs = this.allDueUs;
    // `wakeBy` without its calls, here and below.
    let { dueUs } = router;
    if (nowUs >= dueUs) router.tick();
    else if (dueUs < context.wakeUpUs) context.wakeUpUs = dueUs;
    if (context.leads && !this.primary.abdicated) {
      const { primary } = this;
      dueUs = primary.dueUs();
      if (nowUs >= dueUs) primary.tick();
      else if (dueUs < context.wakeUpUs) context.wakeUpUs = dueUs;
    }
    this.reviewState();
    ({ dueUs } = originator);
    if (nowUs >= dueUs) originator.tick();
    else if (dueUs < context.wakeUpUs) context.wakeUpUs = dueUs;
    if (this.reporter.dueUs !== NEVER) this.reporter.reportHeld();
  }

  /** A card of this fabric that is no member any more, at the other end of a cable, must hear of it from somebody. */
  private answerStranger(link: number, frame: FrameBuffer): void {
    const source = frame.bytes[OFFSET_SOURCE] as number;
    if (frame.bytes[OFFSET_TYPE] !== FRAME_HELLO || source === this.context.cardId) return;
    if (this.viewState() === STATE_READY) this.router.tellNeighbour(link, source, this.announcer.encode());
  }

  /** Notes that what was found about the header of `frame`, which is for this card, need not be looked for again. */
  private noteGood(link: number, frame: FrameBuffer): void {
    const linkState = this.links[link] as LinkState;
    linkState.goodWay = frame.words[WORD_WAY] as number;
    linkState.goodFabric = (frame.words[WORD_FABRIC] as number) & LOWER_BYTES;
    linkState.goodEpoch = this.context.epoch;
  }

  private sort(link: number, frame: FrameBuffer): void {
    const { context, router } = this;
    const destination = frame.bytes[OFFSET_DESTINATION] as number;
    const source = frame.bytes[OFFSET_SOURCE] as number;
    if (destination === NEIGHBOUR_ID) {
      if (frame.bytes[OFFSET_TYPE] === FRAME_HELLO) this.receiveHello(link, source, frame);
      else this.cableTest.receive(link, source, frame);
    } else if (destination === context.cardId) {
      if (!this.admission.admits(source, frame)) return;
      if (context.isReady && context.state.members.has(source)) this.noteGood(link, frame);
      this.dispatch(source, frame);
    } else if (context.knows(destination)) {
      router.forward(frame);
    } else {
      context.counters.dropDestination += 1;
    }
  }

  /** A neighbour with another list may know an older one, and nobody else may be able to tell it. */
  private receiveHello(link: number, source: number, frame: FrameBuffer): void {
    const { context, router } = this;
    const differs = router.receiveHello(link, source, frame);
    if (!differs || context.isJoining() || !context.state.members.has(source)) return;
    router.tellNeighbour(link, source, this.announcer.encode());
  }

  /** Hands a frame that is for this card to the role that it is for. */
  private dispatch(source: number, frame: FrameBuffer): void {
    const type = (frame.words[WORD_TYPE] as number) >>> 24;
    // The most frequent first: XS compares one by one.
    switch (type) {
      case FRAME_BEACON_ACK:
        this.primary.receiveAck(source, frame);
        this.reviewState();
        break;
      case FRAME_REQUEST:
        this.primary.receiveRequest(source, frame);
        break;
      case FRAME_BEACON:
        this.member.receiveBeacon(source, frame);
        this.reviewState();
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
      default:
        this.context.hasNews = true;
        this.dispatchRare(type, source, frame);
    }
  }

  /** Hands on a frame of a view change, of a planned change, of a survey or of a founding. */
  private dispatchRare(type: number, source: number, frame: FrameBuffer): void {
    switch (type) {
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
    this.context.hasNews = true;
    this.reviewedState = this.viewState();
    this.reporter.reportView();
    this.originator.tick();
  }

  /** A beacon or its acknowledgement: mostly nothing has changed for anybody. */
  private reviewState(): void {
    const isNews = this.originator.hasWaiting || !this.reporter.viewWasTold;
    if (isNews || this.viewState() !== this.reviewedState) this.reviewView();
  }

  /** The host has initialised this card: it waits for its fabric. */
  private join(): void {
    this.context.forgetHeard();
    this.member.reset();
    this.promiser.reset();
    this.coordinator.reset();
    this.router.forget();
    this.reporter.forgetHeld();
    this.router.start();
    this.founding.begin();
    this.founding.tick();
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
    this.context.setCold(false);
    this.context.forgot = false;
    this.member.noteSignOfLife();
    this.router.adoptMembers();
    this.primary.begin();
    this.secondary.begin();
    this.originator.beginView();
  }

  private role(): number {
    const { cardId, state } = this.context;
    if (state.accepted.number === 0) return ROLE_NONE;
    if (state.accepted.primary === cardId) return ROLE_PRIMARY;
    return state.accepted.secondary === cardId ? ROLE_SECONDARY : ROLE_MEMBER;
  }

  /** @returns STATE_READY where numbers can be had, as far as this card knows, else the code of what keeps them. */
  private viewState(): number {
    const { context, primary } = this;
    if (!context.isReady) return context.ownState();
    return context.leads && !primary.abdicated ? primary.assignState() : this.member.viewState();
  }
}
