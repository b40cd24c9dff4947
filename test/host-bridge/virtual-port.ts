import { MAX_ENCODED_BYTES } from "../../firmware/wire/constants.js";
import { FrameDecoder } from "../../firmware/wire/frame-decoder.js";
import { encodeFrame } from "../../firmware/wire/frame-encoder.js";
import { SequenceError } from "../../host-bridge/errors.js";
import { Sequence, type SequenceSettings } from "../../host-bridge/sequence.js";
import { disconnectedError } from "../../host-bridge/session-errors.js";
import type { OpenTransport, Transport, TransportEvents } from "../../host-bridge/transport.js";
import { FakeCard } from "./fake-card.js";
import type { FakeCardSettings } from "./fake-card-settings.js";
import { VirtualClock } from "./virtual-clock.js";

/** A port in memory with a fake card at its end. Bytes travel in a turn of their own, or when they are polled for. */
export class VirtualPort {
  readonly clock = new VirtualClock();
  readonly card: FakeCard;
  /** What opening the port comes to; null for a line. */
  failure: SequenceError | null = null;
  canWait = true;
  opened = 0;
  closed = 0;
  private events: TransportEvents | null = null;
  private pending: Uint8Array[] = [];
  private random = 77;

  constructor(settings: Partial<FakeCardSettings> = {}) {
    this.card = new FakeCard((frame) => {
      const bytes = new Uint8Array(MAX_ENCODED_BYTES);
      this.pending.push(bytes.slice(0, encodeFrame(frame, bytes, 0)));
      setImmediate(() => this.deliver());
    }, settings);
  }

  readonly open: OpenTransport = async (events) => {
    this.opened += 1;
    if (this.failure !== null) throw this.failure;
    const decoder = new FrameDecoder((frame) => this.card.receive(frame));
    this.events = events;
    this.pending = [];
    const transport: Transport = {
      canWait: this.canWait,
      write: (bytes, length) => {
        if (this.events === events) decoder.push(bytes, 0, length);
        return true;
      },
      poll: () => this.deliver(),
      wait: () => this.unplug(),
      close: async () => {
        this.closed += 1;
        if (this.events === events) this.events = null;
      },
    };
    return transport;
  };

  start(settings: Partial<SequenceSettings> = {}): Promise<Sequence> {
    return Sequence.start({
      openTransport: this.open,
      clock: this.clock,
      random32: () => {
        this.random += 1;
        return this.random;
      },
      timeoutMs: 10_000,
      openTimeoutMs: 2_000,
      whenNotReady: "wait",
      reconnect: true,
      ...settings,
    });
  }

  /** Breaks the line; it cannot be opened again before `plugIn`. */
  unplug(failure = new SequenceError("PORT_NOT_FOUND", "unplugged")): void {
    const { events } = this;
    this.failure = failure;
    this.events = null;
    events?.onLost(disconnectedError());
  }

  plugIn(): void {
    this.failure = null;
  }

  private deliver(): void {
    for (let bytes = this.pending.shift(); bytes !== undefined; bytes = this.pending.shift()) {
      this.events?.onBytes(bytes, 0, bytes.length);
    }
  }
}
