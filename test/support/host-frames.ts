import { ECHO_COUNTING, encodeHostEcho, HostEchoFields } from "../../firmware/wire/echo-frames.js";
import { FrameBuffer } from "../../firmware/wire/frame-buffer.js";
import {
  FRAME_HOST_CLOSE,
  FRAME_HOST_ECHO,
  FRAME_HOST_INIT,
  FRAME_HOST_LINK_TEST,
  FRAME_HOST_OPEN,
  FRAME_HOST_PLAN,
  FRAME_HOST_REQUEST,
  FRAME_HOST_STATUS_REQUEST,
  FRAME_HOST_SURVEY,
  FRAME_HOST_TRUNK_CLOSE,
  FRAME_HOST_TRUNK_IN,
  FRAME_HOST_TRUNK_OPEN,
} from "../../firmware/wire/frame-types.js";
import { writeHostHeader } from "../../firmware/wire/header.js";
import { encodeEmptyBody, encodeHostRequest } from "../../firmware/wire/host-frames.js";
import { encodeHostInit, HostInitFields, INIT_FOUND } from "../../firmware/wire/host-setup-frames.js";
import { encodeHostLinkTest, HostLinkTestFields } from "../../firmware/wire/link-test-frames.js";
import { encodeHostPlan, PlanFields } from "../../firmware/wire/plan-frames.js";
import { encodeHostSurvey } from "../../firmware/wire/survey-frames.js";
import { encodeHostTrunk } from "../../firmware/wire/trunk-frames.js";
import { Uint64 } from "../../firmware/wire/uint64.js";

import { uint64 } from "./layout.js";

/** The frames of a host, made fresh. */
export function hostOpen(session: number): FrameBuffer {
  return bare(FRAME_HOST_OPEN, session);
}

export function hostClose(session: number): FrameBuffer {
  return bare(FRAME_HOST_CLOSE, session);
}

export function hostTrunkOpen(session: number): FrameBuffer {
  return bare(FRAME_HOST_TRUNK_OPEN, session);
}

export function hostTrunkClose(session: number): FrameBuffer {
  return bare(FRAME_HOST_TRUNK_CLOSE, session);
}

export function hostTrunk(session: number, carried: FrameBuffer): FrameBuffer {
  const frame = bare(FRAME_HOST_TRUNK_IN, session);
  encodeHostTrunk(frame, carried);
  return frame;
}

export function hostStatusRequest(session: number): FrameBuffer {
  return bare(FRAME_HOST_STATUS_REQUEST, session);
}

export function hostSurvey(session: number, surveyId: number): FrameBuffer {
  const frame = bare(FRAME_HOST_SURVEY, session);
  encodeHostSurvey(frame, surveyId);
  return frame;
}

/** Over the first cable, 8 bytes counting up, waited for 100 ms, unless told otherwise. */
export function hostEcho(session: number, options: Partial<HostEchoFields> = {}): FrameBuffer {
  const frame = bare(FRAME_HOST_ECHO, session);
  const usual = { tag: 1, link: 0, pattern: ECHO_COUNTING, payloadBytes: 8, waitMs: 100 };
  encodeHostEcho(frame, Object.assign(new HostEchoFields(), usual, options));
  return frame;
}

/** The first cable at 1 Mbaud for 100 ms, unless told otherwise. */
export function hostLinkTest(session: number, options: Partial<HostLinkTestFields> = {}): FrameBuffer {
  const frame = bare(FRAME_HOST_LINK_TEST, session);
  const usual = { tag: 1, link: 0, baud: 1_000_000, durationMs: 100 };
  encodeHostLinkTest(frame, Object.assign(new HostLinkTestFields(), usual, options));
  return frame;
}

export function hostRequest(session: number, tag: number, count: number): FrameBuffer {
  const frame = bare(FRAME_HOST_REQUEST, session);
  encodeHostRequest(frame, tag, count);
  return frame;
}

export interface PlanOptions {
  readonly requestId?: number;
  /** PLAN_SEED and so on. */
  readonly kind: number;
  readonly primary?: number;
  readonly secondary?: number;
  readonly seed?: bigint;
  readonly card?: number;
  readonly otherCard?: number;
  readonly incarnation?: number;
}

export function planFields(options: PlanOptions): PlanFields {
  const fields = new PlanFields();
  fields.requestId = options.requestId ?? 1;
  fields.kind = options.kind;
  fields.primary = options.primary ?? 0;
  fields.secondary = options.secondary ?? 0;
  fields.seed.copy(uint64(options.seed ?? 0n));
  fields.card = options.card ?? 0;
  fields.otherCard = options.otherCard ?? 0;
  fields.incarnation = options.incarnation ?? 0;
  return fields;
}

export function hostPlan(session: number, options: PlanOptions): FrameBuffer {
  const frame = bare(FRAME_HOST_PLAN, session);
  encodeHostPlan(frame, planFields(options));
  return frame;
}

export interface InitOptions {
  readonly session?: number;
  readonly fabricId?: number;
  readonly cardId?: number;
  readonly first?: Uint64;
  readonly kind?: number;
  readonly replacesFabricId?: number;
  /** Ids and votes. */
  readonly members?: readonly (readonly [number, number])[];
}

/** Makes card 1 of three, of fabric 7, unless told otherwise. */
export function hostInit(options: InitOptions = {}): FrameBuffer {
  const fields = new HostInitFields();
  fields.fabricId = options.fabricId ?? 7;
  fields.cardId = options.cardId ?? 1;
  fields.first.copy(options.first ?? new Uint64(0, 1));
  fields.kind = options.kind ?? INIT_FOUND;
  fields.replacesFabricId = options.replacesFabricId ?? 0;
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
