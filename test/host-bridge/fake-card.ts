import { COUNTER_NAMES } from "../../firmware/wire/counter-names.js";
import { decodeHostEcho, encodeHostEchoResult, HostEchoFields } from "../../firmware/wire/echo-frames.js";
import { FrameBuffer } from "../../firmware/wire/frame-buffer.js";
import {
  FRAME_HOST_ANSWER,
  FRAME_HOST_CLOSE,
  FRAME_HOST_COUNTERS,
  FRAME_HOST_ECHO,
  FRAME_HOST_ECHO_RESULT,
  FRAME_HOST_INIT,
  FRAME_HOST_INIT_RESULT,
  FRAME_HOST_LINK_TEST,
  FRAME_HOST_LINK_TEST_RESULT,
  FRAME_HOST_LINKS,
  FRAME_HOST_MIRROR,
  FRAME_HOST_OPEN,
  FRAME_HOST_REFUSE,
  FRAME_HOST_REPORT,
  FRAME_HOST_REQUEST,
  FRAME_HOST_STATUS,
  FRAME_HOST_STATUS_REQUEST,
  FRAME_HOST_SURVEY,
  FRAME_HOST_TRUNK_CLOSE,
  FRAME_HOST_TRUNK_IN,
  FRAME_HOST_TRUNK_OPEN,
  FRAME_HOST_TRUNK_OUT,
  FRAME_HOST_VIEW,
  FRAME_HOST_WELCOME,
  OFFSET_TYPE,
  OFFSET_VERSION,
  REFUSE_BLANK,
  REFUSE_COUNT,
  REFUSE_EXHAUSTED,
  REFUSE_NO_SESSION,
} from "../../firmware/wire/frame-types.js";
import { OFFSET_SESSION, writeHostHeader } from "../../firmware/wire/header.js";
import {
  decodeHostRequest,
  encodeHostAnswer,
  encodeHostMirror,
  encodeHostRefuse,
  encodeHostView,
  HostRequestFields,
  HostViewFields,
} from "../../firmware/wire/host-frames.js";
import {
  CARD_FLAG_BLANK,
  decodeHostInit,
  encodeHostInitResult,
  encodeHostWelcome,
  HostInitFields,
  HostWelcomeFields,
  INIT_DONE,
  INIT_NOT_BLANK,
} from "../../firmware/wire/host-setup-frames.js";
import {
  encodeHostCounters,
  encodeHostLinks,
  encodeHostStatus,
  LINK_ALIVE,
} from "../../firmware/wire/host-status-frames.js";
import {
  decodeHostLinkTest,
  encodeHostLinkTestResult,
  HostLinkTestFields,
  HostLinkTestResultFields,
} from "../../firmware/wire/link-test-frames.js";
import { decodeHostSurvey, encodeHostReport, ReportFields } from "../../firmware/wire/survey-frames.js";
import { uint64 } from "../support/layout.js";
import { describeCard, fakeLinks, fakeStatus } from "./fake-card-answers.js";
import { DEFAULT_SETTINGS, type FakeCardSettings, isBlank } from "./fake-card-settings.js";

/** A request that came, with the session in which it came. */
export interface HeardRequest {
  readonly session: number;
  readonly tag: number;
  readonly count: number;
}

/** As many as a host can have asked for and not heard of yet. */
const REMEMBERED_ANSWERS = 64;

/** A card at its host's end only: enough of one to serve, and whatever faults a test wants of it. */
export class FakeCard {
  readonly settings: FakeCardSettings;
  readonly heard: HeardRequest[] = [];
  opens = 0;
  /** Ids of the surveys asked for. */
  readonly surveys: number[] = [];
  closes = 0;
  /** The echoes asked for, for the test to tell of. */
  readonly echoes: HostEchoFields[] = [];
  readonly linkTests: HostLinkTestFields[] = [];
  inits = 0;
  /** What was said of a trunk, and the bytes of frames that came over it, as far as the session was right. */
  readonly trunk: string[] = [];
  lastInit: HostInitFields | null = null;
  session = 0;
  /** Told of each frame that comes, also of those that no card of this version knows. */
  onHeard: (type: number) => void = () => {};
  private readonly out: (frame: FrameBuffer) => void;
  private readonly frame = new FrameBuffer();
  private readonly request = new HostRequestFields();
  private readonly answered = new Map<string, bigint>();

  constructor(out: (frame: FrameBuffer) => void, settings: Partial<FakeCardSettings> = {}) {
    this.out = out;
    this.settings = { ...DEFAULT_SETTINGS, ...settings };
  }

  /** As after a restart: it knows no session. */
  reset(): void {
    this.session = 0;
  }

