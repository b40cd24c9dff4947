import type { CableSettings } from "../../virtual/cable.js";
import type { Random } from "../../virtual/random.js";
import type { FrameOutcome, Trace } from "../../virtual/trace.js";
import { bitsOf, type LineFormat } from "../chip/sampling.js";
import { WireWatch } from "./wire-watch.js";

/** A character on its way. */
interface InFlight {
  readonly sent: number;
  readonly value: number;
  readonly format: LineFormat;
  readonly startNanos: number;
  readonly arrivalNanos: number;
  outcome: FrameOutcome;
}

/** A character that arrives. */
export interface Arrival {
  readonly value: number;
  readonly format: LineFormat;
}

export interface ByteWireOptions {
  /** Its bit rate and buffer count for nothing here: bits go as the sender's registers say, and are buffered there. */
  readonly settings: CableSettings;
  readonly random: Random;
  readonly from: string;
  readonly to: string;
  readonly trace: Trace;
}

/**
 * One direction of a cable between two UARTs: characters with the times at which they begin and arrive, in nanoseconds of
 * the rig. A character takes as long as the sender's bit rate says; what the receiver makes of it is the receiver's.
 */
export class ByteWire {
  /** Called when a character is on its way and none was before. */
  onExpected: (arrivalNanos: number) => void = () => {};
  private readonly options: ByteWireOptions;
  private readonly watch: WireWatch;
  private readonly flight: InFlight[] = [];
  private isCut = false;
  /** Whether the frame under way is one that is lost. */
  private isLosing = false;
  private lastArrivalNanos = 0;

  constructor(options: ByteWireOptions) {
    this.options = options;
    this.watch = new WireWatch(options.trace, options.from, options.to);
  }

  get cut(): boolean {
    return this.isCut;
  }

  /** Cuts or mends. What is under way when the cable is cut is lost. */
  set cut(cut: boolean) {
    this.isCut = cut;
    if (cut) this.spoil("cut");
  }

  /** When the next character arrives; undefined where none is under way. */
  get nextNanos(): number | undefined {
    return this.flight[0]?.arrivalNanos;
  }

  /** A character begins. */
  send(value: number, startNanos: number, format: LineFormat): void {
    const { random, settings } = this.options;
    const jitterNanos = settings.jitterUs > 0 ? random() * settings.jitterUs * 1_000 : 0;
    const endNanos = startNanos + bitsOf(format) * format.bitNanos;
    this.lastArrivalNanos = Math.max(
      this.lastArrivalNanos,
      endNanos + settings.delayUs * 1_000 + jitterNanos,
    );
    // Only a delimiter is 0: behind it a frame begins, which is lost whole or not at all.
    if (settings.loss > 0 && value === 0) this.isLosing = random() < settings.loss;
    const isGarbled = settings.garble > 0 && random() < settings.garble;
    let outcome: FrameOutcome = isGarbled ? "garbled" : "delivered";
    if (this.isLosing) outcome = "lost";
    if (this.isCut) outcome = "cut";
    this.flight.push({
      sent: value,
      value: isGarbled ? value ^ (1 + Math.floor(random() * 255)) : value,
      format,
      startNanos,
      arrivalNanos: this.lastArrivalNanos,
      outcome,
    });
    if (this.flight.length === 1) this.onExpected(this.lastArrivalNanos);
  }

  /** Takes the next character off the wire. @returns undefined where nothing of it arrives. */
  arrive(): Arrival | undefined {
    const character = this.flight.shift();
    if (character === undefined) return undefined;
    const { format, outcome, value } = character;
    this.watch.take(character.sent, character.startNanos, character.arrivalNanos, outcome);
    return outcome === "delivered" || outcome === "garbled" ? { value, format } : undefined;
  }

  /** The sender has lost its power: the character under way breaks off. */
  forget(): void {
    const last = this.flight[this.flight.length - 1];
    if (last !== undefined) last.outcome = "lost";
  }

  /** Nobody is at the other end: what arrives until then is gone. */
  discardUntil(nanos: number): void {
    while ((this.nextNanos ?? Number.POSITIVE_INFINITY) <= nanos) {
      const first = this.flight[0] as InFlight;
      if (first.outcome !== "cut") first.outcome = "lost";
      this.arrive();
    }
  }

  private spoil(outcome: FrameOutcome): void {
    for (const character of this.flight) character.outcome = outcome;
  }
}
