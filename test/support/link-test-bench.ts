import { LINK_TEST_LEAD_US, LINK_TEST_REPLY_US, NEIGHBOUR_ID } from "../../firmware/wire/constants.js";
import type { CounterName } from "../../firmware/wire/counter-names.js";
import { FRAME_LINK_TEST, FRAME_LINK_TEST_REPLY } from "../../firmware/wire/frame-types.js";
import {
  encodeLinkTest,
  encodeLinkTestReply,
  type HostLinkTestFields,
  LINK_TEST_BEGUN,
  LinkTestFields,
  LinkTestReplyFields,
} from "../../firmware/wire/link-test-frames.js";
import { CardBench, SESSION } from "./card-bench.js";
import type { FrameOptions } from "./card-bench-options.js";
import { hostLinkTest } from "./host-frames.js";
import { filled } from "./layout.js";
import { USUAL_BAUD } from "./virtual-fabric.js";

export const MBAUD = 1_000_000;
/** What a full send buffer takes at the usual rate. */
export const DRAIN_US = 10_240;
export const LEAD_US = LINK_TEST_LEAD_US + DRAIN_US;
export const REPLY_US = LINK_TEST_REPLY_US + 2 * DRAIN_US;
export const MAX_BAUDS = [3 * MBAUD, 3 * MBAUD];
/** From the end of a test at the card that asked to what its host is told of it. */
export const SETTLE_US = 4 * LEAD_US;

export function bench(options: { cardId?: number; maxBauds?: readonly number[] } = {}): CardBench {
  return new CardBench({ maxBauds: MAX_BAUDS, ...options });
}

export function ask(one: CardBench, options: Partial<HostLinkTestFields> = {}): void {
  one.fromHost(hostLinkTest(SESSION, options));
}

/** The other end of the cable to `source` answers. */
export function reply(
  one: CardBench,
  source: number,
  fields: Partial<LinkTestReplyFields> = {},
  options: FrameOptions = {},
): void {
  const usual = { tag: 1, code: LINK_TEST_BEGUN, configuredBaud: USUAL_BAUD, maxBaud: 4 * MBAUD };
  one.receive(
    source,
    FRAME_LINK_TEST_REPLY,
    (frame) => encodeLinkTestReply(frame, filled(new LinkTestReplyFields(), { ...usual, ...fields })),
    { destination: NEIGHBOUR_ID, hopsLeft: 1, ...options },
  );
}

/** The other end of the cable to `source` asks. */
export function asked(
  one: CardBench,
  source: number,
  fields: Partial<LinkTestFields> = {},
  options: FrameOptions = {},
): void {
  const usual = { tag: 1, baud: MBAUD, durationMs: 100 };
  one.receive(
    source,
    FRAME_LINK_TEST,
    (frame) => encodeLinkTest(frame, filled(new LinkTestFields(), { ...usual, ...fields })),
    { destination: NEIGHBOUR_ID, hopsLeft: 1, ...options },
  );
}

/** What the host was told: tag, code, whose word. */
export function told(one: CardBench): (readonly [number, number, number])[] {
  return one.host.linkTests().map(({ tag, code, card }) => [tag, code, card] as const);
}

/** The codes with which the card has answered other ends. */
export function answered(one: CardBench): number[] {
  return one.sent.linkTestReplies().map(({ fields }) => fields.code);
}

export function silentCables(one: CardBench): number {
  const condition = { state: 0, role: 0, silentCables: 0 };
  one.card.readCondition(condition, one.nowUs);
  return condition.silentCables;
}

export function counter(one: CardBench, name: CounterName): number {
  return one.card.counters[name];
}
