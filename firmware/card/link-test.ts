import {
  LINK_TEST_BURST_US,
  LINK_TEST_LEAD_US,
  LINK_TEST_REPLY_US,
  LINK_TEST_SHARE,
  MAX_LINK_TEST_MS,
  MIN_LINK_BAUD,
  NEIGHBOUR_ID,
} from "../wire/constants.js";
import type { FrameBuffer } from "../wire/frame-buffer.js";
import { FRAME_HOST_LINK_TEST_RESULT, FRAME_LINK_TEST, FRAME_LINK_TEST_REPLY } from "../wire/frame-types.js";
import { writeFabricHeader } from "../wire/header.js";
import {
  decodeHostLinkTest,
  decodeLinkTest,
  decodeLinkTestReply,
  encodeHostLinkTestResult,
  encodeLinkTest,
  encodeLinkTestReply,
  HostLinkTestFields,
  HostLinkTestResultFields,
  LINK_TEST_BAD_BAUD,
  LINK_TEST_BAD_DURATION,
  LINK_TEST_BEGUN,
  LINK_TEST_BUSY,
  LINK_TEST_DONE,
  LINK_TEST_FIXED,
  LINK_TEST_NO_CABLE,
  LINK_TEST_NO_MEMBER,
  LINK_TEST_NO_REPLY,
  LINK_TEST_RESTS,
  type LinkTestFields,
} from "../wire/link-test-frames.js";
import type { CardContext, LinkRate } from "./card-context.js";
import type { Echoes } from "./echoes.js";
import type { HostLine } from "./host-line.js";
import type { Router } from "./router.js";

const US_PER_MS = 1_000;
/** A full send buffer of a board, a start and a stop bit to each byte. */
const SEND_BUFFER_BITS = 2_048 * 10;

const IDLE = 0;
/** The other end was asked, and has not answered. */
const ASKING = 1;
/** Agreed: what is under way on the cable arrives before its rate changes. */
const LEADING = 2;
/** The cable has the rate under test. */
const TESTING = 3;
/** This end is back at its rate, and the other one soon will be. */
const SETTLING = 4;

/**
 * Has a cable run at another rate for a while, by agreement with its other end. From the agreement on the router leaves the
 * cable alone, and echoes only go over it. Each end goes back by its own clock, whatever it hears or does not hear
 * meanwhile, and a card that starts has its configured rate. For the fabric a cable under test is one that is cut for a moment.
 */
export class LinkTest {
  private readonly context: CardContext;
  private readonly line: HostLine;
  private readonly router: Router;
  private readonly echoes: Echoes;
  /** The test that is under way; its `link` says at which cable. */
  private readonly test = new HostLinkTestFields();
  private readonly asked = new HostLinkTestFields();
  private readonly answer = new HostLinkTestResultFields();
  private phase = IDLE;
  private untilUs = 0;
  /** The host of this card has asked for it; not that of the other end. */
  private isOwn = false;
  /** The session that asked for it is still open. */
  private tellsHost = false;
  /** The lower limit of both ends; 0: not known. */
  private agreedMaxBaud = 0;
  /** When the tests that other cards have asked for will have been paid for by rest. */
  private restedUs = 0;

  constructor(context: CardContext, line: HostLine, router: Router, echoes: Echoes) {
    this.context = context;
    this.line = line;
    this.router = router;
    this.echoes = echoes;
  }

  /** Takes a HOST_LINK_TEST. */
  ask(frame: FrameBuffer): void {
    const { asked, context, test } = this;
    if (!decodeHostLinkTest(frame, asked)) {
      context.counters.dropLength += 1;
      return;
    }
    const { link } = asked;
    const code = this.refusal(link, asked);
    if (code !== LINK_TEST_BEGUN) {
      this.tell(asked, code, context.cardId, this.rateOf(link)?.maxBaud ?? 0);
      return;
    }
    this.take(link, asked);
    this.isOwn = true;
    this.tellsHost = true;
    this.agreedMaxBaud = 0;
    encodeLinkTest(frame, test);
    this.enter(ASKING, LINK_TEST_REPLY_US + 2 * this.drainUs());
    this.send(FRAME_LINK_TEST, link, frame);
  }

  /** Takes a LINK_TEST that came over `link` from a member. */
  receive(link: number, frame: FrameBuffer): void {
    const { context, asked, answer } = this;
    if (!decodeLinkTest(frame, asked)) {
      context.counters.dropLength += 1;
      return;
    }
    const rate = this.rateOf(link);
    const refused = this.refusal(link, asked);
    const begins = refused === LINK_TEST_BEGUN && asked.durationMs > 0;
    answer.code = refused === LINK_TEST_BEGUN && !begins ? LINK_TEST_DONE : refused;
    if (begins && this.restedUs > context.nowUs + LINK_TEST_BURST_US) answer.code = LINK_TEST_RESTS;
    answer.tag = asked.tag;
    answer.configuredBaud = rate?.configuredBaud ?? 0;
    answer.maxBaud = rate?.maxBaud ?? 0;
    encodeLinkTestReply(frame, answer);
    const wasSent = this.send(FRAME_LINK_TEST_REPLY, link, frame);
    if (!wasSent || answer.code !== LINK_TEST_BEGUN) return;
    this.restedUs = Math.max(this.restedUs, context.nowUs) + asked.durationMs * US_PER_MS * LINK_TEST_SHARE;
    this.take(link, asked);
    this.isOwn = false;
    this.tellsHost = false;
    this.lead();
  }

