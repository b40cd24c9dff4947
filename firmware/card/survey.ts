import { FIRMWARE_VERSION, MAX_MEMBERS, SURVEY_ASKS, SURVEY_STEP_US } from "../wire/constants.js";
import type { FrameBuffer } from "../wire/frame-buffer.js";
import { FRAME_HOST_REPORT, FRAME_QUERY, FRAME_REPORT, STATE_READY } from "../wire/frame-types.js";
import {
  decodeQuery,
  decodeReport,
  encodeHostReport,
  encodeQuery,
  encodeReport,
  FREE_WRITES_UNKNOWN,
  ReportFields,
} from "../wire/survey-frames.js";
import type { CardContext } from "./card-context.js";
import type { HostLine } from "./host-line.js";
import type { Post } from "./post.js";
import type { StatusReport } from "./status-report.js";

/**
 * Asks every member for a report where a host wants to see the whole fabric, and answers such questions of others. One
 * survey at a time, a few questions to each card, and an end: a host cannot make a card flood its cables.
 */
export class Survey {
  private readonly context: CardContext;
  private readonly post: Post;
  private readonly line: HostLine;
  private readonly status: StatusReport;
  private readonly report = new ReportFields();
  private isOpen = false;
  private surveyId = 0;
  /** The members as they were when the survey began: who is asked, and of whom the host is told, never changes. */
  private count = 0;
  private readonly cards = new Uint8Array(MAX_MEMBERS);
  private readonly isTold: boolean[] = [];
  private asks = 0;
  private nextUs = 0;

  constructor(context: CardContext, post: Post, line: HostLine, status: StatusReport) {
    this.context = context;
    this.post = post;
    this.line = line;
    this.status = status;
  }

  /** Takes a HOST_SURVEY. While one is under way another is not begun: the host asks again. */
  begin(surveyId: number): void {
    if (this.isOpen) return;
    const { context, report } = this;
    const { members, cardId } = context.state;
    this.isOpen = true;
    this.surveyId = surveyId;
    this.count = this.takesPart() ? members.count : 0;
    this.asks = 0;
    this.cards.fill(0);
    this.fill(surveyId);
    const ownWasTold = this.tell(report);
    for (let index = 0; index < this.count; index += 1) {
      this.cards[index] = members.cardAt(index);
      this.isTold[index] = members.cardAt(index) === cardId && ownWasTold;
    }
    this.goOn();
  }

  /** Takes a QUERY of the member `source`. */
  receiveQuery(source: number, frame: FrameBuffer): void {
    const surveyId = decodeQuery(frame);
    if (surveyId < 0) {
      this.context.counters.dropLength += 1;
      return;
    }
    this.fill(surveyId);
    this.report.expected = 0;
    encodeReport(this.post.frame, this.report);
    this.post.send(FRAME_REPORT, source, this.post.frame);
  }

  /** Takes a REPORT of the member `source`. */
  receiveReport(source: number, frame: FrameBuffer): void {
    const { context, report } = this;
    if (!decodeReport(frame, report)) {
      context.counters.dropLength += 1;
      return;
    }
    const index = this.cards.indexOf(source);
    // A late one, or a second one, is of no use to anybody.
    if (!this.isOpen || report.surveyId !== this.surveyId || index < 0 || this.isTold[index]) return;
    if (report.cardId !== source) {
      context.counters.dropRole += 1;
      return;
    }
    // What finds no room at the host is asked for again.
    this.isTold[index] = this.tell(report);
    if (this.isComplete()) this.isOpen = false;
  }

  tick(): void {
    if (!this.isOpen) return;
    if (this.context.nowUs >= this.nextUs) this.goOn();
    else this.context.wakeBy(this.nextUs);
  }

  /** Forgets what an earlier session asked for. */
  reset(): void {
    this.isOpen = false;
  }

  /** Asks those that have not answered, or, when that was often enough, tells the host who they are. */
  private goOn(): void {
    const { context, post, report } = this;
    // A card that was removed meanwhile asks nobody any more.
    const isLast = this.asks === SURVEY_ASKS || !this.takesPart();
    this.asks += 1;
    this.nextUs = context.nowUs + SURVEY_STEP_US;
    context.wakeBy(this.nextUs);
    for (let index = 0; index < this.count; index += 1) {
      if (this.isTold[index]) continue;
      const card = this.cards[index] as number;
      if (isLast) {
        report.setSilent(card);
        this.tell(report);
      } else {
        encodeQuery(post.frame, this.surveyId);
        post.send(FRAME_QUERY, card, post.frame);
      }
    }
    if (isLast || this.isComplete()) this.isOpen = false;
  }

  private takesPart(): boolean {
    return this.context.ownState() === STATE_READY || this.context.isJoining();
  }

  private isComplete(): boolean {
    for (let index = 0; index < this.count; index += 1) if (!this.isTold[index]) return false;
    return true;
  }

  private tell(report: ReportFields): boolean {
    report.surveyId = this.surveyId;
    // A card that takes part in nothing tells of itself.
    report.expected = Math.max(1, this.count);
    encodeHostReport(this.line.frame, report);
    return this.line.send(FRAME_HOST_REPORT, this.line.frame);
  }

  /** Writes down what this card has to say about itself. */
  private fill(surveyId: number): void {
    const { context, report } = this;
    const status = this.status.readStatus();
    const links = this.status.readLinks();
    report.surveyId = surveyId;
    report.cardId = status.cardId;
    report.chipId.copy(status.chipId);
    report.firmware = FIRMWARE_VERSION;
    report.flags = status.flags;
    report.state = status.state;
    report.view = status.view;
    report.promised = status.promised;
    report.primary = status.primary;
    report.secondary = status.secondary;
    report.ceiling.copy(status.ceiling);
    report.held.copy(status.held);
    report.uptimeMs = status.uptimeMs;
    report.freeWrites = context.environment.storage.upkeep?.freeWrites ?? FREE_WRITES_UNKNOWN;
    report.linkCount = links.linkCount;
    report.neighbours.set(links.neighbours);
    report.linkStates.set(links.states);
    report.framesIn.set(links.framesIn);
    report.framesOut.set(links.framesOut);
    report.badFrames.set(links.badFrames);
  }
}
