import type { FrameBuffer } from "../firmware/wire/frame-buffer.js";
import { FRAME_HOST_SURVEY } from "../firmware/wire/frame-types.js";
import { decodeHostReport, encodeHostSurvey, ReportFields } from "../firmware/wire/survey-frames.js";
import { type CardReport, cardReport } from "./card-report.js";
import { Exchange } from "./exchange.js";
import type { SessionCounters } from "./session-counters.js";

/** Surveys of the fabric: puts the reports of all its cards together. Each attempt begins afresh, under a new id. */
export class SurveyCalls {
  readonly exchange: Exchange<readonly CardReport[]>;
  private readonly counters: SessionCounters;
  private readonly fields = new ReportFields();
  private readonly reports = new Map<number, CardReport>();
  private surveyId: number;

  /** @param send writes the header to `frame`, whose body is written, and sends it. */
  constructor(firstId: number, frame: FrameBuffer, send: (type: number) => void, counters: SessionCounters) {
    this.surveyId = firstId;
    this.counters = counters;
    this.exchange = new Exchange(() => {
      this.surveyId = (this.surveyId + 1) >>> 0;
      this.reports.clear();
      encodeHostSurvey(frame, this.surveyId);
      send(FRAME_HOST_SURVEY);
    });
  }

  /** @returns false where the frame's length does not fit. */
  onReport(frame: FrameBuffer): boolean {
    const { exchange, fields, reports } = this;
    if (!decodeHostReport(frame, fields)) return false;
    if (!exchange.isPending || fields.surveyId !== this.surveyId) {
      this.counters.answersUnmatched += 1;
      return true;
    }
    reports.set(fields.cardId, cardReport(fields));
    if (reports.size >= fields.expected) {
      exchange.resolve([...reports.values()].sort((one, other) => one.card - other.card));
    }
    return true;
  }
}
