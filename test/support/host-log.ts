import { COUNTER_NAMES, type CounterName } from "../../firmware/wire/counter-names.js";
import { decodeHostEchoResult, HostEchoResultFields } from "../../firmware/wire/echo-frames.js";
import { FrameBuffer } from "../../firmware/wire/frame-buffer.js";
import {
  FRAME_HOST_ANSWER,
  FRAME_HOST_COUNTERS,
  FRAME_HOST_ECHO_RESULT,
  FRAME_HOST_INIT_RESULT,
  FRAME_HOST_LINK_TEST_RESULT,
  FRAME_HOST_LINKS,
  FRAME_HOST_MIRROR,
  FRAME_HOST_PLAN_RESULT,
  FRAME_HOST_REFUSE,
  FRAME_HOST_REPORT,
  FRAME_HOST_STATUS,
  FRAME_HOST_VIEW,
  FRAME_HOST_WELCOME,
  OFFSET_TYPE,
} from "../../firmware/wire/frame-types.js";
import { OFFSET_SESSION } from "../../firmware/wire/header.js";
import {
  decodeHostAnswer,
  decodeHostMirror,
  decodeHostRefuse,
  decodeHostView,
  HostAnswerFields,
  HostMirrorFields,
  HostRefuseFields,
  HostViewFields,
} from "../../firmware/wire/host-frames.js";
import {
  decodeHostInitResult,
  decodeHostWelcome,
  HostInitResultFields,
  HostWelcomeFields,
} from "../../firmware/wire/host-setup-frames.js";
import {
  decodeHostCounters,
  decodeHostLinks,
  decodeHostStatus,
  HostLinksFields,
  HostStatusFields,
} from "../../firmware/wire/host-status-frames.js";
import { decodeHostLinkTestResult, HostLinkTestResultFields } from "../../firmware/wire/link-test-frames.js";
import { decodeHostPlanResult, PlanResultFields } from "../../firmware/wire/plan-frames.js";
import { decodeHostReport, ReportFields } from "../../firmware/wire/survey-frames.js";
import { toBigInt } from "./layout.js";

/** A frame that a card has sent to its host. */
export interface HostFrame {
  readonly type: number;
  readonly atUs: number;
  readonly frame: FrameBuffer;
}

export interface Answer {
  readonly atUs: number;
  readonly tag: number;
  readonly first: bigint;
  readonly count: number;
}

export interface Refusal {
  readonly tag: number;
  readonly code: number;
}

/** All that a card has sent to its host, read as the host would. */
export class HostLog {
  readonly frames: HostFrame[] = [];

  add(frame: FrameBuffer, atUs: number): void {
    this.frames.push({
      type: frame.bytes[OFFSET_TYPE] as number,
      atUs,
      frame: new FrameBuffer().copy(frame),
    });
  }

  clear(): void {
    this.frames.length = 0;
  }

  answers(): Answer[] {
    return this.of(FRAME_HOST_ANSWER).map(readAnswer);
  }

  refusals(): Refusal[] {
    return this.of(FRAME_HOST_REFUSE).map(readRefusal);
  }

  /** Answers, and refusals with their code, from the frame at place `from` on. */
  since(from: number): (Answer & { readonly code?: number })[] {
    return this.frames.slice(from).flatMap((found) => {
      if (found.type === FRAME_HOST_ANSWER) return [readAnswer(found)];
      if (found.type !== FRAME_HOST_REFUSE) return [];
      return [{ atUs: found.atUs, first: 0n, count: 0, ...readRefusal(found) }];
    });
  }

  /** What the host was told of numbers held: each one above the newest. */
  mirrors(): { readonly atUs: number; readonly view: number; readonly held: bigint }[] {
    return this.of(FRAME_HOST_MIRROR).map(({ frame, atUs }) => {
      const { view, held } = read(frame, new HostMirrorFields(), decodeHostMirror);
      return { atUs, view, held: toBigInt(held) };
    });
  }

