import { FrameWatcher, type SeenFrame, type Trace, toHex } from "./trace.js";
import type { OutputPort } from "./virtual-card.js";

/** Whoever is at the computer's end of a card's USB line. */
export interface HostSink {
  /** Bytes that it can take now. */
  room(): number;
  /** Takes a whole frame or nothing. */
  write(bytes: Uint8Array): boolean;
}

/** While no computer is attached, a card finds room and its frames go nowhere, as with an unplugged USB cable. */
const ROOM_UNPLUGGED = 4_096;

/** The USB line of one card: first the rig itself is at its other end, later the pty. */
export class HostLine implements OutputPort {
  /** Takes the bytes from the computer. */
  onBytes: (bytes: Uint8Array) => void = () => {};
  /** Frames that the computer did not fetch in time. */
  dropped = 0;
  private sink: HostSink | undefined;
  private readonly trace: Trace;
  private readonly now: () => number;
  private readonly card: string;
  private readonly host: string;
  private watcher: FrameWatcher | undefined;
  /** An emulated card's bytes come in packets, not in frames. */
  private cardWatcher: FrameWatcher | undefined;

  constructor(id: number, trace: Trace, now: () => number) {
    this.card = `card${id}`;
    this.host = `host${id}`;
    this.trace = trace;
    this.now = now;
  }

  attach(sink: HostSink): void {
    this.sink = sink;
  }

  detach(): void {
    this.sink = undefined;
    this.watcher = undefined;
    this.cardWatcher = undefined;
  }

  room(): number {
    return this.sink === undefined ? ROOM_UNPLUGGED : this.sink.room();
  }

  write(bytes: Uint8Array): boolean {
    if (this.sink === undefined) return true;
    const taken = this.sink.write(bytes);
    if (!taken) this.dropped += 1;
    if (this.trace.active) {
      this.cardWatcher ??= new FrameWatcher();
      for (const frame of this.cardWatcher.push(bytes)) {
        this.emit(frame, this.card, this.host, bytes.length, taken);
      }
    } else {
      this.cardWatcher = undefined;
    }
    return taken;
  }

  forget(): void {}

  /** Takes bytes from the computer. */
  receive(bytes: Uint8Array): void {
    if (this.trace.active) {
      this.watcher ??= new FrameWatcher();
      const frames = this.watcher.push(bytes);
      for (const frame of frames) this.emit(frame, this.host, this.card, bytes.length, true);
    } else {
      this.watcher = undefined;
    }
    this.onBytes(bytes);
  }

  private emit(frame: SeenFrame, from: string, to: string, bytes: number, taken: boolean): void {
    const timeUs = this.now();
    const outcome = taken ? "delivered" : "lost";
    const payload = toHex(frame.payload);
    this.trace.emit({
      event: "frame",
      timeUs,
      sentUs: timeUs,
      from,
      to,
      type: frame.type,
      bytes,
      payload,
      outcome,
    });
  }
}
