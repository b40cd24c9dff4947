import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { ExecutionContext } from "ava";
import { MAX_ENCODED_BYTES } from "../../../firmware/wire/constants.js";
import { FrameBuffer } from "../../../firmware/wire/frame-buffer.js";
import { FrameDecoder } from "../../../firmware/wire/frame-decoder.js";
import { encodeFrame } from "../../../firmware/wire/frame-encoder.js";
import { FRAME_HOST_OPEN, FRAME_HOST_REQUEST } from "../../../firmware/wire/frame-types.js";
import { writeHostHeader } from "../../../firmware/wire/header.js";
import { encodeEmptyBody, encodeHostRequest } from "../../../firmware/wire/host-frames.js";

/** A client that says whatever a test wants it to. */
export class RawClient {
  readonly socket: Socket;
  readonly frames: FrameBuffer[] = [];
  isClosed = false;
  private readonly decoder = new FrameDecoder((frame) => {
    this.frames.push(new FrameBuffer().copy(frame));
    this.onFrame();
  });
  private onFrame: () => void = () => {};

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (bytes) => this.decoder.push(bytes, 0, bytes.length));
    socket.on("error", () => {});
    socket.once("close", () => {
      this.isClosed = true;
      this.onFrame();
    });
  }

  static async connect(t: ExecutionContext, path: string): Promise<RawClient> {
    const socket = connect(path);
    await once(socket, "connect");
    t.teardown(() => socket.destroy());
    return new RawClient(socket);
  }

  /** Frames of a type that have come so far. */
  of(type: number): FrameBuffer[] {
    return this.frames.filter((frame) => frame.bytes[1] === type);
  }

  /** Resolves when a frame of that type is there. */
  async first(type: number): Promise<FrameBuffer> {
    for (;;) {
      const [found] = this.of(type);
      if (found !== undefined) return found;
      if (this.isClosed) throw new Error("The daemon has closed the connection.");
      await new Promise<void>((resolve) => {
        this.onFrame = resolve;
      });
    }
  }

  bytesOf(type: number, session: number, write: (frame: FrameBuffer) => void): Buffer {
    const frame = new FrameBuffer();
    write(frame);
    writeHostHeader(frame, type, session);
    const bytes = Buffer.alloc(MAX_ENCODED_BYTES);
    return bytes.subarray(0, encodeFrame(frame, bytes, 0));
  }

  /** A frame without a body, of another version of the protocol. */
  bytesWith(version: number, type: number, session: number): Buffer {
    const frame = new FrameBuffer();
    encodeEmptyBody(frame);
    writeHostHeader(frame, type, session);
    frame.bytes[0] = version;
    const bytes = Buffer.alloc(MAX_ENCODED_BYTES);
    return bytes.subarray(0, encodeFrame(frame, bytes, 0));
  }

  open(session: number): void {
    this.socket.write(this.bytesOf(FRAME_HOST_OPEN, session, encodeEmptyBody));
  }

  request(session: number, tag: number, count: number): void {
    this.socket.write(
      this.bytesOf(FRAME_HOST_REQUEST, session, (frame) => encodeHostRequest(frame, tag, count)),
    );
  }
}