  views(): HostViewFields[] {
    return this.of(FRAME_HOST_VIEW).map(({ frame }) => read(frame, new HostViewFields(), decodeHostView));
  }

  /** The states of the views told, in order. */
  viewStates(): number[] {
    return this.views().map(({ state }) => state);
  }

  initResults(): number[] {
    return this.of(FRAME_HOST_INIT_RESULT).map(
      ({ frame }) => read(frame, new HostInitResultFields(), decodeHostInitResult).code,
    );
  }

  /** The incarnations that inits drew; 0: refused. */
  initIncarnations(): number[] {
    return this.of(FRAME_HOST_INIT_RESULT).map(
      ({ frame }) => read(frame, new HostInitResultFields(), decodeHostInitResult).incarnation,
    );
  }

  /** What came of planned changes: request id, code and number. */
  planResults(): (readonly [number, number, bigint])[] {
    return this.of(FRAME_HOST_PLAN_RESULT).map(({ frame }) => {
      const { requestId, code, number } = read(frame, new PlanResultFields(), decodeHostPlanResult);
      return [requestId, code, toBigInt(number)] as const;
    });
  }

  /** What the cards of a survey have reported, in order. */
  reports(): ReportFields[] {
    return this.of(FRAME_HOST_REPORT).map(({ frame }) => read(frame, new ReportFields(), decodeHostReport));
  }

  /** What came of echoes: tag, code and round trip in microseconds. */
  echoes(): (readonly [number, number, number])[] {
    return this.of(FRAME_HOST_ECHO_RESULT).map(({ frame }) => {
      const { tag, code, roundTripUs } = read(frame, new HostEchoResultFields(), decodeHostEchoResult);
      return [tag, code, roundTripUs] as const;
    });
  }

  /** What was told of tests of cables, in order. */
  linkTests(): HostLinkTestResultFields[] {
    return this.of(FRAME_HOST_LINK_TEST_RESULT).map(({ frame }) =>
      read(frame, new HostLinkTestResultFields(), decodeHostLinkTestResult),
    );
  }

  welcome(): HostWelcomeFields {
    return read(this.newest(FRAME_HOST_WELCOME), new HostWelcomeFields(), decodeHostWelcome);
  }

  status(): HostStatusFields {
    return read(this.newest(FRAME_HOST_STATUS), new HostStatusFields(), decodeHostStatus);
  }

  links(): HostLinksFields {
    return read(this.newest(FRAME_HOST_LINKS), new HostLinksFields(), decodeHostLinks);
  }

  counter(name: CounterName): number {
    const values = new Uint32Array(COUNTER_NAMES.length);
    read(this.newest(FRAME_HOST_COUNTERS), values, decodeHostCounters);
    return values[COUNTER_NAMES.indexOf(name)] as number;
  }

  /** The sessions under which the frames of a type were sent. */
  sessions(type: number): number[] {
    return this.of(type).map(({ frame }) => frame.view.getUint32(OFFSET_SESSION, true));
  }

  of(type: number): HostFrame[] {
    return this.frames.filter((frame) => frame.type === type);
  }

  private newest(type: number): FrameBuffer {
    const found = this.of(type).at(-1);
    if (found === undefined) throw new Error(`no frame of type ${type} has come`);
    return found.frame;
  }
}

function readAnswer({ frame, atUs }: HostFrame): Answer {
  const { tag, first, count } = read(frame, new HostAnswerFields(), decodeHostAnswer);
  return { atUs, tag, first: toBigInt(first), count };
}

function readRefusal({ frame }: HostFrame): Refusal {
  const { tag, code } = read(frame, new HostRefuseFields(), decodeHostRefuse);
  return { tag, code };
}

function read<Fields>(
  frame: FrameBuffer,
  into: Fields,
  decode: (frame: FrameBuffer, into: Fields) => boolean,
): Fields {
  if (!decode(frame, into)) throw new Error("a card has sent a frame of a wrong length");
  return into;
}
