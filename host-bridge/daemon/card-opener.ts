import type { Logger } from "pino";
import type { Clock } from "../clock.js";
import { asSequenceError, type SequenceError } from "../errors.js";
import { closedError, wrongFabricError } from "../session-errors.js";
import type { CardPort } from "./card-port.js";

/** How often a card that could not be opened is tried again. */
const RETRY_MS = 1_000;

/** What does not pass by itself, and says that the daemon was told something wrong: better seen at once than in a log. */
const FATAL_CODES: ReadonlySet<string> = new Set(["PORT_BUSY", "WRONG_VERSION"]);

export interface CardOpenerSettings {
  readonly ports: readonly CardPort[];
  readonly clock: Clock;
  readonly log: Logger;
}

/** Opens the cards of a daemon. One must answer at the start; the others are looked for as long as it runs. */
export class CardOpener {
  private readonly settings: CardOpenerSettings;
  private readonly retries = new Set<() => void>();
  private readonly opening = new Set<CardPort>();
  /** What was told last of each card that is looked for. */
  private readonly toldCodes = new Map<CardPort, string>();
  private isStopped = false;

  constructor(settings: CardOpenerSettings) {
    this.settings = settings;
  }

  /**
   * Rejects with what `open` rejects with where no card answers; where one does, with PORT_BUSY or WRONG_VERSION of another
   * one, or WRONG_FABRIC where two that answer are of different fabrics. Resolves without a word where `stop` was called meanwhile.
   */
  async openAll(): Promise<void> {
    const { ports } = this.settings;
    const results = await Promise.allSettled(ports.map((port) => this.open(port)));
    if (this.isStopped) return;
    const failures = results.flatMap((result, index) =>
      result.status === "rejected" ? [{ port: ports[index] as CardPort, error: asError(result.reason) }] : [],
    );
    const errors = failures.map(({ error }) => error);
    const fatal = errors.find(({ code }) => FATAL_CODES.has(code));
    if (fatal !== undefined) throw fatal;
    const worst = errors.find(({ code }) => code !== "PORT_NOT_FOUND") ?? errors[0];
    if (worst !== undefined && errors.length === ports.length) throw worst;
    this.refuseStrangers();
    for (const { port, error } of failures) {
      this.tell(port, error);
      this.retryLater(port);
    }
  }

  /** Looks for no card any more, and gives up those that are being opened. */
  stop(): void {
    this.isStopped = true;
    for (const cancel of this.retries) cancel();
    this.retries.clear();
    for (const port of this.opening) void port.stop(closedError());
  }

  private async open(port: CardPort): Promise<void> {
    this.opening.add(port);
    try {
      await port.start();
    } finally {
      this.opening.delete(port);
    }
  }

  private refuseStrangers(): void {
    const [first, ...others] = this.settings.ports.flatMap(({ card }) => (card === null ? [] : [card]));
    for (const other of others) {
      if (first !== undefined && other.fabricId !== first.fabricId)
        throw wrongFabricError(first.fabricId, other);
    }
  }

  private retryLater(port: CardPort): void {
    if (this.isStopped) return;
    const cancel = this.settings.clock.setTimer(() => {
      this.retries.delete(cancel);
      void this.retry(port);
    }, RETRY_MS);
    this.retries.add(cancel);
  }

  private async retry(port: CardPort): Promise<void> {
    try {
      await this.open(port);
    } catch (thrown) {
      if (this.isStopped) return;
      this.tell(port, asError(thrown));
      this.retryLater(port);
    }
  }

  /** Once a kind of failure, as it is tried every second. */
  private tell(port: CardPort, { code, message }: SequenceError): void {
    const level = this.toldCodes.get(port) === code ? "debug" : "warn";
    this.toldCodes.set(port, code);
    this.settings.log[level]({ port: port.path, code }, `looked for every second: ${message}`);
  }
}

function asError(thrown: unknown): SequenceError {
  return asSequenceError(thrown, "PORT_FAILED", "cannot open the port");
}
