import { Post } from "../../../firmware/card/post.js";
import { StandingFrame } from "../../../firmware/card/standing-frame.js";
import { memberParts } from "../../support/card-parts.js";
import { compact } from "../../support/hex.js";
import { payloadOf } from "../../support/layout.js";
import { LinkLog } from "../../support/link-log.js";
import type { UnitCase } from "../../support/unit-case.js";

const TYPE = 0x04;

export const standingFrameCases: readonly UnitCase[] = [
  {
    title: "has the header that a frame of its type has, whomever it goes to; for this card it stays here",
    run(t) {
      const sent = new LinkLog();
      const { context, post } = memberParts({ cardId: 2, base: 1n }, sent);
      const delivered: string[] = [];
      const here = new Post(context, post.router, (frame) => delivered.push(payloadOf(frame)));
      const standing = new StandingFrame(context, here, TYPE);
      t.true(standing.renew());
      t.false(standing.renew());
      standing.frame.bytes[9] = 0xab;
      standing.frame.length = 10;
      for (const card of [1, 3, 2]) standing.send(card);
      t.deepEqual(
        sent.frames.map(({ frame }) => payloadOf(frame)),
        [compact("01 04 02 01 10 07000000 ab"), compact("01 04 02 03 10 07000000 ab")],
      );
      t.deepEqual(delivered, [compact("01 04 02 02 10 07000000 ab")]);
    },
  },
  {
    title:
      "writes words into its body as it goes, over a cable or to this card, and counts what finds no room",
    run(t) {
      const sent = new LinkLog();
      let hasRoom = true;
      const { context, post } = memberParts({ cardId: 2, base: 1n }, sent, () => hasRoom);
      const delivered: string[] = [];
      const here = new Post(context, post.router, (frame) => delivered.push(payloadOf(frame)));
      const standing = new StandingFrame(context, here, TYPE);
      standing.renew();
      standing.frame.length = 16;
      standing.sendWith(3, 10, 0x0403_0201, -2, 0, 0);
      standing.sendWith(2, 10, 5, 6, 0, 0);
      hasRoom = false;
      standing.sendWith(3, 10, 7, 8, 0, 0);
      t.deepEqual(
        sent.frames.map(({ frame }) => payloadOf(frame)),
        [compact("01 04 02 03 10 07000000 00 01020304 feff")],
      );
      t.deepEqual(delivered, [compact("01 04 02 02 10 07000000 00 05000000 0600")]);
      t.is(context.counters.dropSendFull, 1);
    },
  },
  {
    title: "takes over another id and another fabric, and says nothing once the flash has failed",
    run(t) {
      const sent = new LinkLog();
      const { context, post } = memberParts({ cardId: 2, base: 1n }, sent);
      const standing = new StandingFrame(context, post, TYPE);
      standing.renew();
      context.state.cardId = 3;
      context.state.fabricId = 0xfedc_ba98;
      context.review();
      t.true(standing.renew());
      standing.frame.length = 9;
      standing.send(1);
      context.storageFailed = true;
      context.review();
      t.true(standing.renew());
      standing.send(1);
      t.deepEqual(
        sent.frames.map(({ frame }) => payloadOf(frame)),
        [compact("01 04 03 01 10 98badcfe")],
      );
    },
  },
];
