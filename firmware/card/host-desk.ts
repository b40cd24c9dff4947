import { PROTOCOL_VERSION } from "../wire/constants.js";
import type { FrameBuffer } from "../wire/frame-buffer.js";
import {
  FRAME_HOST_CLOSE,
  FRAME_HOST_ECHO,
  FRAME_HOST_INIT,
  FRAME_HOST_INIT_RESULT,
  FRAME_HOST_LINK_TEST,
  FRAME_HOST_OPEN,
  FRAME_HOST_PLAN,
  FRAME_HOST_REFUSE,
  FRAME_HOST_REQUEST,
  FRAME_HOST_STATUS_REQUEST,
  FRAME_HOST_SURVEY,
  FRAME_HOST_TRUNK_CLOSE,
  FRAME_HOST_TRUNK_IN,
  FRAME_HOST_TRUNK_OPEN,
  OFFSET_TYPE,
  OFFSET_VERSION,
  REFUSE_NO_SESSION,
} from "../wire/frame-types.js";
import { HOST_HEADER_BYTES, WORD_SESSION, WORD_TYPE } from "../wire/header.js";
import {
  decodeHostRequest,
  encodeHostRefuse,
  HOST_REQUEST_BYTES,
  HostRequestFields,
  hasEmptyBody,
  WORD_TAG,
} from "../wire/host-frames.js";
import {
  decodeHostInit,
  encodeHostInitResult,
  HostInitFields,
  INIT_DONE,
} from "../wire/host-setup-frames.js";
import { decodeHostPlan } from "../wire/plan-frames.js";
import { decodeHostSurvey } from "../wire/survey-frames.js";
import type { Uint64 } from "../wire/uint64.js";
import type { CableTest } from "./cable-test.js";
import type { CardContext } from "./card-context.js";
import type { HostLine } from "./host-line.js";
import { initialise } from "./initialise.js";
import type { Originator } from "./originator.js";
import type { PlanDesk } from "./plan-desk.js";
import type { Reporter } from "./reporter.js";
import type { StatusReport } from "./status-report.js";
import type { Survey } from "./survey.js";
import type { Trunk } from "./trunk.js";

/** The first word of a request of this version. */
const REQUEST = (PROTOCOL_VERSION << 16) | (FRAME_HOST_REQUEST << 24);

/** Where the host's frames are taken in. Only a frame of the open session counts; an old process gets nothing more. */
export class HostDesk {
  private readonly line: HostLine;
  private readonly originator: Originator;
  private readonly request = new HostRequestFields();
  private readonly context: CardContext;
  private readonly plans: PlanDesk;
  private readonly reporter: Reporter;
  private readonly status: StatusReport;
  private readonly survey: Survey;
  private readonly trunk: Trunk;
  private readonly cableTest: CableTest;
  private readonly onInitialised: () => void;
  private readonly held: () => Uint64;
  private readonly init = new HostInitFields();
  private readonly frame: FrameBuffer;

  constructor(
    context: CardContext,
    line: HostLine,
    originator: Originator,
    plans: PlanDesk,
    reporter: Reporter,
    status: StatusReport,
    survey: Survey,
    trunk: Trunk,
    cableTest: CableTest,
    onInitialised: () => void,
    held: () => Uint64,
  ) {
    this.context = context;
    this.line = line;
    this.frame = line.frame;
    this.originator = originator;
    this.plans = plans;
    this.reporter = reporter;
    this.status = status;
    this.survey = survey;
    this.trunk = trunk;
    this.cableTest = cableTest;
    this.onInitialised = onInitialised;
    this.held = held;
  }

  /** Takes a frame of the host. */
  receive(frame: FrameBuffer): void {
    const { line } = this;
    const { words } = frame;
    // Mostly the host asks for numbers, and those that do so again do not even come here.
    if (
      words[WORD_SESSION] === line.sessionWord &&
      words[WORD_TYPE] === REQUEST &&
      frame.length === HOST_REQUEST_BYTES &&
      line.isOpen
    ) {
      line.expectMore(frame);
      this.originator.request((words[WORD_TAG] as number) >>> 0, (words[WORD_TAG + 1] as number) & 0xffff);
    } else {
      this.sort(frame);
    }
  }

