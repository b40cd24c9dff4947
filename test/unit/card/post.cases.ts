import type { CardContext } from "../../../firmware/card/card-context.js";
import { Post } from "../../../firmware/card/post.js";
import { Router } from "../../../firmware/card/router.js";
import { FrameBuffer } from "../../../firmware/wire/frame-buffer.js";
import { cardContext } from "../../support/card-parts.js";
import { compact } from "../../support/hex.js";
import { payloadOf } from "../../support/layout.js";
import { memberList } from "../../support/member-lists.js";
import type { UnitCase } from "../../support/unit-case.js";

/** A post whose deliveries are kept. */
class PostBench {
  readonly context: CardContext;
  readonly post: Post;
  readonly delivered: string[] = [];
  readonly sent: string[] = [];

  constructor() {
    this.context = cardContext({ sendLink: (frame) => this.sent.push(payloadOf(frame)) > 0 });
    const { state } = this.context;
    state.fabricId = 0x0102_0304;
    state.cardId = 2;
    state.members.copy(
      memberList([
        [2, 1],
        [5, 1],
      ]),
    );
    const router = new Router(this.context);
    router.adoptMembers();
    router.linksByCard[5] = 0;
    this.post = new Post(this.context, router, (frame) => this.delivered.push(payloadOf(frame)));
  }
}

function body(): FrameBuffer {
  const frame = new FrameBuffer();
  frame.bytes[9] = 0xab;
  frame.length = 10;
  return frame;
}

export const postCases: readonly UnitCase[] = [
  {
    title:
      "a frame for another goes over the cable, one for this card to this card, both with the same header",
    run(t) {
      const bench = new PostBench();
      bench.post.send(0x04, 5, body());
      bench.post.send(0x04, 2, body());
      t.deepEqual(bench.sent, [compact("01 04 02 05 10 04030201 ab")]);
      t.deepEqual(bench.delivered, [compact("01 04 02 02 10 04030201 ab")]);
    },
  },
  {
    title: "a card whose flash has failed says nothing, not even to itself",
    run(t) {
      const bench = new PostBench();
      bench.context.storageFailed = true;
      bench.post.send(0x04, 5, body());
      bench.post.send(0x04, 2, body());
      t.deepEqual([bench.sent, bench.delivered], [[], []]);
    },
  },
];