  receive(frame: FrameBuffer): void {
    if (this.settings.silent) return;
    const session = frame.view.getUint32(OFFSET_SESSION, true);
    this.onHeard(frame.bytes[OFFSET_TYPE] as number);
    switch (frame.bytes[OFFSET_TYPE]) {
      case FRAME_HOST_OPEN:
        this.opens += 1;
        this.session = session;
        this.welcome();
        break;
      case FRAME_HOST_CLOSE:
        this.closes += 1;
        this.session = 0;
        break;
      case FRAME_HOST_REQUEST:
        if (decodeHostRequest(frame, this.request)) this.onRequest(session);
        break;
      case FRAME_HOST_INIT:
        this.onInit(frame);
        break;
      case FRAME_HOST_STATUS_REQUEST:
        this.sendStatus();
        break;
      case FRAME_HOST_TRUNK_OPEN:
        if (session === this.session) this.trunk.push("open");
        break;
      case FRAME_HOST_TRUNK_CLOSE:
        if (session === this.session) this.trunk.push("close");
        break;
      case FRAME_HOST_TRUNK_IN:
        if (session === this.session)
          this.trunk.push(Buffer.from(frame.bytes.subarray(6, frame.length)).toString("hex"));
        break;
      case FRAME_HOST_ECHO:
        this.onEcho(frame);
        break;
      case FRAME_HOST_LINK_TEST:
        this.linkTests.push(readLinkTest(frame));
        break;
      case FRAME_HOST_SURVEY:
        this.surveys.push(decodeHostSurvey(frame));
        this.sendReports();
        break;
    }
  }

  private onEcho(frame: FrameBuffer): void {
    const fields = new HostEchoFields();
    if (!decodeHostEcho(frame, fields)) return;
    this.echoes.push(fields);
    if (this.settings.echoCode >= 0) this.tellEcho(fields, this.settings.echoCode);
  }

  /** Tells of the echo asked for as `asked`. */
  tellEcho({ tag }: HostEchoFields, code: number, roundTripUs = 0): void {
    encodeHostEchoResult(this.frame, tag, code, roundTripUs);
    this.send(FRAME_HOST_ECHO_RESULT, this.session);
  }

  /** Tells of the test asked for as `asked`. */
  tellLinkTest(
    { tag }: HostLinkTestFields,
    code: number,
    fields: Partial<HostLinkTestResultFields> = {},
  ): void {
    const result = Object.assign(new HostLinkTestResultFields(), { tag, code, ...fields });
    encodeHostLinkTestResult(this.frame, result);
    this.send(FRAME_HOST_LINK_TEST_RESULT, this.session);
  }

  /** Answers a request with the next numbers. */
  answer({ session, tag, count }: HeardRequest): bigint {
    const first = this.settings.next;
    this.settings.next += BigInt(count);
    this.answerWith(session, tag, count, first);
    return first;
  }

  answerWith(session: number, tag: number, count: number, first: bigint): void {
    encodeHostAnswer(this.frame, tag, uint64(first), count);
    this.send(FRAME_HOST_ANSWER, session);
  }

  refuse(session: number, tag: number, code: number): void {
    encodeHostRefuse(this.frame, tag, code);
    this.send(FRAME_HOST_REFUSE, session);
  }

  sendView(): void {
    const fields = new HostViewFields();
    fields.view = this.settings.view;
    fields.primary = 1;
    fields.secondary = 2;
    fields.base.set(0, 1);
    fields.state = this.settings.state;
    encodeHostView(this.frame, fields);
    this.send(FRAME_HOST_VIEW, this.session);
  }

  sendMirror(newest: bigint): void {
    encodeHostMirror(this.frame, this.settings.view, uint64(newest + 1n));
    this.send(FRAME_HOST_MIRROR, this.session);
  }

  /** Sends bytes over the trunk, as if they were a frame between cards. */
  sendOverTrunk(hex: string): void {
    this.sendRaw(FRAME_HOST_TRUNK_OUT, this.session, (frame) => {
      const bytes = Buffer.from(hex, "hex");
      frame.bytes.set(bytes, 6);
      frame.length = 6 + bytes.length;
    });
  }

  /** Sends whatever `write` puts into the frame's body. */
  sendRaw(type: number, session: number, write: (frame: FrameBuffer) => void): void {
    write(this.frame);
    this.send(type, session);
  }

  private onRequest(session: number): void {
    const { tag, count } = this.request;
    const heard = { session, tag, count };
    this.heard.push(heard);
    if (session !== this.session) this.refuse(session, tag, REFUSE_NO_SESSION);
    else if (this.isBlank) this.refuse(session, tag, REFUSE_BLANK);
    else if (this.settings.refuseWith !== 0) this.refuse(session, tag, this.settings.refuseWith);
    else if (count < 1 || count > 32_768) this.refuse(session, tag, REFUSE_COUNT);
    else if (this.settings.next + BigInt(count) > 2n ** 63n) this.refuse(session, tag, REFUSE_EXHAUSTED);
    else if (!this.settings.manual) this.answerOnce(heard);
  }

