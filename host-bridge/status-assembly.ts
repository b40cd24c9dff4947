import { COUNTER_NAMES } from "../firmware/wire/counter-names.js";
import type { FrameBuffer } from "../firmware/wire/frame-buffer.js";
import { FRAME_HOST_COUNTERS, FRAME_HOST_LINKS, FRAME_HOST_STATUS } from "../firmware/wire/frame-types.js";
import {
  decodeHostCounters,
  decodeHostLinks,
  decodeHostStatus,
  HostLinksFields,
  HostStatusFields,
} from "../firmware/wire/host-status-frames.js";
import { type CardStatus, cardStatus } from "./card-status.js";

/** Puts the three frames of a card's status together. */
export class StatusAssembly {
  private readonly status = new HostStatusFields();
  private readonly links = new HostLinksFields();
  private readonly counters = new Uint32Array(COUNTER_NAMES.length);
  private readonly missing = new Set<number>();

  /** Forgets what came for an earlier question. */
  start(): void {
    for (const type of [FRAME_HOST_STATUS, FRAME_HOST_LINKS, FRAME_HOST_COUNTERS]) this.missing.add(type);
  }

  /** @returns false where the frame is not what its type says. */
  take(type: number, frame: FrameBuffer): boolean {
    if (!this.decode(type, frame)) return false;
    this.missing.delete(type);
    return true;
  }

  /** @returns the status once all its frames are there. */
  result(): CardStatus | null {
    return this.missing.size > 0 ? null : cardStatus(this.status, this.links, this.counters);
  }

  private decode(type: number, frame: FrameBuffer): boolean {
    if (type === FRAME_HOST_STATUS) return decodeHostStatus(frame, this.status);
    if (type === FRAME_HOST_LINKS) return decodeHostLinks(frame, this.links);
    return decodeHostCounters(frame, this.counters);
  }
}
