import type { FrameEvent } from "../../../boards/virtual/trace.js";
import { FrameBuffer } from "../../../firmware/wire/frame-buffer.js";
import { encodeHostAnswer, encodeHostRequest } from "../../../firmware/wire/host-frames.js";
import { encodeAnswer, encodeRequest, encodeStore } from "../../../firmware/wire/number-frames.js";
import { Uint64 } from "../../../firmware/wire/uint64.js";

/** A frame of a trace, `durationUs` on its line. */
export function frameOf(
  type: string,
  from: string,
  to: string,
  sentUs: number,
  durationUs: number,
  encode: (frame: FrameBuffer) => void,
): FrameEvent {
  const frame = new FrameBuffer();
  encode(frame);
  const payload = Buffer.from(frame.bytes.subarray(0, frame.length)).toString("hex");
  const timeUs = sentUs + durationUs;
  return {
    event: "frame",
    timeUs,
    sentUs,
    from,
    to,
    type,
    bytes: frame.length,
    payload,
    outcome: "delivered",
  };
}

/** The five frames of one number that host 3 asks for at `startUs`; each leaves 100 us after the last was sent. */
export function framesOf(id: number, number: number, startUs: number): FrameEvent[] {
  const first = new Uint64(1, number);
  const at = (step: number): number => startUs + step * 100;
  return [
    frameOf("HOST_REQUEST", "host3", "card3", at(0), 0, (frame) => encodeHostRequest(frame, id + 7, 1)),
    frameOf("REQUEST", "card3", "card1", at(1), 50, (frame) => encodeRequest(frame, id, 1)),
    frameOf("STORE", "card1", "card2", at(2), 60, (frame) => encodeStore(frame, 256, 3, id, first, 1)),
    frameOf("ANSWER", "card2", "card3", at(3), 55, (frame) => encodeAnswer(frame, 256, id, first, 1)),
    frameOf("HOST_ANSWER", "card3", "host3", at(4), 0, (frame) => encodeHostAnswer(frame, id + 7, first, 1)),
  ];
}
