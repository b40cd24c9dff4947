import { FrameBuffer } from "../wire/frame-buffer.js";
import { writeHostHeader } from "../wire/header.js";
import type { CardContext } from "./card-context.js";

/** The line to the host, and the session that one process of the host has opened on it. */
export class HostLine {
  /** The session's number, chosen by the host. An answer goes out under it, so another process never takes it. */
  session = 0;
  isOpen = false;
  /** For what is written to the host and sent in one go: on a small board a frame is half a kilobyte. */
  readonly frame = new FrameBuffer();
  private readonly context: CardContext;

  constructor(context: CardContext) {
    this.context = context;
  }

  open(session: number): void {
    this.session = session;
    this.isOpen = true;
  }

  close(): void {
    this.isOpen = false;
  }

  /**
   * Sends a frame whose body is written, under the open session.
   * @returns false where none is open or, which is counted, the host has no room.
   */
  send(type: number, frame: FrameBuffer): boolean {
    return this.isOpen && this.sendAs(this.session, type, frame);
  }

  /** Sends a frame under a session that the card does not have open, to tell the host just that. */
  sendAs(session: number, type: number, frame: FrameBuffer): boolean {
    writeHostHeader(frame, type, session);
    if (this.context.environment.sendHost(frame)) return true;
    this.context.counters.dropSendFull += 1;
    return false;
  }
}
