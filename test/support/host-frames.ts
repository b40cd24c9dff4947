import { FrameBuffer } from "../../firmware/wire/frame-buffer.js";
import {
  FRAME_HOST_CLOSE,
  FRAME_HOST_INIT,
  FRAME_HOST_OPEN,
  FRAME_HOST_REQUEST,
  FRAME_HOST_STATUS_REQUEST,
} from "../../firmware/wire/frame-types.js";
import { writeHostHeader } from "../../firmware/wire/header.js";
import { encodeEmptyBody, encodeHostRequest } from "../../firmware/wire/host-frames.js";
import { encodeHostInit, HostInitFields } from "../../firmware/wire/host-setup-frames.js";
import { Uint64 } from "../../firmware/wire/uint64.js";

/** The frames of a host, made fresh. */
export function hostOpen(session: number): FrameBuffer {
  return bare(FRAME_HOST_OPEN, session);
}

export function hostClose(session: number): FrameBuffer {
  return bare(FRAME_HOST_CLOSE, session);
}

export function hostStatusRequest(session: number): FrameBuffer {
  return bare(FRAME_HOST_STATUS_REQUEST, session);
}

export function hostRequest(session: number, tag: number, count: number): FrameBuffer {
  const frame = bare(FRAME_HOST_REQUEST, session);
  encodeHostRequest(frame, tag, count);
  return frame;
}

export interface InitOptions {
  readonly session?: number;
  readonly fabricId?: number;
  readonly cardId?: number;
  readonly first?: Uint64;
  /** Ids and votes. */
  readonly members?: readonly (readonly [number, number])[];
}

/** Makes card 1 of three, of fabric 7, unless told otherwise. */
export function hostInit(options: InitOptions = {}): FrameBuffer {
  const fields = new HostInitFields();
  fields.fabricId = options.fabricId ?? 7;
  fields.cardId = options.cardId ?? 1;
  fields.first.copy(options.first ?? new Uint64(0, 1));
  const members = options.members ?? [
    [1, 1],
    [2, 1],
    [3, 1],
  ];
  for (const [card, votes] of members) fields.addMember(card, votes);
  const frame = bare(FRAME_HOST_INIT, options.session ?? 1);
  encodeHostInit(frame, fields);
  return frame;
}

function bare(type: number, session: number): FrameBuffer {
  const frame = new FrameBuffer();
  writeHostHeader(frame, type, session);
  encodeEmptyBody(frame);
  return frame;
}
