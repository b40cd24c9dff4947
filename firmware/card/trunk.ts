import type { FrameBuffer } from "../wire/frame-buffer.js";
import { FRAME_HOST_TRUNK_OUT } from "../wire/frame-types.js";
import { decodeHostTrunk, encodeHostTrunk } from "../wire/trunk-frames.js";
import type { CardCable, CardContext } from "./card-context.js";
import type { HostLine } from "./host-line.js";
import type { Router } from "./router.js";

/**
 * The link that a host lends between two of its cards: its line, taken as one more cable for as long as the session lasts
 * that has opened it.
 */
export class Trunk implements CardCable {
  readonly badFrames = 0;
  readonly expectedFrames = 0;
  private readonly context: CardContext;
  private readonly line: HostLine;
  private readonly router: Router;
  private readonly take: (link: number, frame: FrameBuffer) => void;

  /** @param take is handed what came over the trunk, and the link that the trunk is. */
  constructor(
    context: CardContext,
    line: HostLine,
    router: Router,
    take: (link: number, frame: FrameBuffer) => void,
  ) {
    this.context = context;
    this.line = line;
    this.router = router;
    this.take = take;
  }

  /** The host lends one. It says so again until it is answered by a hello. */
  open(): void {
    this.router.openTrunk(this);
  }

  close(): void {
    this.router.closeTrunk();
  }

  /** Takes a HOST_TRUNK of the open session, in whose place the frame that it carries then stands. */
  receive(frame: FrameBuffer): void {
    const { context, router } = this;
    if (!router.hasTrunk) context.counters.dropSession += 1;
    else if (decodeHostTrunk(frame, frame)) this.take(router.trunkLink, frame);
    else context.counters.dropLength += 1;
  }

  expectedUs(): number {
    return Number.NEGATIVE_INFINITY;
  }

  /** Its hellos come through the host, each with a turn of its own. */
  expect(): void {}

  expectLike(): void {}

  expectNothing(): void {}

  sendWith(
    frame: FrameBuffer,
    at: number,
    first: number,
    second: number,
    third: number,
    fourth: number,
  ): boolean {
    frame.fill(at, first, second, third, fourth);
    return this.send(frame);
  }

  send(frame: FrameBuffer): boolean {
    const { context, line } = this;
    const { frame: outgoing } = line;
    if (!encodeHostTrunk(outgoing, frame)) return false;
    // Not by the line, which would count what finds no room a second time.
    line.writeHeader(FRAME_HOST_TRUNK_OUT, line.session, outgoing);
    return context.environment.host.send(outgoing);
  }
}
