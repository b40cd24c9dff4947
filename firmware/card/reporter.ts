import type { FrameBuffer } from "../wire/frame-buffer.js";
import { FRAME_HOST_MIRROR, FRAME_HOST_VIEW } from "../wire/frame-types.js";
import { encodeHostMirror, encodeHostView, HostViewFields } from "../wire/host-frames.js";
import { Uint64 } from "../wire/uint64.js";
import type { CardContext } from "./card-context.js";
import type { HostLine } from "./host-line.js";

const NEVER = Number.POSITIVE_INFINITY;

/** Tells the host, unasked, what has changed: the view and whether numbers can be had, and the newest number held. */
export class Reporter {
  // What every turn asks stands first: XS finds it sooner.
  private readonly context: CardContext;
  /** The host knows the view as it is. False as well where it had no room for it. */
  viewWasTold = false;
  /** When the host is to hear of `held`; infinite where it has. */
  dueUs = NEVER;
  private readonly line: HostLine;
  private readonly frame: FrameBuffer;
  private readonly held = new Uint64();
  /** The view that `held` belongs to: a newer one may have begun since, about which it says nothing. */
  private heldInView = 0;
  private readonly viewState: () => number;
  private readonly told = new HostViewFields();
  private lastMirrorUs = Number.NEGATIVE_INFINITY;

  constructor(context: CardContext, line: HostLine, viewState: () => number) {
    this.context = context;
    this.line = line;
    this.frame = line.frame;
    this.viewState = viewState;
  }

  /** A session has begun: it knows nothing yet. */
  reset(): void {
    this.viewWasTold = false;
    this.dueUs = this.held.isZero() ? NEVER : this.context.nowUs;
  }

  /** Forgets what was held in a fabric that this card has left: its views may have the numbers of the next one's. */
  forgetHeld(): void {
    this.held.set(0, 0);
    this.dueUs = NEVER;
  }

  /** Tells the host of the view where it, or whether numbers can be had, differs from what the host was told last. */
  reportView(): void {
    if (!this.line.isOpen) return;
    const { told } = this;
    const { accepted } = this.context.state;
    const state = this.viewState();
    if (this.viewWasTold && told.view === accepted.number && told.state === state) return;
    told.view = accepted.number;
    told.primary = accepted.primary;
    told.secondary = accepted.secondary;
    told.base.copy(accepted.base);
    told.state = state;
    encodeHostView(this.frame, told);
    // What found no room is told in the next turn: a host that missed it would wait for numbers that it can have.
    this.viewWasTold = this.line.send(FRAME_HOST_VIEW, this.frame);
  }

  /** Notes that this card holds all numbers below `end` now; the host hears of it at once, or with the next report. */
  noteHeld(end: Uint64): void {
    const { context, held } = this;
    held.high = end.high;
    held.low = end.low;
    this.heldInView = context.state.accepted.number;
    if (!this.line.isOpen) return;
    const dueUs = this.lastMirrorUs + context.timing.mirrorUs;
    this.dueUs = dueUs;
    if (context.nowUs >= dueUs) this.reportHeld();
    else if (dueUs < context.wakeUpUs) context.wakeUpUs = dueUs;
  }

  tick(): void {
    this.reportView();
    this.reportHeld();
  }

  /** Tells the host of the newest number held, if it is time. */
  reportHeld(): void {
    const { context, dueUs } = this;
    if (dueUs === NEVER) return;
    if (!this.line.isOpen) {
      // Who opens it is told then.
      this.dueUs = NEVER;
      return;
    }
    if (context.nowUs < dueUs) {
      if (dueUs < context.wakeUpUs) context.wakeUpUs = dueUs;
      return;
    }
    this.dueUs = NEVER;
    this.lastMirrorUs = context.nowUs;
    encodeHostMirror(this.frame, this.heldInView, this.held);
    this.line.send(FRAME_HOST_MIRROR, this.frame);
  }
}
