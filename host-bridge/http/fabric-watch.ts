import type { CardStatus } from "../card-status.js";
import type { Clock } from "../clock.js";
import { cardToAsk } from "../daemon/card-to-ask.js";
import type { NumberSource } from "../daemon/number-source.js";
import type { FabricSurvey } from "../fabric-survey.js";
import { CableTraffic } from "./cable-traffic.js";
import { notReadyAdvice } from "./readiness.js";
import { SurveyHistory } from "./survey-history.js";
import { TimeLine } from "./time-line.js";
import { ViewHistory } from "./view-history.js";

/** How often the fabric is asked while nobody looks: often enough for a time line, and next to no load. */
const IDLE_SURVEY_EVERY_MS = 5_000;

/** Keeps what the picture shows of the fabric: the newest survey, the traffic, and what happened. */
export class FabricWatch {
  readonly timeLine = new TimeLine();
  readonly traffic = new CableTraffic();
  survey: FabricSurvey | null = null;
  /** Of the card that was asked. */
  status: CardStatus | null = null;
  private readonly numbers: NumberSource;
  private readonly clock: Clock;
  private readonly wallMs: () => number;
  private readonly views = new ViewHistory(this.timeLine);
  private readonly surveys = new SurveyHistory(this.timeLine);
  private surveyedAtMs = Number.NEGATIVE_INFINITY;
  private askedAtMs = Number.NEGATIVE_INFINITY;
  private isAsking = false;

  /** @param wallMs milliseconds since 1970. */
  constructor(numbers: NumberSource, clock: Clock, wallMs: () => number) {
    this.numbers = numbers;
    this.clock = clock;
    this.wallMs = wallMs;
  }

  /** How old the survey is, in milliseconds; `Infinity` for none. */
  get surveyAgeMs(): number {
    return this.clock.nowMs() - this.surveyedAtMs;
  }

  /** To be called when the daemon tells of a change. */
  noteHealth(): void {
    const { view } = this.numbers;
    const card = cardToAsk(this.numbers.cards())?.card?.id ?? 0;
    const notReady = notReadyAdvice(this.numbers)?.reason ?? null;
    this.views.note(this.wallMs(), { view, notReady, card });
  }

  /** Asks the fabric, where that is due. Resolves when it has answered, or did not in its time; never rejects. */
  async ask(isWatched: boolean): Promise<void> {
    const nowMs = this.clock.nowMs();
    const card = cardToAsk(this.numbers.cards());
    if (this.isAsking || card === undefined) return;
    if (!isWatched && nowMs - this.askedAtMs < IDLE_SURVEY_EVERY_MS) return;
    this.isAsking = true;
    this.askedAtMs = nowMs;
    try {
      // One turn, so that the card is asked for its status once.
      const [survey, status] = await Promise.all([card.survey(), card.status()]);
      this.survey = survey;
      this.status = status;
      this.surveyedAtMs = this.clock.nowMs();
      this.traffic.update(this.surveyedAtMs, survey.cables);
      this.surveys.note(this.wallMs(), survey);
    } catch {
      // The old survey stays, with its age: the page says so.
    } finally {
      this.isAsking = false;
    }
  }
}