  /** A request that is repeated, as any may be on a busy computer, gets the numbers that it got. */
  private answerOnce(heard: HeardRequest): void {
    const key = `${heard.session} ${heard.tag} ${heard.count}`;
    const before = this.answered.get(key);
    if (before !== undefined) {
      this.answerWith(heard.session, heard.tag, heard.count, before);
      return;
    }
    this.answered.set(key, this.answer(heard));
    const [oldest] = this.answered.keys();
    if (this.answered.size > REMEMBERED_ANSWERS && oldest !== undefined) this.answered.delete(oldest);
  }

  private get isBlank(): boolean {
    return isBlank(this.settings);
  }

  private welcome(): void {
    const fields = new HostWelcomeFields();
    fields.cardId = this.isBlank ? 0 : this.settings.cardId;
    fields.fabricId = this.isBlank ? 0 : this.settings.fabricId;
    fields.chipId.set(0xe660_1234, 0x89ab_cdef);
    fields.flags = this.settings.flags;
    fields.maxBlocksInFlight = this.settings.maxBlocksInFlight;
    encodeHostWelcome(this.frame, fields);
    this.send(FRAME_HOST_WELCOME, this.session);
    this.sendView();
  }

  private onInit(frame: FrameBuffer): void {
    const fields = new HostInitFields();
    if (!decodeHostInit(frame, fields)) return;
    this.inits += 1;
    const code = this.isBlank ? INIT_DONE : INIT_NOT_BLANK;
    if (code === INIT_DONE) {
      this.lastInit = fields;
      this.settings.flags &= ~CARD_FLAG_BLANK;
      this.settings.cardId = fields.cardId;
      this.settings.fabricId = fields.fabricId;
    }
    if (this.settings.loseInitResults > 0) {
      this.settings.loseInitResults -= 1;
      return;
    }
    encodeHostInitResult(this.frame, code, code === INIT_DONE ? 0x1234_5678 : 0);
    this.send(FRAME_HOST_INIT_RESULT, this.session);
  }

  private sendStatus(): void {
    encodeHostStatus(this.frame, fakeStatus(this.settings));
    this.send(FRAME_HOST_STATUS, this.session);
    if (this.settings.loseLinks > 0) this.settings.loseLinks -= 1;
    else this.sendLinks();
    encodeHostCounters(
      this.frame,
      Uint32Array.from(COUNTER_NAMES, (_, index) => index),
    );
    this.send(FRAME_HOST_COUNTERS, this.session);
  }

  private sendLinks(): void {
    encodeHostLinks(this.frame, fakeLinks());
    this.send(FRAME_HOST_LINKS, this.session);
  }

  /** Of this card, of the next at the other end of its first cable, and of a third, which is silent. */
  private sendReports(): void {
    if (this.isBlank) {
      this.sendReport((fields) => {
        fields.expected = 1;
        fields.state = REFUSE_BLANK;
        fields.flags = this.settings.flags;
      });
      return;
    }
    const { cardId } = this.settings;
    const [next = 0, silent = 0] = [1, 2, 3].filter((card) => card !== cardId);
    this.sendReport((fields) => describeCard(fields, this.settings, cardId, [next, silent], [LINK_ALIVE, 0]));
    this.sendReport((fields) => describeCard(fields, this.settings, next, [cardId], [LINK_ALIVE]));
    this.sendReport((fields) => {
      fields.expected = 3;
      fields.setSilent(silent);
    });
  }

  /** Sends one HOST_REPORT for the newest survey, whatever `write` says. */
  sendReport(write: (fields: ReportFields) => void): void {
    const fields = new ReportFields();
    fields.surveyId = this.surveys.at(-1) ?? 0;
    write(fields);
    if (this.settings.loseReports > 0) {
      this.settings.loseReports -= 1;
      return;
    }
    encodeHostReport(this.frame, fields);
    this.send(FRAME_HOST_REPORT, this.session);
  }

  private send(type: number, session: number): void {
    writeHostHeader(this.frame, type, session);
    this.frame.bytes[OFFSET_VERSION] = this.settings.version;
    this.out(this.frame);
  }
}

function readLinkTest(frame: FrameBuffer): HostLinkTestFields {
  const fields = new HostLinkTestFields();
  if (!decodeHostLinkTest(frame, fields)) throw new RangeError("a HOST_LINK_TEST of a wrong length");
  return fields;
}