  /** Takes a LINK_TEST_REPLY that came over `link` from the member `source`. */
  receiveReply(link: number, source: number, frame: FrameBuffer): void {
    const { context, answer, test } = this;
    if (!decodeLinkTestReply(frame, answer)) {
      context.counters.dropLength += 1;
    } else if (this.phase !== ASKING || link !== test.link || answer.tag !== test.tag) {
      context.counters.dropRole += 1;
    } else {
      this.agreedMaxBaud = Math.min(this.ownRate().maxBaud, answer.maxBaud);
      if (answer.code === LINK_TEST_BEGUN && test.durationMs > 0) this.lead();
      else this.end(answer.code, source);
    }
  }

  tick(): void {
    const { context, test, router } = this;
    if (this.phase === IDLE) return;
    if (context.nowUs < this.untilUs) {
      context.wakeBy(this.untilUs);
      return;
    }
    switch (this.phase) {
      case ASKING:
        this.end(LINK_TEST_NO_REPLY, context.cardId);
        break;
      case LEADING:
        this.ownRate().setBaud(test.baud);
        this.enter(TESTING, test.durationMs * US_PER_MS + (this.isOwn ? 0 : this.overhangUs()));
        this.echoes.release();
        this.tellOwn(LINK_TEST_BEGUN, context.cardId);
        break;
      case TESTING:
        this.ownRate().setBaud(this.ownRate().configuredBaud);
        this.echoes.hold(test.link);
        // The end that was asked changes back last. Were its clock 1 % slow, it is back by the end of twice the overhang.
        this.enter(SETTLING, this.isOwn ? 2 * this.overhangUs() : 0);
        break;
      default:
        router.takeBack();
        this.end(LINK_TEST_DONE, context.cardId);
    }
  }

  /** The session that asked has ended. What was agreed with the other end is kept. */
  reset(): void {
    this.tellsHost = false;
  }

  /** @returns LINK_TEST_BEGUN, which stands for "may be asked" too, or why not. */
  private refusal(link: number, { baud, durationMs }: LinkTestFields): number {
    const { context } = this;
    if (!context.isReady) return LINK_TEST_NO_MEMBER;
    if (link >= context.environment.links.length) return LINK_TEST_NO_CABLE;
    const rate = this.rateOf(link);
    if (rate === undefined) return LINK_TEST_FIXED;
    if (durationMs > MAX_LINK_TEST_MS) return LINK_TEST_BAD_DURATION;
    if (durationMs > 0 && (baud < MIN_LINK_BAUD || baud > rate.maxBaud)) return LINK_TEST_BAD_BAUD;
    return this.phase === IDLE ? LINK_TEST_BEGUN : LINK_TEST_BUSY;
  }

  private take(link: number, { tag, baud, durationMs }: LinkTestFields): void {
    const { test } = this;
    test.link = link;
    test.tag = tag;
    test.baud = baud;
    test.durationMs = durationMs;
  }

  private lead(): void {
    const { link } = this.test;
    this.router.sendAway(link);
    this.echoes.hold(link);
    this.enter(LEADING, this.leadUs());
  }

  private enter(phase: number, us: number): void {
    const { context } = this;
    this.phase = phase;
    this.untilUs = context.nowUs + us;
    context.hasNews = true;
    context.wakeBy(this.untilUs);
  }

  private end(code: number, card: number): void {
    this.phase = IDLE;
    this.echoes.release();
    this.tellOwn(code, card);
  }

  private tellOwn(code: number, card: number): void {
    if (this.tellsHost) this.tell(this.test, code, card, this.agreedMaxBaud);
  }

  private tell({ link, tag }: HostLinkTestFields, code: number, card: number, maxBaud: number): void {
    const { answer, line } = this;
    answer.tag = tag;
    answer.code = code;
    answer.card = card;
    answer.configuredBaud = this.rateOf(link)?.configuredBaud ?? 0;
    answer.maxBaud = maxBaud;
    encodeHostLinkTestResult(line.frame, answer);
    line.send(FRAME_HOST_LINK_TEST_RESULT, line.frame);
  }

  private send(type: number, link: number, frame: FrameBuffer): boolean {
    const { context } = this;
    writeFabricHeader(frame, type, context.cardId, NEIGHBOUR_ID, 1, context.state.fabricId);
    return this.router.sendOver(link, frame);
  }

  private rateOf(link: number): LinkRate | undefined {
    const { environment } = this.context;
    return link < environment.links.length ? environment.rateOfLink?.(link) : undefined;
  }

  /** That of the cable under test, which was found to have one. */
  private ownRate(): LinkRate {
    return this.rateOf(this.test.link) as LinkRate;
  }

  private drainUs(): number {
    return (SEND_BUFFER_BITS * 1_000_000) / this.ownRate().configuredBaud;
  }

  private leadUs(): number {
    return LINK_TEST_LEAD_US + this.drainUs();
  }

  /** The end that was asked has agreed first, so it stays at the rate until the one that asked has left it for sure. */
  private overhangUs(): number {
    return 2 * this.leadUs();
  }
}
