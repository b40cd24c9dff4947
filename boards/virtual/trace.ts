import { FrameDecoder } from "../../firmware/wire/frame-decoder.js";
import * as frameTypes from "../../firmware/wire/frame-types.js";

/** What became of a frame on its way. */
export type FrameOutcome = "delivered" | "lost" | "garbled" | "cut";

/** One frame on one cable or USB line. */
export interface FrameEvent {
  readonly event: "frame";
  /** When its last byte arrived, or would have; microseconds of the rig's clock. */
  readonly timeUs: number;
  /** When it was handed to the line. */
  readonly sentUs: number;
  /** `card1`, or `host1` for the computer at card 1's USB line. */
  readonly from: string;
  readonly to: string;
  /** Name of the frame's type, such as REQUEST or HOST_ANSWER. */
  readonly type: string;
  /** Bytes on the line, framing included. */
  readonly bytes: number;
  /** The payload in hexadecimal digits, for the decoders of `firmware/wire`. */
  readonly payload: string;
  readonly outcome: FrameOutcome;
}

/** One turn of a card: what came in, what went out, and what it cost. */
export interface TurnEvent {
  readonly event: "turn";
  readonly timeUs: number;
  readonly card: number;
  /** Types of the frames that came in; empty where only the alarm was due. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** XS's compute count, the same on every computer; 0 on an engine that has none. */
  readonly compute: number;
}

export type TraceEvent = FrameEvent | TurnEvent;
export type TraceListener = (event: TraceEvent) => void;

/** Where cables and cards report what they do. While nobody listens, it costs one comparison a frame. */
export class Trace {
  private readonly listeners = new Set<TraceListener>();

  get active(): boolean {
    return this.listeners.size > 0;
  }

  /** @returns a function that ends the subscription. */
  listen(listener: TraceListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  emit(event: TraceEvent): void {
    for (const listener of this.listeners) listener(event);
  }
}

const namesByType = new Map<number, string>();
for (const [name, value] of Object.entries(frameTypes)) {
  if (name.startsWith("FRAME_")) namesByType.set(value, name.slice("FRAME_".length));
}

/** @returns the name of a frame type, or its number in hexadecimal digits where it has none. */
export function frameTypeName(type: number): string {
  return namesByType.get(type) ?? `0x${type.toString(16).padStart(2, "0")}`;
}

/** A frame as found in a stream of bytes. */
export interface SeenFrame {
  readonly type: string;
  readonly payload: Uint8Array;
}

/** Finds the frames in a stream of bytes, for the trace only. */
export class FrameWatcher {
  private seen: SeenFrame[] = [];
  private readonly decoder = new FrameDecoder((frame) => {
    const payload = frame.bytes.slice(0, frame.length);
    this.seen.push({ type: frameTypeName(payload[frameTypes.OFFSET_TYPE] ?? 0), payload });
  });

  /** @returns the frames that end in these bytes. */
  push(bytes: Uint8Array): readonly SeenFrame[] {
    this.seen = [];
    this.decoder.push(bytes, 0, bytes.length);
    return this.seen;
  }
}

/** @returns the types of the whole frames in `bytes`. */
export function frameTypesIn(bytes: Uint8Array): string[] {
  return new FrameWatcher().push(bytes).map(({ type }) => type);
}

export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
}
