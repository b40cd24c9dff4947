import type { FrameBuffer } from "../../firmware/wire/frame-buffer.js";
import { OFFSET_TYPE } from "../../firmware/wire/frame-types.js";
import { OFFSET_DESTINATION, OFFSET_SOURCE } from "../../firmware/wire/header.js";
import type { Random } from "./random.js";

/** Card ids below this one can be told apart by a fault. */
const CARDS = 64;

/** How the cables treat frames, all over the fabric. */
export class Weather {
  /** Probabilities for each frame. */
  loss = 0;
  duplicate = 0;
  late = 0;
  /** Mean of the extra time that a late frame takes. Frames that wait overtake each other. */
  lateUs = 0;
  /** Frames of the types in this mask (bit n: type n) are lost, or come late, with `aimedChance`. */
  aimedTypes = 0;
  aimedChance = 0;
  /** 0: they are lost. */
  aimedLateUs = 0;
  /** By which part of it that lateness differs from frame to frame, 0 to 1. At 1 frames overtake each other. */
  aimedSpread = 1;
  /** Only frames that this card made; 0: of all cards. */
  aimedSource = 0;
  /** Frames kept for a replay, as a share. */
  recorded = 0;
  private readonly blocked = new Uint8Array(CARDS * CARDS);
  private blockedPairs = 0;

  /** Fine again. */
  clear(): void {
    this.loss = 0;
    this.duplicate = 0;
    this.late = 0;
    this.aimedChance = 0;
    this.recorded = 0;
    this.blocked.fill(0);
    this.blockedPairs = 0;
  }

  /** Lets no frame that card `source` made reach card `destination`, whatever way it takes. Card ids below 64. */
  block(source: number, destination: number, by: 1 | -1): void {
    const place = source * CARDS + destination;
    this.blocked[place] = (this.blocked[place] as number) + by;
    this.blockedPairs += by;
  }

  loses(frame: FrameBuffer, random: Random): boolean {
    if (this.blockedPairs > 0 && this.isBlocked(frame)) return true;
    if (this.isAimedAt(frame) && this.aimedLateUs === 0 && random.chance(this.aimedChance)) return true;
    return random.chance(this.loss);
  }

  /** @returns microseconds that this frame takes longer than usual. */
  extraUs(frame: FrameBuffer, random: Random): number {
    if (this.isAimedAt(frame) && this.aimedLateUs > 0 && random.chance(this.aimedChance)) {
      return Math.floor(this.aimedLateUs * (1 + this.aimedSpread * (2 * random.unit() - 1)));
    }
    return random.chance(this.late) ? random.around(this.lateUs) : 0;
  }

  private isAimedAt(frame: FrameBuffer): boolean {
    if (this.aimedChance === 0 || ((this.aimedTypes >> (frame.bytes[OFFSET_TYPE] as number)) & 1) === 0)
      return false;
    return this.aimedSource === 0 || this.aimedSource === frame.bytes[OFFSET_SOURCE];
  }

  private isBlocked(frame: FrameBuffer): boolean {
    const source = frame.bytes[OFFSET_SOURCE] as number;
    const destination = frame.bytes[OFFSET_DESTINATION] as number;
    if (source >= CARDS || destination >= CARDS) return false;
    return (this.blocked[source * CARDS + destination] as number) > 0;
  }
}
