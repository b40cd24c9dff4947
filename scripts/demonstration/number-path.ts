import type { FrameEvent } from "../../boards/virtual/trace.js";
import { FrameBuffer } from "../../firmware/wire/frame-buffer.js";
import {
  decodeHostAnswer,
  decodeHostRequest,
  HostAnswerFields,
  HostRequestFields,
} from "../../firmware/wire/host-frames.js";
import {
  AnswerFields,
  decodeAnswer,
  decodeRequest,
  decodeStore,
  RequestFields,
  StoreFields,
} from "../../firmware/wire/number-frames.js";

/** One leg of a number's way. */
export interface Leg {
  readonly type: "HOST_REQUEST" | "REQUEST" | "STORE" | "ANSWER" | "HOST_ANSWER";
  /** `host3` or `card3`. */
  readonly from: string;
  readonly to: string;
  /** Microseconds from the moment at which the host's request was on its line. */
  readonly sentUs: number;
  readonly arrivedUs: number;
}

/** The way of one number: host, originator, primary, secondary, originator, host. */
export interface NumberPath {
  readonly number: bigint;
  readonly legs: readonly Leg[];
  /** From the host's request to the host's answer. */
  readonly totalUs: number;
}

/**
 * Follows requests through a trace by their ids. Only numbers that were asked for one at a time are followed: where a host
 * has several blocks open, which card's request belongs to which of them cannot be seen from outside.
 * @returns a path for each number whose five frames are all in the trace, in the order in which they were asked for.
 */
export function findNumberPaths(trace: readonly FrameEvent[]): NumberPath[] {
  const events = trace.filter((event) => event.outcome === "delivered");
  return events.flatMap((event, index) => {
    if (event.type !== "HOST_REQUEST") return [];
    const path = follow(event, events.slice(index + 1));
    return path === undefined ? [] : [path];
  });
}

function follow(asked: FrameEvent, later: readonly FrameEvent[]): NumberPath | undefined {
  const tag = read(asked, decodeHostRequest, new HostRequestFields())?.tag;
  const request = later.find(({ type, from }) => type === "REQUEST" && from === asked.to);
  if (tag === undefined || request === undefined) return undefined;
  const id = read(request, decodeRequest, new RequestFields())?.requestId;
  const store = later.find(
    (event) => event.type === "STORE" && read(event, decodeStore, new StoreFields())?.requestId === id,
  );
  const answer = later.find(
    (event) =>
      event.type === "ANSWER" &&
      event.to === asked.to &&
      read(event, decodeAnswer, new AnswerFields())?.requestId === id,
  );
  const got = later.find(
    (event) =>
      event.type === "HOST_ANSWER" &&
      event.to === asked.from &&
      read(event, decodeHostAnswer, new HostAnswerFields())?.tag === tag,
  );
  if (id === undefined || store === undefined || answer === undefined || got === undefined) return undefined;
  const first = read(got, decodeHostAnswer, new HostAnswerFields())?.first;
  if (first === undefined) return undefined;
  const leg = ({ type, from, to, sentUs, timeUs }: FrameEvent): Leg => {
    return {
      type: type as Leg["type"],
      from,
      to,
      sentUs: sentUs - asked.sentUs,
      arrivedUs: timeUs - asked.sentUs,
    };
  };
  return {
    number: (BigInt(first.high) << 32n) | BigInt(first.low),
    legs: [asked, request, store, answer, got].map(leg),
    totalUs: got.timeUs - asked.sentUs,
  };
}

/** @returns the fields of a traced frame, or undefined where it does not decode. */
function read<Fields>(
  event: FrameEvent,
  decode: (frame: FrameBuffer, into: Fields) => boolean,
  into: Fields,
): Fields | undefined {
  const payload = Buffer.from(event.payload, "hex");
  const frame = new FrameBuffer();
  if (payload.length > frame.bytes.length) return undefined;
  frame.bytes.set(payload);
  frame.length = payload.length;
  return decode(frame, into) ? into : undefined;
}

/** @returns the path in the middle when ordered by their whole time, or undefined where there is none. */
export function medianPath(paths: readonly NumberPath[]): NumberPath | undefined {
  const ordered = [...paths].sort((left, right) => left.totalUs - right.totalUs);
  return ordered[Math.floor(ordered.length / 2)];
}
