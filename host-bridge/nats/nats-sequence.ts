import type { CardStatus } from "../card-status.js";
import { SequenceError } from "../errors.js";
import type { FabricSurvey } from "../fabric-survey.js";
import { Sequence, type SequenceSettings } from "../sequence.js";
import type { FabricReader } from "./fabric-reader.js";

/**
 * A `Sequence` whose card is any that bridges have: it gives numbers and tells of the fabric. What would change something
 * is not carried: everybody may ask who may connect to the server, and a request whose reply was lost is asked again at
 * another bridge, which knows nothing of the first.
 */
export class NatsSequence extends Sequence {
  private readonly reader: FabricReader;

  private constructor(settings: SequenceSettings, reader: FabricReader) {
    super(settings);
    this.reader = reader;
    void this.closed.then((reason) => reader.close(reason));
  }

  /** Rejects as `Sequence.start`. */
  static async connect(settings: SequenceSettings, reader: FabricReader): Promise<NatsSequence> {
    const sequence = new NatsSequence(settings, reader);
    await sequence.begin();
    return sequence;
  }

  override get carriesChanges(): boolean {
    return false;
  }

  /** Asks `card` about itself, or another one where that is out of reach. */
  override async status(): Promise<CardStatus> {
    const status = await this.read(() => this.reader.status(this.card.id));
    this.raiseLatest(status.latest);
    return status;
  }

  override async survey(): Promise<FabricSurvey> {
    const survey = await this.read(() => this.reader.survey());
    this.raiseLatest(survey.latest);
    return survey;
  }

  override testLink(): Promise<never> {
    return notCarried("testLink");
  }

  override echo(): Promise<never> {
    return notCarried("echo");
  }

  override initialise(): Promise<never> {
    return notCarried("initialise");
  }

  override seed(): Promise<never> {
    return notCarried("seed");
  }

  override handover(): Promise<never> {
    return notCarried("handover");
  }

  override changeMembers(): Promise<never> {
    return notCarried("changeMembers");
  }

  private read<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    const refusal = this.refusal();
    return refusal === null ? ask() : Promise.reject(refusal);
  }
}

function notCarried(name: string): Promise<never> {
  return Promise.reject(
    new SequenceError("NOT_CARRIED", `${name}() is not carried by NATS; ask at a machine that has a card`),
  );
}
