import type { FrameBuffer } from "../wire/frame-buffer.js";
import {
  FRAME_ANSWER,
  FRAME_BEACON,
  FRAME_BEACON_ACK,
  FRAME_HOST_REQUEST,
  FRAME_REFUSE,
  FRAME_REQUEST,
  FRAME_STORE,
  OFFSET_TYPE,
  STATE_READY,
} from "../wire/frame-types.js";
import { WORD_TYPE } from "../wire/header.js";
import { WORD_TAG } from "../wire/host-frames.js";
import { Uint64 } from "../wire/uint64.js";
import { Admission, NO_EPOCH } from "./admission.js";
import { CableTest } from "./cable-test.js";
import { CardContext, type CardEnvironment, type Counters } from "./card-context.js";
import { type CardCondition, ROLE_MEMBER, ROLE_NONE, ROLE_PRIMARY, ROLE_SECONDARY } from "./condition.js";
import { Coordinator } from "./coordinator.js";
import { Founding } from "./founding.js";
import { HostDesk } from "./host-desk.js";
import { HostLine } from "./host-line.js";
import type { Lease } from "./lease.js";
import { Member } from "./member.js";
import { Originator } from "./originator.js";
import { PlanDesk } from "./plan-desk.js";
import { Planner } from "./planner.js";
import { Post } from "./post.js";
import { Primary } from "./primary.js";
import { Promiser } from "./promiser.js";
import { RareFrames } from "./rare-frames.js";
import { Reporter } from "./reporter.js";
import { Router } from "./router.js";
import { Secondary } from "./secondary.js";
import { SideWatch } from "./side-watch.js";
import { SilenceWatch } from "./silence-watch.js";
import { Sorter } from "./sorter.js";
import { StatusReport } from "./status-report.js";
import { Survey } from "./survey.js";
import { Trunk } from "./trunk.js";
import { Upkeep } from "./upkeep.js";

const NOTHING_HELD = new Uint64();
const NEVER = Number.POSITIVE_INFINITY;

/**
 * One card, as a pure state machine: frames and time go in, frames and a wake-up time come out. It holds every role,
 * and its view says which of them it plays. Nothing that comes in makes it throw.
 */
export class Card {
  // What every turn asks stands first: XS finds it sooner.
  private readonly context: CardContext;
  private readonly upkeep: Upkeep;
  private readonly originator: Originator;
  private readonly reporter: Reporter;
  private readonly member: Member;
  private readonly primary: Primary;
  private readonly secondary: Secondary;
  /** The view's state when it was looked at last. */
  private reviewedState = -1;
  /** When `tickAll` is to be done again, and `tickWatch`. */
  private allDueUs = 0;
  private watchDueUs = 0;
  private readonly lease: Lease;
  private readonly router: Router;
  private readonly desk: HostDesk;
  private readonly sorter: Sorter;
  private readonly rare: RareFrames;
  private readonly promiser: Promiser;
  private readonly coordinator: Coordinator;
  private readonly watch: SilenceWatch;
  private readonly planner: Planner;
  private readonly plans: PlanDesk;
  private readonly founding: Founding;
  private readonly survey: Survey;
  private readonly cableTest: CableTest;
  private readonly sides: SideWatch;

