import { FrameBuffer } from "../wire/frame-buffer.js";
import { writeHostHeader } from "../wire/header.js";
import type { CardContext } from "./card-context.js";

/** The line to the host, and the session that one process of the host has opened on it. */
export class HostLine {
  /** The session's number, chosen by the host. An answer goes out under it, so another process never takes it. */
  session = 0;
  isOpen = false;
  /** `session` as it stands in `FrameBuffer.words`. */
  sessionWord = 0;
  /** For what is written to the host and sent in one go: on a small board a frame is half a kilobyte. */
  readonly frame = new FrameBuffer();
  private readonly context: CardContext;
  /** The header that stands in `frame`; -1: another's. */
  private writtenType = -1;
  private writtenSession = 0;

  constructor(context: CardContext) {
    this.context = context;
  }

  open(session: number): void {
    this.session = session;
    this.sessionWord = session | 0;
    this.isOpen = true;
  }

  close(): void {
    this.isOpen = false;
  }

  /**
   * Sends a frame whose body is written, under the open session. Nobody but this class writes a header into `frame`.
   * @returns false where none is open or, which is counted, the host has no room.
   */
  send(type: number, frame: FrameBuffer): boolean {
    if (!this.isOpen) return false;
    // Mostly its header stands there already.
    const isWritten =
      frame === this.frame && type === this.writtenType && this.session === this.writtenSession;
    if (!isWritten) this.writeHeader(type, this.session, frame);
    if (this.context.environment.host.send(frame)) return true;
    this.context.counters.dropSendFull += 1;
    return false;
  }

  /** Sends a frame under a session that the card does not have open, to tell the host just that. */
  sendAs(session: number, type: number, frame: FrameBuffer): boolean {
    this.writeHeader(type, session, frame);
    if (this.context.environment.host.send(frame)) return true;
    this.context.counters.dropSendFull += 1;
    return false;
  }

  /** Writes the header of a frame that is not sent by this class. */
  writeHeader(type: number, session: number, frame: FrameBuffer): void {
    writeHostHeader(frame, type, session);
    this.writtenType = frame === this.frame ? type : -1;
    this.writtenSession = session;
  }
}
