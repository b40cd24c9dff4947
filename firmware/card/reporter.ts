import type { FrameBuffer } from "../wire/frame-buffer.js";
import { FRAME_HOST_MIRROR, FRAME_HOST_VIEW } from "../wire/frame-types.js";
import { encodeHostView, HOST_MIRROR_BYTES, HostViewFields } from "../wire/host-frames.js";
import { Uint64 } from "../wire/uint64.js";
import type { CardContext } from "./card-context.js";
import type { HostLine } from "./host-line.js";

const NEVER = Number.POSITIVE_INFINITY;
const MAX_INT32 = 0x7fff_ffff;
const TWO_32 = 0x1_0000_0000;

/** Tells the host, unasked, what has changed: the view and whether numbers can be had, and the newest number held. */
export class Reporter {
  // What every turn asks stands first: XS finds it sooner.
  private readonly context: CardContext;
  /** The host knows the view as it is. False as well where it had no room for it. */
  viewWasTold = false;
  /** When the host is to hear of `held`; infinite where it has. */
  dueUs = NEVER;
  private readonly held = new Uint64();
  /** The view that `held` belongs to: a newer one may have begun since, about which it says nothing. */
  private heldInView = 0;
  private readonly line: HostLine;
  /** When the host may hear of the next number held. */
  private nextMirrorUs = Number.NEGATIVE_INFINITY;
  private readonly frame: FrameBuffer;
  private readonly viewState: () => number;
  private readonly told = new HostViewFields();

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
    const context = this.context;
    const held = this.held;
    held.high = end.high;
    held.low = end.low;
    this.heldInView = context.state.accepted.number;
    if (!this.line.isOpen) return;
    const dueUs = this.nextMirrorUs;
    if (context.nowUs >= dueUs) {
      this.tellHeld();
    } else {
      this.dueUs = dueUs;
      if (dueUs < context.wakeUpUs) context.wakeUpUs = dueUs;
    }
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
    this.tellHeld();
  }

  private tellHeld(): void {
    const context = this.context;
    const held = this.held;
    const heldInView = this.heldInView;
    const high = held.high;
    const low = held.low;
    this.dueUs = NEVER;
    this.nextMirrorUs = context.nowUs + context.timing.mirrorUs;
    // As `encodeHostMirror`: the view's five bytes, then those of the number.
    this.line.sendWords(
      FRAME_HOST_MIRROR,
      HOST_MIRROR_BYTES,
      heldInView | 0,
      (heldInView > MAX_INT32 ? Math.floor(heldInView / TWO_32) : 0) | (low << 8),
      (low >>> 24) | (high << 8),
      high >>> 24,
    );
  }
}
