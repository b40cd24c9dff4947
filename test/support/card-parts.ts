import { CardContext } from "../../firmware/card/card-context.js";
import { Post } from "../../firmware/card/post.js";
import { Router } from "../../firmware/card/router.js";
import { DEFAULT_TIMING } from "../../firmware/wire/constants.js";
import type { FrameBuffer } from "../../firmware/wire/frame-buffer.js";
import { Uint64 } from "../../firmware/wire/uint64.js";
import { FailingRecordStore } from "./failing-record-store.js";
import { uint64 } from "./layout.js";
import { LinkLog } from "./link-log.js";
import { incarnationOf, memberList } from "./member-lists.js";
import { TestCable } from "./test-cable.js";

export interface ContextOptions {
  readonly storage?: FailingRecordStore;
  readonly sendLink?: (frame: FrameBuffer) => boolean;
  readonly sendHost?: (frame: FrameBuffer) => boolean;
}

/** The context of a blank card with one cable, for a part of a card by itself. */
export function cardContext(options: ContextOptions = {}): CardContext {
  return new CardContext({
    links: [new TestCable(options.sendLink)],
    host: new TestCable(options.sendHost),
    storage: options.storage ?? new FailingRecordStore(),
    chipId: new Uint64(),
    randomSeed: 1,
    timing: DEFAULT_TIMING,
  });
}

export interface MemberParts {
  readonly context: CardContext;
  /** Sends everything over the one cable; what the card sends to itself goes nowhere. */
  readonly post: Post;
}

/** A member of cards 1, 2 and 3 in view 0x101, of which 1 is primary and 2 secondary, warm. */
export function memberParts(
  member: { cardId: number; base: bigint },
  sent = new LinkLog(),
  hasRoom: () => boolean = () => true,
): MemberParts {
  const context = cardContext({
    sendLink: (frame) => {
      if (!hasRoom()) return false;
      sent.add(0, frame, context.nowUs);
      return true;
    },
  });
  const { state } = context;
  context.blank = false;
  state.fabricId = 7;
  state.cardId = member.cardId;
  state.incarnation = incarnationOf(member.cardId);
  state.members.copy(
    memberList([
      [1, 1],
      [2, 1],
      [3, 1],
    ]),
  );
  state.accepted.set(0x101, 1, 2, uint64(member.base));
  state.promised = 0x101;
  state.ceiling.copy(uint64(member.base));
  const router = new Router(context);
  router.adoptMembers();
  router.routeLinks.fill(0);
  router.linksByCard.fill(0);
  context.review();
  return { context, post: new Post(context, router, () => {}) };
}
