import type { ServiceMsg } from "@nats-io/services";
import { asSequenceError, SequenceError } from "../errors.js";
import {
  FABRIC_MESSAGE_VERSION,
  parseReadRequest,
  type ReadRequest,
  statusText,
  surveyText,
} from "../nats/fabric-messages.js";
import { infoText } from "../nats/nats-messages.js";
import { cardToAsk } from "./card-to-ask.js";
import type { ListenerEnvironment } from "./listener.js";
import type { CardView } from "./number-source.js";
import { RecentAnswer } from "./recent-answer.js";

/** Whoever may connect to the server may ask: a card is asked no more often than this, in milliseconds. */
const FRESH_MS = 200;
/** Questions at once, from all clients. */
const MAX_OPEN_QUESTIONS = 4_096;

/** Answers what clients ask about cards and their fabric. It changes nothing, and takes no number. */
export class NatsQuestions {
  private readonly environment: ListenerEnvironment;
  private readonly refuse: (message: ServiceMsg, error: SequenceError) => void;
  private readonly answers = new Map<string, RecentAnswer<string>>();
  private open = 0;
  private readonly questions;

  /** @param refuse tells the client of an error. */
  constructor(environment: ListenerEnvironment, refuse: (message: ServiceMsg, error: SequenceError) => void) {
    this.environment = environment;
    this.refuse = refuse;
    const { metrics } = environment;
    this.questions = metrics.counter(
      "nats_questions_total",
      "Questions about cards and their fabric that came by NATS",
      ["endpoint"],
    );
  }

  /** What the card in use tells by itself: costs it nothing. */
  info(message: ServiceMsg): void {
    if (!isAnswered(message)) return;
    this.questions.inc({ endpoint: "info" });
    const { numbers } = this.environment;
    const cards = numbers.cards();
    const card = (cards.find(({ state }) => state === "in-use") ?? cards[0])?.card;
    if (card === undefined || card === null) {
      this.refuse(message, new SequenceError("NOT_READY", "no card was heard yet", { reason: "no-view" }));
      return;
    }
    const view = numbers.view;
    const state = view?.state === "ready" && !numbers.isReady ? "no-view" : view?.state;
    message.respond(
      infoText({
        card: card.id,
        fabricId: card.fabricId,
        chipId: card.chipId,
        newest: numbers.latest(),
        view: view === null ? null : { ...view, state: state ?? "no-view" },
      }),
    );
  }

  /** The whole fabric, as a card of this bridge and all that it reaches tell it. */
  survey(message: ServiceMsg, fabricId: number): void {
    const card = cardToAsk(this.cardsOf(fabricId));
    this.answer("survey", message, card, async (asked) => surveyText(await asked.survey()));
  }

  /** All about one card: that of the id, or any. */
  status(message: ServiceMsg, fabricId: number, id: number | null): void {
    const cards = this.cardsOf(fabricId);
    const card =
      id === null
        ? cardToAsk(cards)
        : cards.find((one) => one.card?.id === id && one.state !== "disconnected");
    this.answer("status", message, card, async (asked) => statusText(await asked.status()));
  }

  private cardsOf(fabricId: number): CardView[] {
    return this.environment.numbers.cards().filter(({ card }) => card?.fabricId === fabricId);
  }

  private answer(
    endpoint: string,
    message: ServiceMsg,
    card: CardView | undefined,
    ask: (card: CardView) => Promise<string>,
  ): void {
    if (!isAnswered(message)) return;
    this.questions.inc({ endpoint });
    const request = parseReadRequest(message.data);
    const refusal = this.refusal(request);
    if (refusal !== null || request === null) {
      this.refuse(message, refusal as SequenceError);
      return;
    }
    if (card === undefined) {
      const text = "the card is not connected to this bridge; ask again, or ask for another card";
      this.refuse(message, new SequenceError("DISCONNECTED", text));
      return;
    }
    this.open += 1;
    void this.inTime(
      request.timeoutMs,
      this.recent(`${endpoint} ${card.path}`).get(() => ask(card)),
    )
      .then(
        (text) => message.respond(text),
        (thrown: unknown) =>
          this.refuse(message, asSequenceError(thrown, "DISCONNECTED", "the card cannot be asked")),
      )
      .finally(() => {
        this.open -= 1;
      });
  }

  private refusal(request: ReadRequest | null): SequenceError | null {
    if (request === null) {
      return new SequenceError("BAD_OPTION", 'send nothing, or {"version":1,"timeoutMs":ms}');
    }
    if (request.version !== FABRIC_MESSAGE_VERSION) {
      return new SequenceError(
        "WRONG_VERSION",
        `this bridge answers in version ${FABRIC_MESSAGE_VERSION} of the form; update the older of the two`,
      );
    }
    if (this.open < MAX_OPEN_QUESTIONS) return null;
    return new SequenceError("BUSY", "too many questions wait at this bridge; ask again");
  }

  private recent(question: string): RecentAnswer<string> {
    let answer = this.answers.get(question);
    if (answer === undefined) {
      answer = new RecentAnswer(this.environment.clock, FRESH_MS);
      this.answers.set(question, answer);
    }
    return answer;
  }

  private inTime(timeoutMs: number, answer: Promise<string>): Promise<string> {
    return new Promise((resolve, reject) => {
      const cancel = this.environment.clock.setTimer(() => {
        reject(new SequenceError("TIMEOUT", "the card did not answer within the time that was given"));
      }, timeoutMs);
      answer.then(resolve, reject).finally(cancel);
    });
  }
}

/** Whether anybody would get the answer. */
function isAnswered(message: ServiceMsg): boolean {
  return message.reply !== undefined && message.reply !== "";
}
