import type { FrameBuffer } from "../firmware/wire/frame-buffer.js";
import { CableCalls } from "./cable-calls.js";
import { CardChanges } from "./card-changes.js";
import { CardQuestions } from "./card-questions.js";
import type { SequenceError } from "./errors.js";
import type { SessionCounters } from "./session-counters.js";

export interface OtherCallsSettings {
  /** Their bodies are written into it. */
  readonly frame: FrameBuffer;
  /** Writes the header to `frame`, and sends it. */
  readonly send: (type: number) => void;
  readonly counters: SessionCounters;
  /** 32 random bits. */
  readonly random32: () => number;
  readonly onMember: (cardId: number, fabricId: number) => void;
}

/** All that a host asks of a card besides numbers: questions, changes, echoes. */
export class OtherCalls {
  readonly questions: CardQuestions;
  readonly changes: CardChanges;
  readonly cables: CableCalls;

  constructor({ frame, send, counters, random32, onMember }: OtherCallsSettings) {
    this.changes = new CardChanges(frame, send, counters, onMember);
    this.questions = new CardQuestions(frame, send, counters, random32());
    this.cables = new CableCalls(random32(), frame, send, counters);
  }

  /** When `tick` is to be called while the line is open, `Infinity` for never. */
  get wakeUpMs(): number {
    return Math.min(this.questions.wakeUpMs, this.changes.wakeUpMs);
  }

  get earliestDeadlineMs(): number {
    return Math.min(
      this.questions.earliestDeadlineMs,
      this.changes.earliestDeadlineMs,
      this.cables.earliestDeadlineMs,
    );
  }

  /** Asks whatever is open, as at the begin of a session. An echo is not repeated: it would be another one. */
  ask(nowMs: number): void {
    this.questions.askStatus(nowMs);
    this.questions.askSurvey(nowMs);
    this.changes.ask(nowMs);
  }

  tick(nowMs: number): void {
    this.questions.tick(nowMs);
    this.changes.tick(nowMs);
  }

  reject(error: SequenceError): void {
    this.questions.reject(error);
    this.changes.reject(error);
    this.cables.reject(error);
  }

  /**
   * Ends the waiting of those whose time is over.
   * @param noAnswer the error of a question. @param noChange that of a change, for which the fabric must be ready.
   */
  expire(nowMs: number, noAnswer: () => SequenceError, noChange: () => SequenceError): void {
    this.questions.expire(nowMs, noAnswer);
    this.cables.expire(nowMs, noAnswer);
    this.changes.expire(nowMs, noChange);
  }
}
