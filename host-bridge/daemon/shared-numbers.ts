import { MAX_BLOCK_COUNT } from "../../firmware/wire/constants.js";
import { Caller } from "../caller.js";
import type { Clock } from "../clock.js";
import { SequenceError } from "../errors.js";
import { LatestNumber } from "../latest-number.js";
import type { NumberBlock } from "../sequence.js";
import { closedError } from "../session-errors.js";
import { DEFAULT_CALL_TIMEOUT_MS, MAX_WAITING_CALLERS } from "../timing.js";
import type { View } from "../view.js";
import type { CardPool } from "./card-pool.js";
import type { CardPort } from "./card-port.js";
import type { Metrics } from "./metrics.js";
import { notReadyError } from "./not-ready.js";
import type {
  CardView,
  NumberOrder,
  NumberSource,
  NumberSourceEvents,
  NumberTicket,
  PromisedOptions,
} from "./number-source.js";
import { Order } from "./order.js";
import { type Regular, Rounds } from "./rounds.js";
import { SilenceWatch } from "./silence-watch.js";

export interface SharedNumbersSettings {
  readonly pool: CardPool;
  readonly metrics: Metrics;
  readonly clock: Clock;
  /** A card with orders that answers none for this long loses them to another one, in milliseconds; alone it is not ready. */
  readonly silentMs: number;
  /** Calls `flush` when what has come in by now was read: `setImmediate`, but for tests. */
  readonly defer: (flush: () => void) => void;
}

/** The one source of all listeners: gathers orders into blocks, and keeps them at the healthiest card. */
export class SharedNumbers implements NumberSource {
  private readonly settings: SharedNumbersSettings;
  private readonly newest = new LatestNumber();
  private readonly open = new Set<Order>();
  /** Not handed to a card yet. */
  private fresh: Order[] = [];
  private readonly rounds = new Rounds();
  private isFlushDue = false;
  private cancelHold: (() => void) | null = null;
  private isEnding = false;
  private onIdle: (() => void) | null = null;
  private readonly silence: SilenceWatch;
  private readonly subscribers = new Set<NumberSourceEvents>();
  private viewNumber = 0;

  constructor(settings: SharedNumbersSettings) {
    this.settings = settings;
    const { pool, clock, silentMs } = settings;
    this.silence = new SilenceWatch({
      pool,
      clock,
      silentMs,
      oldestOrderAtMs: () => {
        const [oldest] = this.open;
        return oldest?.placedAtMs ?? null;
      },
      onSilent: () => this.onHealth(),
    });
  }

  get isReady(): boolean {
    const card = this.settings.pool.current;
    return card?.isReady === true && !card.isSilent;
  }

  get view(): View | null {
    return this.settings.pool.current?.view ?? null;
  }

  get openOrders(): number {
    return this.open.size;
  }

  latest(): bigint {
    return this.newest.read();
  }

  cards(): readonly CardView[] {
    return this.settings.pool.views(this.settings.clock.nowMs());
  }

  subscribe(events: NumberSourceEvents): () => void {
    this.subscribers.add(events);
    return () => this.subscribers.delete(events);
  }

  order(wanted: NumberOrder): NumberTicket {
    const nowMs = this.settings.clock.nowMs();
    const order = new Order(wanted, nowMs, () => this.forget(order));
    this.settings.metrics.orders.inc();
    const refusal = this.refusal(wanted);
    if (refusal !== null) {
      queueMicrotask(() => this.fail(order, refusal));
      return order;
    }
    this.open.add(order);
    this.silence.wake();
    this.rounds.notePlaced(wanted.from, nowMs);
    this.fresh.push(order);
    this.flushSoon();
    return order;
  }

  leave(regular: Regular): void {
    this.rounds.forget(regular);
    if (this.fresh.length > 0) this.flushSoon();
  }

  async next(options: PromisedOptions = {}): Promise<bigint> {
    return (await this.nextBlock(1, options)).first;
  }

  nextBlock(count: number, options: PromisedOptions = {}): Promise<NumberBlock> {
    const { whenNotReady = "wait", timeoutMs = DEFAULT_CALL_TIMEOUT_MS } = options;
    return new Promise((resolve, reject) => {
      const ticket = this.order({
        count,
        whenNotReady,
        onFirst: (first) => {
          cancelTimer();
          resolve({ first, last: first + BigInt(count) - 1n });
        },
        onError: (error) => {
          cancelTimer();
          reject(error);
        },
      });
      const cancelTimer = this.settings.clock.setTimer(() => {
        ticket.cancel();
        reject(
          new SequenceError("TIMEOUT", "the time for this call is over; see `seqcard status`, or allow more"),
        );
      }, timeoutMs);
    });
  }

  /** A card exists that knows `number`. */
  raise(number: bigint): void {
    this.newest.raiseTo(number);
  }