  private sort(frame: FrameBuffer): void {
    const { counters } = this.context;
    if (frame.bytes[OFFSET_VERSION] !== PROTOCOL_VERSION) {
      counters.dropVersion += 1;
      // The host finds the version of this card in the answer, and can tell its user.
      if (frame.length >= HOST_HEADER_BYTES) this.refuse(this.sessionOf(frame), 0, REFUSE_NO_SESSION);
    } else if (frame.length < HOST_HEADER_BYTES) {
      counters.dropLength += 1;
    } else if (frame.bytes[OFFSET_TYPE] === FRAME_HOST_OPEN) {
      this.open(frame);
    } else if (this.line.isOpen && this.sessionOf(frame) === this.line.session) {
      this.serve(frame);
    } else {
      counters.dropSession += 1;
      const tag = decodeHostRequest(frame, this.request) ? this.request.tag : 0;
      this.refuse(this.sessionOf(frame), tag, REFUSE_NO_SESSION);
    }
  }

  private open(frame: FrameBuffer): void {
    if (!hasEmptyBody(frame)) {
      this.context.counters.dropLength += 1;
      return;
    }
    const session = this.sessionOf(frame);
    // The host repeats its OPEN until it is answered; only a new session ends what the one before has asked for.
    if (!this.line.isOpen || session !== this.line.session) this.forgetSession();
    this.line.open(session);
    this.status.sendWelcome();
    this.reporter.reset();
    this.reporter.tick();
  }

  private serve(frame: FrameBuffer): void {
    switch (frame.bytes[OFFSET_TYPE]) {
      case FRAME_HOST_REQUEST:
        // One of the right length was taken already.
        this.context.counters.dropLength += 1;
        break;
      case FRAME_HOST_STATUS_REQUEST:
        if (hasEmptyBody(frame)) this.status.sendAll();
        else this.context.counters.dropLength += 1;
        break;
      case FRAME_HOST_INIT:
        if (decodeHostInit(frame, this.init)) this.initialise();
        else this.context.counters.dropLength += 1;
        break;
      case FRAME_HOST_PLAN:
        if (decodeHostPlan(frame, this.plans.plan)) this.plans.ask();
        else this.context.counters.dropLength += 1;
        break;
      case FRAME_HOST_SURVEY:
        this.beginSurvey(decodeHostSurvey(frame));
        break;
      case FRAME_HOST_TRUNK_OPEN:
        if (hasEmptyBody(frame)) this.trunk.open();
        else this.context.counters.dropLength += 1;
        break;
      case FRAME_HOST_TRUNK_CLOSE:
        if (hasEmptyBody(frame)) this.trunk.close();
        else this.context.counters.dropLength += 1;
        break;
      case FRAME_HOST_TRUNK_IN:
        this.trunk.receive(frame);
        break;
      case FRAME_HOST_ECHO:
        this.cableTest.askEcho(frame);
        break;
      case FRAME_HOST_LINK_TEST:
        this.cableTest.askLinkTest(frame);
        break;
      case FRAME_HOST_CLOSE:
        if (hasEmptyBody(frame)) this.close();
        else this.context.counters.dropLength += 1;
        break;
      default:
        this.context.counters.dropType += 1;
    }
  }

  private close(): void {
    this.forgetSession();
    this.line.close();
  }

  private forgetSession(): void {
    this.originator.reset();
    this.plans.reset();
    this.survey.reset();
    this.cableTest.reset();
    this.trunk.close();
  }

  private beginSurvey(surveyId: number): void {
    if (surveyId >= 0) this.survey.begin(surveyId);
    else this.context.counters.dropLength += 1;
  }

  private initialise(): void {
    const code = initialise(this.context, this.init, this.held());
    encodeHostInitResult(this.frame, code, code === INIT_DONE ? this.context.state.incarnation : 0);
    this.line.send(FRAME_HOST_INIT_RESULT, this.frame);
    if (code === INIT_DONE) this.onInitialised();
    this.reporter.tick();
  }

  private refuse(session: number, tag: number, code: number): void {
    encodeHostRefuse(this.frame, tag, code);
    this.line.sendAs(session, FRAME_HOST_REFUSE, this.frame);
  }

  private sessionOf(frame: FrameBuffer): number {
    return (frame.words[WORD_SESSION] as number) >>> 0;
  }
}
