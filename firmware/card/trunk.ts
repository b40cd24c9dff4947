import { FrameBuffer } from "../wire/frame-buffer.js";
import { FRAME_HOST_TRUNK_OUT } from "../wire/frame-types.js";
import { writeHostHeader } from "../wire/header.js";
import { decodeHostTrunk, encodeHostTrunk } from "../wire/trunk-frames.js";
import type { CardContext } from "./card-context.js";
import type { HostLine } from "./host-line.js";
import type { Router } from "./router.js";

/**
 * The link that a host lends between two of its cards: its line, taken as one more cable for as long as the session lasts
 * that has opened it.
 */
export class Trunk {
  private readonly context: CardContext;
  private readonly line: HostLine;
  private readonly router: Router;
  private readonly take: (link: number, frame: FrameBuffer) => void;
  private readonly incoming = new FrameBuffer();
  private readonly outgoing = new FrameBuffer();

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
    this.router.openTrunk((frame) => this.send(frame));
  }

  close(): void {
    this.router.closeTrunk();
  }

  /** Takes a HOST_TRUNK of the open session. */
  receive(frame: FrameBuffer): void {
    const { context, incoming, router } = this;
    if (!router.hasTrunk) context.counters.dropSession += 1;
    else if (decodeHostTrunk(frame, incoming)) this.take(router.trunkLink, incoming);
    else context.counters.dropLength += 1;
  }

  private send(frame: FrameBuffer): boolean {
    const { context, line, outgoing } = this;
    if (!encodeHostTrunk(outgoing, frame)) return false;
    // Not by the line, which would count what finds no room a second time.
    writeHostHeader(outgoing, FRAME_HOST_TRUNK_OUT, line.session);
    return context.environment.sendHost(outgoing);
  }
}
