import type { Random } from "./random.js";
import type { Scheduler } from "./scheduler.js";
import { type FrameOutcome, FrameWatcher, type Trace, toHex } from "./trace.js";

/** What a cable does to the bytes on it. */
export interface CableSettings {
  /** Bits a second, start and stop bit included; a byte takes ten. */
  readonly bitRate: number;
  /** Probability, 0 to 1, that a whole frame is lost. */
  readonly loss: number;
  /** Probability, 0 to 1, that a byte arrives as another one. */
  readonly garble: number;
  /** What a byte needs for the way, in microseconds. */
  readonly delayUs: number;
  /** At random up to so much longer, in microseconds. Bytes never overtake one another. */
  readonly jitterUs: number;
  /** Bytes that wait to be sent; a frame that does not fit is refused whole. */
  readonly sendBufferBytes: number;
}

export const DEFAULT_CABLE: CableSettings = {
  bitRate: 2_000_000,
  loss: 0,
  garble: 0,
  delayUs: 0,
  jitterUs: 0,
  sendBufferBytes: 1_024,
};

const BITS_PER_BYTE = 10;

interface InFlight {
  /** As it was handed to the cable. */
  readonly sent: Uint8Array;
  /** As it arrives. */
  readonly bytes: Uint8Array;
  readonly sentUs: number;
  readonly arrivalUs: number;
  outcome: FrameOutcome;
}

/** What one direction of a cable works with. */
export interface CableDirectionOptions {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly settings: CableSettings;
  readonly from: string;
  readonly to: string;
  readonly trace?: Trace;
  /** Called with the bytes of each frame when the last of them has arrived. */
  readonly deliver: (bytes: Uint8Array) => void;
}

/** One direction of a cable, as a UART drives it: one byte after the other, at the bit rate. */
export class CableDirection implements CutSwitch {
  /** Nothing arrives. The sender does not notice, as on a real wire. */
  private isCut = false;
  /** When the last byte handed over will have left. */
  private busyUntilUs = 0;
  private lastArrivalUs = 0;
  private readonly flight: InFlight[] = [];
  private armed = false;
  private readonly options: CableDirectionOptions;

  constructor(options: CableDirectionOptions) {
    this.options = options;
  }

  get cut(): boolean {
    return this.isCut;
  }

  /** Cuts or mends. What is under way when the cable is cut is lost. */
  set cut(cut: boolean) {
    this.isCut = cut;
    if (cut) this.spoil("cut");
  }

  /** Bytes that the send buffer can take now. */
  room(): number {
    const { scheduler, settings } = this.options;
    const waitingUs = Math.max(0, this.busyUntilUs - scheduler.now());
    const waitingBytes = Math.ceil((waitingUs * settings.bitRate) / (BITS_PER_BYTE * 1_000_000) - 1e-6);
    return Math.max(0, settings.sendBufferBytes - waitingBytes);
  }

  /** Takes a whole frame, which the caller must not change any more. @returns false where it does not fit. */
  write(bytes: Uint8Array): boolean {
    const { random, scheduler, settings } = this.options;
    if (bytes.length > this.room()) return false;
    const now = scheduler.now();
    const bitTimeUs = (bytes.length * BITS_PER_BYTE * 1_000_000) / settings.bitRate;
    this.busyUntilUs = Math.max(now, this.busyUntilUs) + bitTimeUs;
    const jitterUs = settings.jitterUs > 0 ? random() * settings.jitterUs : 0;
    this.lastArrivalUs = Math.max(this.lastArrivalUs, this.busyUntilUs + settings.delayUs + jitterUs);
    this.flight.push(this.send(bytes, now));
    if (!this.armed) this.arm();
    return true;
  }

  /** The sender has lost its power: what has not left its buffer never will. */
  forget(): void {
    this.spoil("lost");
    this.busyUntilUs = this.options.scheduler.now();
  }

  private send(bytes: Uint8Array, sentUs: number): InFlight {
    const { random, settings } = this.options;
    const frame: InFlight = {
      sent: bytes,
      bytes,
      sentUs,
      arrivalUs: this.lastArrivalUs,
      outcome: "delivered",
    };
    if (this.isCut) return { ...frame, outcome: "cut" };
    if (settings.loss > 0 && random() < settings.loss) return { ...frame, outcome: "lost" };
    if (settings.garble === 0) return frame;
    const garbled = garble(bytes, settings.garble, random);
    return garbled === bytes ? frame : { ...frame, bytes: garbled, outcome: "garbled" };
  }

  private spoil(outcome: FrameOutcome): void {
    for (const frame of this.flight) frame.outcome = outcome;
  }

  private arm(): void {
    const first = this.flight[0];
    this.armed = first !== undefined;
    if (first !== undefined) this.options.scheduler.at(first.arrivalUs, this.arrive, true);
  }

  private readonly arrive = (): void => {
    const frame = this.flight.shift() as InFlight;
    this.arm();
    const { deliver, from, to, trace } = this.options;
    if (trace?.active) {
      for (const seen of new FrameWatcher().push(frame.sent)) {
        trace.emit({
          event: "frame",
          timeUs: frame.arrivalUs,
          sentUs: frame.sentUs,
          from,
          to,
          type: seen.type,
          bytes: frame.sent.length,
          payload: toHex(seen.payload),
          outcome: frame.outcome,
        });
      }
    }
    if (frame.outcome === "delivered" || frame.outcome === "garbled") deliver(frame.bytes);
  };
}

function garble(bytes: Uint8Array, probability: number, random: Random): Uint8Array {
  let garbled = bytes;
  for (let index = 0; index < bytes.length; index += 1) {
    if (random() >= probability) continue;
    if (garbled === bytes) garbled = Uint8Array.from(bytes);
    garbled[index] = (bytes[index] as number) ^ (1 + Math.floor(random() * 255));
  }
  return garbled;
}

/** What a rig does to one direction of a cable. */
export interface CutSwitch {
  cut: boolean;
}

/** A cable between two cards: two directions that can be cut one by one. */
export class Cable<Direction extends CutSwitch = CutSwitch> {
  /** The cards at its ends. */
  readonly a: number;
  readonly b: number;
  readonly aToB: Direction;
  readonly bToA: Direction;

  constructor(a: number, b: number, aToB: Direction, bToA: Direction) {
    this.a = a;
    this.b = b;
    this.aToB = aToB;
    this.bToA = bToA;
  }

  joins(one: number, other: number): boolean {
    return (this.a === one && this.b === other) || (this.a === other && this.b === one);
  }

  /** The direction away from card `id`, which stands at one end. */
  from(id: number): Direction {
    return id === this.a ? this.aToB : this.bToA;
  }
}
