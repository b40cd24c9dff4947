import type { FrameBuffer } from "../../firmware/wire/frame-buffer.js";
import { OFFSET_TYPE } from "../../firmware/wire/frame-types.js";
import type { EventTarget } from "./event-queue.js";
import type { SimulatedCard } from "./simulated-card.js";
import type { World } from "./world.js";

/** Two delimiters, the COBS code byte and the checksum, around each payload. */
const FRAMING_BYTES = 7;
const BITS_PER_BYTE = 10;
/** Bytes that a card's send buffer holds. */
const SEND_BUFFER_BYTES = 2_048;
const ARRIVED = 0;

/** One direction of one cable: bits take their time, and the weather does the rest. */
export class CableDirection implements EventTarget {
  /** How many faults cut it at present, and how many keep it from taking frames. */
  cuts = 0;
  clogs = 0;
  /** Bytes sent, by frame type. */
  readonly bytesOfType = new Float64Array(256);
  readonly from: SimulatedCard;
  readonly to: SimulatedCard;
  private readonly world: World;
  private readonly fromLink: number;
  private readonly toLink: number;
  private readonly latencyUs: number;
  private busyUntilUs = 0;

  constructor(world: World, from: SimulatedCard, fromLink: number, to: SimulatedCard, toLink: number) {
    this.world = world;
    this.from = from;
    this.to = to;
    this.fromLink = fromLink;
    this.toLink = toLink;
    this.latencyUs = world.options.cableLatencyUs;
  }

  send(frame: FrameBuffer): boolean {
    const { world } = this;
    const { weather, random } = world;
    const usPerByte = (BITS_PER_BYTE * 1_000_000) / this.baud;
    const startUs = Math.max(world.nowUs, this.busyUntilUs);
    if (this.clogs > 0 || (startUs - world.nowUs) / usPerByte > SEND_BUFFER_BYTES) {
      world.traceFrame(this.from.id, this.to.id, frame, "no room");
      return false;
    }
    const bytes = frame.length + FRAMING_BYTES;
    const type = frame.bytes[OFFSET_TYPE] as number;
    this.bytesOfType[type] = (this.bytesOfType[type] as number) + bytes;
    this.busyUntilUs = startUs + bytes * usPerByte;
    if (random.chance(weather.recorded)) world.archive.record(this, frame);
    if (this.cuts > 0 || weather.loses(frame, random)) {
      world.traceFrame(this.from.id, this.to.id, frame, this.cuts > 0 ? "cut" : "lost");
      return true;
    }
    const extraUs = weather.extraUs(frame, random);
    world.traceFrame(this.from.id, this.to.id, frame, extraUs > 0 ? `${extraUs} us late` : "");
    this.carry(frame, extraUs);
    if (random.chance(weather.duplicate))
      this.carry(frame, random.around(Math.max(weather.lateUs, 2_000)), true);
    return true;
  }

  /** Brings a frame to the other end, `extraUs` later than the cable needs. */
  carry(frame: FrameBuffer, extraUs: number, isReplay = false): void {
    const { world } = this;
    if (isReplay) world.traceFrame(this.from.id, this.to.id, frame, "again");
    const readyUs = Math.max(world.nowUs, this.busyUntilUs);
    const atUs = Math.ceil(readyUs) + this.latencyUs + extraUs;
    world.queue.add(atUs, this, ARRIVED, this.baud, world.pool.copyOf(frame));
  }

  /** The rate of the sending end. */
  private get baud(): number {
    return this.from.bauds[this.fromLink] as number;
  }

  /** @param baud at which the frame was sent: to an end that has another it is noise. */
  handle(_kind: number, baud: number, frame: FrameBuffer | null): void {
    if (frame === null) return;
    if (this.to.bauds[this.toLink] === baud) this.to.receive(this.toLink, frame);
    this.world.pool.release(frame);
  }
}
