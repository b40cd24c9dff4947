import type { Random } from "./random.js";
import type { Scheduler } from "./scheduler.js";
import { type FrameOutcome, FrameWatcher, type Trace, toHex } from "./trace.js";

/** What a cable does to the bytes on it. */
export interface CableSettings {
  /** Bits a second, start and stop bit included; a byte takes ten. */
  readonly bitRate: number;
  /** What the boards at its ends can, for tests of it at other rates. */
  readonly maxBitRate: number;
  /** Up to where the cable itself is good: above it, one byte in a hundred arrives as another. */
  readonly cleanBitRate: number;
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
  maxBitRate: 7_812_500,
  cleanBitRate: 1_000_000_000,
  loss: 0,
  garble: 0,
  delayUs: 0,
  jitterUs: 0,
  sendBufferBytes: 1_024,
};

const BITS_PER_BYTE = 10;
const UNCLEAN_GARBLE = 0.01;
/** By how much the rates of two UARTs may differ: half a bit at the end of a byte, and a little for the edges. */
const RATE_TOLERANCE = 0.04;
/** Bytes of noise for each that was sent, at the most. */
const MAX_NOISE_SHARE = 4;

interface InFlight {
  /** As it was handed to the cable. */
  readonly sent: Uint8Array;
  /** As it arrives, where the receiver samples at the sender's rate. */
  bytes: Uint8Array;
  readonly sentUs: number;
  /** When its first bit leaves, its last one, and when that arrives. */
  startUs: number;
  endUs: number;
  arrivalUs: number;
  bitRate: number;
  /** On top of what the cable takes. */
  readonly jitterUs: number;
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
  private sendRate: number;
  private receiveRate: number;

  constructor(options: CableDirectionOptions) {
    this.options = options;
    this.sendRate = options.settings.bitRate;
    this.receiveRate = options.settings.bitRate;
  }

  get cut(): boolean {
    return this.isCut;
  }

  /** Cuts or mends. What is under way when the cable is cut is lost. */
  set cut(cut: boolean) {
    this.isCut = cut;
    if (cut) this.spoil("cut");
  }

  /** Changes the rate of the sending end. What has not begun to leave does so at that rate. */
  setSendRate(bitRate: number): void {
    if (bitRate === this.sendRate) return;
    const nowUs = this.options.scheduler.now();
    this.sendRate = bitRate;
    this.busyUntilUs = nowUs;
    this.lastArrivalUs = nowUs;
    for (const frame of this.flight) {
      if (frame.startUs > nowUs) this.place(frame);
      this.busyUntilUs = Math.max(this.busyUntilUs, frame.endUs);
      this.lastArrivalUs = Math.max(this.lastArrivalUs, frame.arrivalUs);
    }
  }

  /** Changes the rate of the receiving end. What is arriving is torn. */
  setReceiveRate(bitRate: number): void {
    const { scheduler, settings } = this.options;
    if (bitRate === this.receiveRate) return;
    this.receiveRate = bitRate;
    for (const frame of this.flight) {
      if (frame.startUs + settings.delayUs < scheduler.now()) this.makeNoise(frame);
    }
  }

  /** Bytes that the send buffer can take now. */
  room(): number {
    const { scheduler, settings } = this.options;
    const waitingUs = Math.max(0, this.busyUntilUs - scheduler.now());
    const waitingBytes = Math.ceil((waitingUs * this.sendRate) / (BITS_PER_BYTE * 1_000_000) - 1e-6);
    return Math.max(0, settings.sendBufferBytes - waitingBytes);
  }

  /** Takes a whole frame, which the caller must not change any more. @returns false where it does not fit. */
  write(bytes: Uint8Array): boolean {
    const { random, scheduler, settings } = this.options;
    if (bytes.length > this.room()) return false;
    const now = scheduler.now();
    const jitterUs = settings.jitterUs > 0 ? random() * settings.jitterUs : 0;
    this.busyUntilUs = Math.max(now, this.busyUntilUs);
    const frame = this.send(bytes, now, jitterUs);
    this.place(frame);
    this.busyUntilUs = frame.endUs;
    this.lastArrivalUs = frame.arrivalUs;
    this.flight.push(frame);
    if (!this.armed) this.arm();
    return true;
  }

  /** The sender has lost its power: what has not left its buffer never will. */
  forget(): void {
    this.spoil("lost");
    this.busyUntilUs = this.options.scheduler.now();
  }

  private send(bytes: Uint8Array, sentUs: number, jitterUs: number): InFlight {
    const { random, settings } = this.options;
    const times = { sentUs, startUs: 0, endUs: 0, arrivalUs: 0, jitterUs };
    const frame: InFlight = { sent: bytes, bytes, ...times, bitRate: 0, outcome: "delivered" };
    if (this.isCut) return { ...frame, outcome: "cut" };
    if (settings.loss > 0 && random() < settings.loss) return { ...frame, outcome: "lost" };
    const isClean = this.sendRate <= settings.cleanBitRate;
    if (settings.garble === 0 && isClean) return frame;
    const garbled = garble(bytes, isClean ? settings.garble : settings.garble + UNCLEAN_GARBLE, random);
    return garbled === bytes ? frame : { ...frame, bytes: garbled, outcome: "garbled" };
  }

  /** Behind everything before it, at the sender's rate as it is now. */
  private place(frame: InFlight): void {
    const { delayUs } = this.options.settings;
    frame.bitRate = this.sendRate;
    frame.startUs = this.busyUntilUs;
    frame.endUs = frame.startUs + (frame.sent.length * BITS_PER_BYTE * 1_000_000) / frame.bitRate;
    frame.arrivalUs = Math.max(this.lastArrivalUs, frame.endUs + delayUs + frame.jitterUs);
  }

  /** What a receiver makes of bits that last longer or shorter than it thinks. */
  private makeNoise(frame: InFlight): void {
    const { random } = this.options;
    const share = Math.min(MAX_NOISE_SHARE, this.receiveRate / frame.bitRate);
    frame.bytes = Uint8Array.from({ length: Math.ceil(frame.sent.length * share) }, () =>
      Math.floor(random() * 256),
    );
    if (frame.outcome === "delivered") frame.outcome = "garbled";
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
    if (Math.abs(this.receiveRate / frame.bitRate - 1) > RATE_TOLERANCE) this.makeNoise(frame);
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

/** One end of a cable, as the card at it has it: its rate holds for both directions. */
export class CableEnd {
  private readonly output: CableDirection;
  private readonly input: CableDirection;
  private readonly bitRate: number;

  /** @param bitRate what it has while its card does not change it. */
  constructor(output: CableDirection, input: CableDirection, bitRate: number) {
    this.output = output;
    this.input = input;
    this.bitRate = bitRate;
  }

  room(): number {
    return this.output.room();
  }

  write(bytes: Uint8Array): boolean {
    return this.output.write(bytes);
  }

  setBitRate(bitRate: number): void {
    this.output.setSendRate(bitRate);
    this.input.setReceiveRate(bitRate);
  }

  /** The card has lost its power, and with it the rate. */
  forget(): void {
    this.setBitRate(this.bitRate);
    this.output.forget();
  }
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
