import { FrameBuffer } from "../../firmware/wire/frame-buffer.js";
import { Caller } from "../../host-bridge/caller.js";
import type { CardIdentity } from "../../host-bridge/card-identity.js";
import { CardSession } from "../../host-bridge/card-session.js";
import type { SequenceError } from "../../host-bridge/errors.js";
import type { ViewChange } from "../../host-bridge/view.js";
import { FakeCard } from "./fake-card.js";
import type { FakeCardSettings } from "./fake-card-settings.js";

/** A call, and what became of it. */
export interface Call {
  readonly caller: Caller;
  first: bigint | null;
  error: SequenceError | null;
}

export interface BenchSettings {
  readonly whenNotReady?: "wait" | "reject";
  readonly card?: Partial<FakeCardSettings>;
}

/** A session and a fake card in virtual time. Frames from the card wait in `inbox` until they are delivered. */
export class SessionBench {
  nowMs = 0;
  readonly card: FakeCard;
  readonly session: CardSession;
  readonly inbox: FrameBuffer[] = [];
  readonly cards: CardIdentity[] = [];
  readonly unusable: SequenceError[] = [];
  readonly views: ViewChange[] = [];
  readonly newest: bigint[] = [];
  readySignals = 0;
  spaceSignals = 0;
  /** Frames to the card go nowhere. */
  isLosing = false;
  /** The line takes no frame. */
  isFull = false;
  private random = 0x1234_5678;

  constructor({ whenNotReady = "wait", card = {} }: BenchSettings = {}) {
    this.card = new FakeCard((frame) => this.inbox.push(new FrameBuffer().copy(frame)), card);
    this.session = new CardSession({
      openTimeoutMs: 2_000,
      whenNotReady,
      send: (frame) => {
        if (this.isFull) return false;
        if (!this.isLosing) this.card.receive(frame);
        return true;
      },
      random32: () => {
        this.random = (Math.imul(this.random, 1_664_525) + 1_013_904_223) >>> 0;
        return this.random;
      },
      onOpen: (identity) => this.cards.push(identity),
      onUnusable: (error) => {
        this.unusable.push(error);
        this.session.disconnect();
      },
      onView: (change) => this.views.push(change),
      onReady: () => {
        this.readySignals += 1;
      },
      onNewest: (number) => this.newest.push(number),
      onSpace: () => {
        this.spaceSignals += 1;
      },
    });
  }

  /** Begins a session and takes in what the card answers. */
  open(): this {
    this.session.connect(this.nowMs);
    this.deliver();
    return this;
  }

  /** Hands over everything that the card has sent, and lets the session ask for what waits. */
  deliver(): void {
    for (let frame = this.inbox.shift(); frame !== undefined; frame = this.inbox.shift()) {
      this.session.receive(frame, this.nowMs);
    }
    this.session.flush(this.nowMs);
  }

  call(count = 1, timeoutMs = 10_000): Call {
    const call: Call = {
      first: null,
      error: null,
      caller: new Caller(
        count,
        this.nowMs + timeoutMs,
        (first) => {
          call.first = first;
        },
        (error) => {
          call.error = error;
        },
      ),
    };
    this.session.add(call.caller);
    return call;
  }

  /** Calls, and sends at once. */
  ask(count = 1, timeoutMs = 10_000): Call {
    const call = this.call(count, timeoutMs);
    this.session.flush(this.nowMs);
    return call;
  }

  /** Lets time pass, waking the session whenever it wants to be woken. Delivers nothing. */
  pass(durationMs: number): void {
    const endMs = this.nowMs + durationMs;
    while (this.session.wakeUpMs <= endMs) {
      this.nowMs = Math.max(this.nowMs, this.session.wakeUpMs);
      this.session.tick(this.nowMs);
    }
    this.nowMs = endMs;
  }
}