  constructor(environment: CardEnvironment) {
    const context = new CardContext(environment);
    const viewState = (): number => this.viewState();
    const line = new HostLine(context);
    this.context = context;
    const admission = new Admission(context);
    this.router = new Router(context, () => {
      // Also for who looks at ways only now and then.
      context.hasNews = true;
      this.lease.beaconSoon();
    });
    let admittedEpoch = NO_EPOCH;
    const post = new Post(context, this.router, (frame) => {
      if (admittedEpoch === context.epoch) {
        this.dispatch(context.cardId, frame);
      } else if (admission.admits(context.cardId, frame)) {
        admittedEpoch = admission.epochOf(context.cardId);
        this.dispatch(context.cardId, frame);
      }
    });
    this.reporter = new Reporter(context, line, viewState);
    this.member = new Member(context, post);
    this.primary = new Primary(context, post, this.reporter);
    this.lease = this.primary.lease;
    this.secondary = new Secondary(context, post, this.reporter);
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
    this.founding = new Founding(context, post, router, () => this.beginView());
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
    const { founding, planner, plans, survey } = this;
    const touched = (): void => this.reviewView();
    this.rare = new RareFrames(
      context,
      planner,
      plans,
      survey,
      this.promiser,
      this.coordinator,
      founding,
      touched,
    );
    const dispatch = (source: number, frame: FrameBuffer): boolean => this.dispatch(source, frame);
    this.sorter = new Sorter(context, admission, post, this.cableTest, viewState, dispatch);
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

  /**
   * Takes a frame whose checksum was good, and which its cable did not expect, from the cable `link`, 0 to their number less
   * one. The frame may be changed.
   * @param meaning what the cable was told that frames like this one mean (`Sorter`); 0 or left out: nothing.
   * @returns `wakeUpUs`.
   */
  receiveFromLink(link: number, frame: FrameBuffer, nowUs: number, meaning?: number): number {
    const context = this.context;
    context.nowUs = nowUs;
    if (meaning) {
      // Mostly it is like one that was examined in the same state.
      const source = meaning & 0xff;
      switch (meaning >> 8) {
        // Those first for which somebody waits: XS compares one by one.
        case FRAME_REQUEST:
          this.primary.receiveRequest(source, frame, true);
          break;
        case FRAME_STORE:
          this.secondary.receiveStore(source, frame, true);
          break;
        case FRAME_ANSWER:
          this.originator.receiveAnswer(source, frame, true);
          break;
        case FRAME_BEACON_ACK:
          this.receiveAck(source, frame, true);
          break;
        default:
          this.member.receiveBeacon(source, frame, true);
          this.watchDueUs = nowUs + context.timing.leaseUs;
          this.reviewState();
      }
    } else if (!this.sorter.sort(link, frame)) {
      return context.wakeUpUs;
    }
    if (context.hasNews || this.upkeep.isBusy) this.upkeep.finishTurn();
    return context.wakeUpUs;
  }

  /**
   * Takes a frame whose checksum was good from the host.
   * @param meaning what the line was told that frames like this one mean (`HostLine`); 0 or left out: nothing.
   * @returns `wakeUpUs`.
   */
  receiveFromHost(frame: FrameBuffer, nowUs: number, meaning?: number): number {
    const context = this.context;
    context.nowUs = nowUs;
    if (meaning) {
      // Mostly the open session asks for numbers. As `decodeHostRequest`, without its call.
      const words = frame.words;
      this.originator.request((words[WORD_TAG] as number) >>> 0, (words[WORD_TAG + 1] as number) & 0xffff);
    } else {
      if (frame.bytes[OFFSET_TYPE] !== FRAME_HOST_REQUEST) context.hasNews = true;
      this.desk.receive(frame);
    }
    if (context.hasNews || this.upkeep.isBusy) this.upkeep.finishTurn();
    return context.wakeUpUs;
  }

  /** Lets time pass. To be called at `wakeUpUs`; earlier does no harm. @returns `wakeUpUs`. */
  tick(nowUs: number): number {
    const context = this.context;
    context.nowUs = nowUs;
    if (context.hasNews || nowUs >= this.allDueUs || !context.isReady) this.tickAll();
    else this.tickDue();
    if (context.hasNews || this.upkeep.isBusy) this.upkeep.finishTurn();
    return context.wakeUpUs;
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
    this.watchDueUs = NEVER;
    if (context.isReady) this.tickWatch();
    context.wakeUpUs = NEVER;
    if (context.isReady) {
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
    context.wakeBy(this.watchDueUs);
    // Also where this card takes part in nothing any more: its host must not wait for ever.
    this.reviewedState = this.viewState();
    this.originator.tick();
    this.reporter.tick();
  }

  /** Looks whether the view falls silent: beacons put that off again and again, and nothing else follows from it. */
  private tickWatch(): void {
    const { context } = this;
    context.wakeUpUs = NEVER;
    this.member.tick();
    this.watch.tick();
    this.watchDueUs = context.wakeUpUs;
  }

  /** Asks the parts that have something to do many times a second, each only where it has. */
  private tickDue(): void {
    const context = this.context;
    const router = this.router;
    const lease = this.lease;
    const nowUs = context.nowUs;
    if (nowUs >= this.watchDueUs) this.tickWatch();
    context.wakeUpUs = this.allDueUs;
    if (nowUs >= router.dueUs) router.tick();
    if (context.leads && !lease.abdicated && (nowUs >= lease.nextBeaconUs || this.primary.hasWaiting))
      this.primary.tick();
    this.reviewState();
    if (nowUs >= this.originator.dueUs) this.originator.tick();
    if (nowUs >= this.reporter.dueUs) this.reporter.reportHeld();
    this.planWake();
  }

  /** Lowers `wakeUpUs`, which is `allDueUs` or sooner, to when one of those is due that have something to do many times a second. */
  private planWake(): void {
    const context = this.context;
    const lease = this.lease;
    // `wakeBy` without its calls.
    let soonUs = context.wakeUpUs;
    if (this.watchDueUs < soonUs) soonUs = this.watchDueUs;
    let dueUs = this.router.dueUs;
    if (dueUs < soonUs) soonUs = dueUs;
    dueUs = this.originator.dueUs;
    if (dueUs < soonUs) soonUs = dueUs;
    dueUs = this.reporter.dueUs;
    if (dueUs < soonUs) soonUs = dueUs;
    const isActing = context.leads && !lease.abdicated && !context.cold;
    if (isActing && lease.nextBeaconUs < soonUs) soonUs = lease.nextBeaconUs;
    context.wakeUpUs = soonUs;
  }

  /**
   * Hands a frame that is for this card to the role that it is for.
   * @returns whether what was found about it holds for all that are like it, for as long as the epoch is the same.
   */
  private dispatch(source: number, frame: FrameBuffer): boolean {
    const type = (frame.words[WORD_TYPE] as number) >> 24;
    let isExample = false;
    switch (type) {
      case FRAME_BEACON_ACK:
        this.receiveAck(source, frame, false);
        isExample = this.lease.isUsualAck(frame);
        break;
      case FRAME_REQUEST:
        isExample = this.primary.receiveRequest(source, frame, false);
        break;
      case FRAME_BEACON:
        isExample = this.member.receiveBeacon(source, frame, false);
        // No silence is looked for before the one ends that this beacon begins. The alarm stays: the router's is sooner.
        if (isExample) this.watchDueUs = this.context.nowUs + this.context.timing.leaseUs;
        this.reviewState();
        break;
      case FRAME_STORE:
        isExample = this.secondary.receiveStore(source, frame, false);
        break;
      case FRAME_ANSWER:
        isExample = this.originator.receiveAnswer(source, frame, false);
        break;
      case FRAME_REFUSE:
        this.originator.receiveRefuse(source, frame);
        break;
      default:
        this.context.hasNews = true;
        this.rare.take(type, source, frame);
    }
    return isExample;
  }

  private receiveAck(source: number, frame: FrameBuffer, isAlike: boolean): void {
    const context = this.context;
    const isPutOff = this.lease.receiveAck(source, frame, isAlike);
    if (this.primary.hasWaiting) this.primary.serveWaiting();
    this.reviewState();
    if (!isPutOff || context.hasNews) return;
    // The secondary as well has just been heard.
    if (this.watch.isCalm) this.watchDueUs = this.lease.lastBeaconUs + context.timing.leaseUs;
    context.wakeUpUs = this.allDueUs;
    this.planWake();
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
    const context = this.context;
    if (
      this.originator.hasWaiting ||
      !this.reporter.viewWasTold ||
      ((this.reviewedState !== STATE_READY || context.nowUs >= context.readyUntilUs) &&
        this.viewState() !== this.reviewedState)
    )
      this.reviewView();
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
    // Its beacon is what all others wait for now.
    this.primary.tick();
  }

  private role(): number {
    const { cardId, state } = this.context;
    if (state.accepted.number === 0) return ROLE_NONE;
    if (state.accepted.primary === cardId) return ROLE_PRIMARY;
    return state.accepted.secondary === cardId ? ROLE_SECONDARY : ROLE_MEMBER;
  }

  /** @returns STATE_READY where numbers can be had, as far as this card knows, else the code of what keeps them. */
  private viewState(): number {
    const { context, lease } = this;
    if (context.nowUs < context.readyUntilUs) return STATE_READY;
    if (!context.isReady) return context.ownState();
    return context.leads && !lease.abdicated ? lease.assignState() : this.member.viewState();
  }
}
