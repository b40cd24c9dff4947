import { PROTOCOL_VERSION } from "../wire/constants.js";
import { FrameBuffer } from "../wire/frame-buffer.js";
import { HOST_HEADER_BYTES, WORD_TYPE, writeHostHeader } from "../wire/header.js";
import type { CardContext, CardLine } from "./card-context.js";

/** The first word of a frame of this version, but for its type. */
const VERSION = PROTOCOL_VERSION << 16;
/** What frames mean that are like one of the open session that asked for numbers. */
const REQUEST_OF_SESSION = 1;

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
  private readonly host: CardLine;
  /** The header that stands in `frame`; -1: none yet. */
  private writtenType = -1;
  private writtenSession = 0;

  constructor(context: CardContext) {
    this.context = context;
    this.host = context.environment.host;
  }

  open(session: number): void {
    this.session = session;
    this.sessionWord = session | 0;
    this.isOpen = true;
    this.host.expectNothing();
  }

  close(): void {
    this.isOpen = false;
    this.host.expectNothing();
  }

  /** A request of the open session has come whole: those that are like it up to their body need not be looked at again. */
  expectMore(request: FrameBuffer): void {
    this.host.expectLike(request, HOST_HEADER_BYTES, request.length, REQUEST_OF_SESSION);
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
    if (this.host.send(frame)) return true;
    this.context.counters.dropSendFull += 1;
    return false;
  }

  /** As `send`, of a frame of `length` bytes whose body is these words. The path of every number. */
  sendWords(
    type: number,
    length: number,
    first: number,
    second: number,
    third: number,
    fourth: number,
  ): boolean {
    if (!this.isOpen) return false;
    const frame = this.frame;
    if (this.session !== this.writtenSession) {
      this.writeHeader(type, this.session, frame);
    } else if (type !== this.writtenType) {
      frame.words[WORD_TYPE] = VERSION | (type << 24);
      this.writtenType = type;
    }
    frame.length = length;
    if (this.host.sendWith(frame, HOST_HEADER_BYTES, first, second, third, fourth)) return true;
    this.context.counters.dropSendFull += 1;
    return false;
  }

  /** Sends a frame under a session that the card does not have open, to tell the host just that. */
  sendAs(session: number, type: number, frame: FrameBuffer): boolean {
    this.writeHeader(type, session, frame);
    if (this.host.send(frame)) return true;
    this.context.counters.dropSendFull += 1;
    return false;
  }

  /** Writes the header of a frame that is not sent by this class. */
  writeHeader(type: number, session: number, frame: FrameBuffer): void {
    writeHostHeader(frame, type, session);
    if (frame !== this.frame) return;
    this.writtenType = type;
    this.writtenSession = session;
  }
}
