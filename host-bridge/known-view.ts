import type { FrameBuffer } from "../firmware/wire/frame-buffer.js";
import { decodeHostView, HostViewFields } from "../firmware/wire/host-frames.js";
import type { SequenceError } from "./errors.js";
import { stateError } from "./refusals.js";
import { type View, type ViewChange, viewChange, viewFrom } from "./view.js";
import type { ViewEvidence } from "./view-reason.js";

/** The view as the card told it last, and whether it told it in this session. */
export class KnownView {
  private known: View | null = null;
  private isFresh = false;
  /** Whether the card was out of reach, and perhaps without power, since the view that is known. */
  private wasAway = false;
  private readonly fields = new HostViewFields();

  /** null before the card told any. */
  get current(): View | null {
    return this.known;
  }

  get isReady(): boolean {
    return this.isFresh && this.known?.state === "ready";
  }

  /** Why nobody gets a number, as the card said in this session; null where they can, or it said nothing yet. */
  get notReadyError(): SequenceError | null {
    return this.isFresh ? stateError(this.fields.state) : null;
  }

  beginSession(): void {
    this.isFresh = false;
    this.wasAway = true;
  }

  endSession(): void {
    this.isFresh = false;
  }

  /** @returns false where the frame's length does not fit. */
  decode(frame: FrameBuffer): boolean {
    return decodeHostView(frame, this.fields);
  }

  /**
   * Takes what was decoded as what holds from now on.
   * @param card the id of the card that tells it. @param planOf which change of this host's a view of that base comes of.
   * @returns what to tell of it, or null where nothing changed.
   */
  take(card: number, planOf: (base: bigint) => ViewEvidence["planned"]): ViewChange | null {
    const current = viewFrom(this.fields);
    const change = viewChange(this.known, current, {
      card,
      wasRestarted: this.wasAway,
      planned: planOf(current.base),
    });
    if (this.known?.number !== current.number || current.state === "ready") this.wasAway = false;
    this.known = current;
    this.isFresh = true;
    return change;
  }
}
