import type { FrameBuffer } from "../firmware/wire/frame-buffer.js";
import { FRAME_HOST_STATUS_REQUEST } from "../firmware/wire/frame-types.js";
import { encodeEmptyBody } from "../firmware/wire/host-frames.js";
import type { CardReport } from "./card-report.js";
import type { CardStatus } from "./card-status.js";
import type { SequenceError } from "./errors.js";
import { Exchange, type Waiter } from "./exchange.js";
import type { SessionCounters } from "./session-counters.js";
import { StatusAssembly } from "./status-assembly.js";
import { SurveyCalls } from "./survey-calls.js";

/** What a host asks a card about, which changes nothing: its own status, and a survey of the fabric. */
export class CardQuestions {
  private readonly counters: SessionCounters;
  private readonly status: Exchange<CardStatus>;
  private readonly assembly = new StatusAssembly();
  private readonly survey: SurveyCalls;

  /**
   * @param send writes the header to `frame`, whose body is written, and sends it.
   * @param firstSurveyId 32 random bits.
   */
  constructor(
    frame: FrameBuffer,
    send: (type: number) => void,
    counters: SessionCounters,
    firstSurveyId: number,
  ) {
    this.counters = counters;
    this.status = new Exchange(() => {
      encodeEmptyBody(frame);
      send(FRAME_HOST_STATUS_REQUEST);
    });
    this.survey = new SurveyCalls(firstSurveyId, frame, send, counters);
  }

  get wakeUpMs(): number {
    return Math.min(this.status.wakeUpMs, this.survey.exchange.wakeUpMs);
  }

  get earliestDeadlineMs(): number {
    return Math.min(this.status.earliestDeadlineMs, this.survey.exchange.earliestDeadlineMs);
  }

  /** @returns whether the question is to be asked; others wait for the same answer already. */
  requestStatus(waiter: Waiter<CardStatus>): boolean {
    const isFirst = !this.status.isPending;
    this.status.add(waiter);
    if (isFirst) this.assembly.start();
    return isFirst;
  }

  /** As `requestStatus`; the waiter is handed a report of each card, silent ones too, by rising id. */
  requestSurvey(waiter: Waiter<readonly CardReport[]>): boolean {
    const isFirst = !this.survey.exchange.isPending;
    this.survey.exchange.add(waiter);
    return isFirst;
  }

  askStatus(nowMs: number): void {
    this.status.ask(nowMs);
  }

  askSurvey(nowMs: number): void {
    this.survey.exchange.ask(nowMs);
  }

  tick(nowMs: number): void {
    this.status.tick(nowMs);
    this.survey.exchange.tick(nowMs);
  }

  /**
   * Takes one of the frames that make up a status.
   * @returns false where it is not what its type says; else the status, once it is whole and was asked for.
   */
  onStatus(type: number, frame: FrameBuffer): CardStatus | boolean {
    if (!this.status.isPending) {
      this.counters.answersUnmatched += 1;
      return true;
    }
    return this.assembly.take(type, frame) && (this.assembly.result() ?? true);
  }

  answerStatus(status: CardStatus): void {
    this.status.resolve(status);
  }

  /** @returns false where the frame's length does not fit. */
  onReport(frame: FrameBuffer): boolean {
    return this.survey.onReport(frame);
  }

  reject(error: SequenceError): void {
    this.status.reject(error);
    this.survey.exchange.reject(error);
  }

  expire(nowMs: number, error: () => SequenceError): void {
    this.status.expire(nowMs, error);
    this.survey.exchange.expire(nowMs, error);
  }
}
