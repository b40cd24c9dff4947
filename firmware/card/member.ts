import { FrameBuffer } from "../wire/frame-buffer.js";
import { FRAME_BEACON_ACK, REFUSE_NO_VIEW } from "../wire/frame-types.js";
import {
  ACK_FLAG_COLD,
  ACK_FLAG_LOW,
  BeaconFields,
  decodeBeacon,
  encodeBeaconAck,
} from "../wire/lease-frames.js";
import type { CardContext } from "./card-context.js";
import { isCeiling } from "./ceiling.js";
import type { Post } from "./post.js";

/** What every card does for its fabric: follows the beacons of its view, keeps the ceiling in flash, grants the lease. */
export class Member {
  /** When the newest beacon of the accepted view came. */
  lastBeaconUs = Number.NEGATIVE_INFINITY;
  /** When this card last had reason to think that somebody cares for the view: a beacon, or a change under way. */
  lastSignUs = Number.NEGATIVE_INFINITY;
  /** The view of the newest beacon. */
  beaconView = 0;
  /** Its sequence number, which every member hears: the one clock that they share. */
  beaconSequence = 0;
  /** The primary to whom the grant was given. */
  grantedTo = 0;
  /** Until when this card grants that primary that it promises no view of anybody else. */
  grantUntilUs = Number.NEGATIVE_INFINITY;
  private readonly context: CardContext;
  private readonly post: Post;
  private readonly beacon = new BeaconFields();
  private readonly frame = new FrameBuffer();
  /** What the primary said of itself in that beacon. */
  private primaryState = REFUSE_NO_VIEW;

  constructor(context: CardContext, post: Post) {
    this.context = context;
    this.post = post;
  }

  /** Forgets another fabric, whose views may have the numbers of this one's. */
  reset(): void {
    this.lastBeaconUs = Number.NEGATIVE_INFINITY;
    this.lastSignUs = Number.NEGATIVE_INFINITY;
    this.beaconView = 0;
    this.grantedTo = 0;
    this.grantUntilUs = Number.NEGATIVE_INFINITY;
    this.primaryState = REFUSE_NO_VIEW;
  }

  /** @returns STATE_READY where the primary of the view is heard and says that it assigns, else the code of what lacks. */
  viewState(): number {
    const { context } = this;
    const follows =
      context.actsIn(context.state.accepted.number) && this.beaconView === context.state.accepted.number;
    return follows && context.nowUs < this.silentFromUs() ? this.primaryState : REFUSE_NO_VIEW;
  }

  /** When the view counts as silent if no further beacon comes. */
  silentFromUs(): number {
    return this.lastBeaconUs + this.context.timing.leaseUs;
  }

  /** Notes that somebody is changing the view, so that this card does not start a change of its own at once. */
  noteSignOfLife(): void {
    this.lastSignUs = this.context.nowUs;
  }

  tick(): void {
    const silentFromUs = this.silentFromUs();
    if (this.context.nowUs < silentFromUs) this.context.wakeBy(silentFromUs);
  }

  /** Takes a BEACON of the member `source`. */
  receiveBeacon(source: number, frame: FrameBuffer): void {
    const { context, beacon } = this;
    if (!decodeBeacon(frame, beacon)) {
      context.counters.dropLength += 1;
      return;
    }
    if (!this.isCredible(source)) {
      context.counters.dropRole += 1;
      return;
    }
    context.counters.beaconsReceived += 1;
    if (!this.follow()) return;
    this.lastBeaconUs = context.nowUs;
    this.lastSignUs = context.nowUs;
    this.beaconView = beacon.view;
    this.beaconSequence = beacon.sequence;
    this.grantedTo = source;
    this.primaryState = beacon.state;
    this.grantUntilUs = context.nowUs + context.timing.leaseUs;
    context.wakeBy(this.silentFromUs());
    const flags = (context.cold ? ACK_FLAG_COLD : 0) | (context.isLow ? ACK_FLAG_LOW : 0);
    encodeBeaconAck(this.frame, beacon.view, beacon.sequence, context.state.ceiling, flags);
    this.post.send(FRAME_BEACON_ACK, source, this.frame);
  }

  /** A beacon counts only from the primary of exactly the view that this card has accepted and acts in. */
  private isCredible(source: number): boolean {
    const { beacon, context } = this;
    const { accepted } = context.state;
    if (beacon.view !== accepted.number || source !== accepted.primary) return false;
    return context.actsIn(beacon.view) && isCeiling(beacon.ceiling, beacon.windowLog2);
  }

  /** Takes over the ceiling before anything is said. @returns false where the flash failed. */
  private follow(): boolean {
    const { context, beacon } = this;
    const { state } = context;
    if (beacon.ceiling.compare(state.ceiling) <= 0) return true;
    state.ceiling.moveTo(beacon.ceiling, beacon.windowLog2);
    context.counters.ceilingWrites += 1;
    return context.save();
  }
}
