import { MAX_ECHO_WAIT_MS, MAX_ECHOES, NEIGHBOUR_ID } from "../wire/constants.js";
import {
  decodeHostEcho,
  ECHO_BACK,
  ECHO_BAD,
  ECHO_BUSY,
  ECHO_CHANGED,
  ECHO_CUT,
  ECHO_LOST,
  ECHO_NO_CABLE,
  ECHO_NO_MEMBER,
  ECHO_NO_ROOM,
  ECHO_PATTERNS,
  encodeHostEchoResult,
  fillEcho,
  HostEchoFields,
  hasSamePayload,
  MAX_ECHO_BYTES,
  readEchoTag,
  writeEchoTag,
} from "../wire/echo-frames.js";
import { FrameBuffer } from "../wire/frame-buffer.js";
import { FRAME_ECHO, FRAME_ECHO_REPLY, FRAME_HOST_ECHO_RESULT } from "../wire/frame-types.js";
import { writeFabricHeader } from "../wire/header.js";
import type { CardContext } from "./card-context.js";
import type { HostLine } from "./host-line.js";
import type { Router } from "./router.js";

const NO_LINK = -1;
const US_PER_MS = 1_000;

/** One echo that the host has asked for and has not been told of. */
class OpenEcho {
  readonly asked = new HostEchoFields();
  isOpen = false;
  isSent = false;
  sentUs = 0;
}

/**
 * Sends echoes over single cables where a host wants to know how good they are, and answers those of other members. A few
 * are under way at most, each goes over one cable and back, and what is to go out first of all, goes out before them.
 */
export class Echoes {
  /** What the host asks for. */
  private readonly asked = new HostEchoFields();
  private readonly context: CardContext;
  private readonly line: HostLine;
  private readonly router: Router;
  private readonly open: OpenEcho[] = [];
  /** An echo with its payload, which most often is that of the next one too: to fill one takes longer than to send it. */
  private readonly echo = new FrameBuffer();
  private heldLink = NO_LINK;
  private filledPattern = -1;
  private filledBytes = 0;

  constructor(context: CardContext, line: HostLine, router: Router) {
    this.context = context;
    this.line = line;
    this.router = router;
    for (let index = 0; index < MAX_ECHOES; index += 1) this.open.push(new OpenEcho());
  }

  /** Takes a HOST_ECHO. It goes out in the next tick, behind hellos and beacons that are due. */
  ask(frame: FrameBuffer): void {
    const { asked, context } = this;
    if (!decodeHostEcho(frame, asked)) {
      context.counters.dropLength += 1;
      return;
    }
    const code = this.refusal();
    const echo = this.free();
    if (code !== ECHO_BACK || echo === undefined) {
      this.tell(asked.tag, code === ECHO_BACK ? ECHO_BUSY : code, 0);
      return;
    }
    echo.isOpen = true;
    echo.isSent = false;
    echo.asked.copy(asked);
    // Now, as the time that it takes is none of the cable's.
    this.fill(asked);
    context.hasNews = true;
    context.wakeBy(context.nowUs);
  }

  /** Takes an ECHO that came over `link` from a member: it goes back at once. */
  answer(link: number, frame: FrameBuffer): void {
    const { context, router } = this;
    if (readEchoTag(frame) < 0) {
      context.counters.dropLength += 1;
      return;
    }
    writeFabricHeader(frame, FRAME_ECHO_REPLY, context.cardId, NEIGHBOUR_ID, 1, context.state.fabricId);
    router.sendOver(link, frame);
  }

  /** Takes an ECHO_REPLY that came over `link` from a member. */
  receiveReply(link: number, frame: FrameBuffer): void {
    const { context } = this;
    const tag = readEchoTag(frame);
    if (tag < 0) {
      context.counters.dropLength += 1;
      return;
    }
    const echo = this.find(link, tag);
    if (echo === undefined) {
      context.counters.dropRole += 1;
      return;
    }
    this.fill(echo.asked);
    const code = hasSamePayload(frame, this.echo) ? ECHO_BACK : ECHO_CHANGED;
    this.end(echo, code, context.nowUs - echo.sentUs);
  }

  tick(): void {
    for (const echo of this.open) {
      if (!echo.isOpen) continue;
      if (!this.context.isReady) this.end(echo, ECHO_NO_MEMBER, 0);
      else if (echo.isSent) this.await(echo);
      else this.send(echo);
    }
  }

  /** Forgets what an earlier session asked for. */
  reset(): void {
    for (const echo of this.open) echo.isOpen = false;
  }

  /** The two ends of `link` may not have the same rate now: what is under way there says nothing of the cable. */
  hold(link: number): void {
    this.heldLink = link;
    for (const echo of this.open) if (echo.isOpen && echo.asked.link === link) this.end(echo, ECHO_CUT, 0);
  }

  /** Both ends of the cable held have the same rate again. */
  release(): void {
    this.heldLink = NO_LINK;
  }

  private refusal(): number {
    const { asked, context } = this;
    if (!context.isReady) return ECHO_NO_MEMBER;
    if (asked.link === this.heldLink) return ECHO_CUT;
    if (asked.link >= context.environment.links.length) return ECHO_NO_CABLE;
    if (asked.pattern >= ECHO_PATTERNS || asked.payloadBytes > MAX_ECHO_BYTES) return ECHO_BAD;
    return asked.waitMs === 0 || asked.waitMs > MAX_ECHO_WAIT_MS ? ECHO_BAD : ECHO_BACK;
  }

  private fill({ pattern, payloadBytes }: HostEchoFields): void {
    if (pattern === this.filledPattern && payloadBytes === this.filledBytes) return;
    fillEcho(this.echo, pattern, payloadBytes);
    this.filledPattern = pattern;
    this.filledBytes = payloadBytes;
  }

  private send(echo: OpenEcho): void {
    const { context, router } = this;
    this.fill(echo.asked);
    writeEchoTag(this.echo, echo.asked.tag);
    writeFabricHeader(this.echo, FRAME_ECHO, context.cardId, NEIGHBOUR_ID, 1, context.state.fabricId);
    echo.isSent = true;
    echo.sentUs = context.nowUs;
    if (router.sendOver(echo.asked.link, this.echo)) this.await(echo);
    else this.end(echo, ECHO_NO_ROOM, 0);
  }

  private await(echo: OpenEcho): void {
    const { context } = this;
    const endUs = echo.sentUs + echo.asked.waitMs * US_PER_MS;
    if (context.nowUs >= endUs) this.end(echo, ECHO_LOST, 0);
    else context.wakeBy(endUs);
  }

  private free(): OpenEcho | undefined {
    for (const echo of this.open) if (!echo.isOpen) return echo;
    return undefined;
  }

  private find(link: number, tag: number): OpenEcho | undefined {
    for (const echo of this.open) {
      const { asked, isOpen, isSent } = echo;
      if (isOpen && isSent && asked.tag === tag && asked.link === link) return echo;
    }
    return undefined;
  }

  private end(echo: OpenEcho, code: number, roundTripUs: number): void {
    echo.isOpen = false;
    this.tell(echo.asked.tag, code, roundTripUs);
  }

  private tell(tag: number, code: number, roundTripUs: number): void {
    encodeHostEchoResult(this.line.frame, tag, code, roundTripUs);
    this.line.send(FRAME_HOST_ECHO_RESULT, this.line.frame);
  }
}