  /** A card's health has changed: orders go where they can be served. */
  onHealth(): void {
    this.rebalance();
    const { view, isReady } = this;
    if (view !== null && view.number !== this.viewNumber) {
      this.viewNumber = view.number;
      this.settings.metrics.views.inc();
    }
    if (!isReady) this.rejectImpatient();
    for (const { onChange } of this.subscribers) onChange?.();
  }

  /** Takes no order any more. Resolves when those placed are settled, or after `atMostMs`. */
  drain(atMostMs: number): Promise<void> {
    this.isEnding = true;
    if (this.open.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.settings.clock.setTimer(resolve, atMostMs);
      this.onIdle = () => {
        cancel();
        resolve();
      };
    });
  }

  /** Rejects what still waits with CLOSED. */
  stop(): void {
    this.isEnding = true;
    this.silence.stop();
    for (const order of [...this.open]) this.fail(order, closedError());
  }

  private refusal({ count, whenNotReady }: NumberOrder): SequenceError | null {
    if (!Number.isInteger(count) || count < 1 || count > MAX_BLOCK_COUNT) {
      return new SequenceError("BAD_COUNT", `ask for a whole number from 1 to ${MAX_BLOCK_COUNT} of numbers`);
    }
    if (this.isEnding) return closedError();
    if (this.open.size >= MAX_WAITING_CALLERS) {
      return new SequenceError("BUSY", `${MAX_WAITING_CALLERS} orders wait already; wait for some`);
    }
    return whenNotReady === "reject" ? notReadyError(this.settings.pool.current) : null;
  }

  private flushSoon(): void {
    if (this.isFlushDue) return;
    this.isFlushDue = true;
    this.settings.defer(() => this.flush());
  }

  /** Everything that came in one turn of the event loop, from whichever client, goes to the card at once, or is kept for a round. */
  private flush(): void {
    this.isFlushDue = false;
    this.cancelHold?.();
    this.cancelHold = null;
    const { fresh } = this;
    const nowMs = this.settings.clock.nowMs();
    if (this.isKept(nowMs)) return;
    this.fresh = [];
    this.settings.pool.choose(nowMs);
    const card = this.settings.pool.current;
    if (card === null) return;
    this.settings.metrics.blocks.inc();
    for (const order of fresh) if (order.isOpen && order.card !== card) this.attach(order, card);
  }

  /** Whether what waits is to be kept for others that are about to come. Then it is looked at again in time. */
  private isKept(nowMs: number): boolean {
    const oldest = this.fresh.find((order) => order.isOpen);
    if (oldest === undefined) return false;
    const untilMs = this.rounds.holdUntilMs(oldest.placedAtMs, nowMs);
    if (untilMs <= nowMs) return false;
    this.cancelHold = this.settings.clock.setTimer(() => this.flush(), untilMs - nowMs);
    return true;
  }

  private attach(order: Order, card: CardPort): void {
    if (!order.isUnderWay) {
      order.isUnderWay = true;
      order.isTrusted = this.rounds.noteAsked(order.wanted.from, this.settings.clock.nowMs());
    }
    const caller = new Caller(
      order.wanted.count,
      Number.POSITIVE_INFINITY,
      (first) => this.deliver(order, caller, first),
      (error) => {
        if (order.caller === caller) this.fail(order, error);
      },
    );
    order.attach(card, caller);
    card.add(caller);
  }

  private deliver(order: Order, caller: Caller, first: bigint): void {
    if (order.caller !== caller || !order.isOpen) return;
    const { metrics, clock } = this.settings;
    const { count, from } = order.wanted;
    const nowMs = clock.nowMs();
    metrics.numbers.inc(count);
    metrics.latency.observe((nowMs - order.placedAtMs) / 1_000);
    this.rounds.noteServed(from, nowMs);
    order.deliver(first);
  }

  private fail(order: Order, error: SequenceError): void {
    if (!order.isOpen) return;
    this.settings.metrics.rejected.inc({ code: error.code });
    order.fail(error);
  }

  private forget(order: Order): void {
    this.open.delete(order);
    if (order.isUnderWay) this.rounds.noteSettled(order.isTrusted);
    // What waits may have waited for this one.
    if (this.fresh.length > 0) this.flushSoon();
    if (this.open.size === 0) this.onIdle?.();
  }

  private rebalance(): void {
    const { pool, clock, metrics } = this.settings;
    if (pool.choose(clock.nowMs())) metrics.moves.inc();
    const card = pool.current;
    if (card === null) return;
    this.silence.restart();
    // Whatever the old card still answers is skipped: its callers are settled before the new ones are made.
    for (const order of this.open) if (order.card !== card) this.attach(order, card);
  }

  private rejectImpatient(): void {
    const error = notReadyError(this.settings.pool.current);
    if (error === null) return;
    for (const order of [...this.open]) if (order.wanted.whenNotReady === "reject") this.fail(order, error);
  }
}
