import { FrameBuffer } from "../../firmware/wire/frame-buffer.js";
import { OFFSET_TYPE } from "../../firmware/wire/frame-types.js";
import type { CableDirection } from "./cable-direction.js";
import type { Random } from "./random.js";

const FRAMES_KEPT = 256;

/** Old frames, to be sent again when nobody expects them any more. */
export class FrameArchive {
  private readonly frames: FrameBuffer[] = [];
  private readonly directions: CableDirection[] = [];
  private recorded = 0;

  record(direction: CableDirection, frame: FrameBuffer): void {
    const place = this.recorded % FRAMES_KEPT;
    this.recorded += 1;
    const kept = this.frames[place];
    if (kept === undefined) this.frames[place] = new FrameBuffer().copy(frame);
    else kept.copy(frame);
    this.directions[place] = direction;
  }

  /** Sends all kept frames of a type again, within `withinUs`. */
  replayType(type: number, withinUs: number, random: Random): void {
    this.frames.forEach((frame, place) => {
      if (frame.bytes[OFFSET_TYPE] !== type) return;
      (this.directions[place] as CableDirection).carry(frame, random.below(withinUs), true);
    });
  }

  /** Sends some of the kept frames again, in any order, within `withinUs`. */
  replay(count: number, withinUs: number, random: Random): void {
    for (let sent = 0; sent < count && this.frames.length > 0; sent += 1) {
      const place = random.below(this.frames.length);
      const direction = this.directions[place] as CableDirection;
      direction.carry(this.frames[place] as FrameBuffer, random.below(withinUs), true);
    }
  }
}
