import type { CardContext } from "../../../firmware/card/card-context.js";
import { HostLine } from "../../../firmware/card/host-line.js";
import { FrameBuffer } from "../../../firmware/wire/frame-buffer.js";
import { cardContext } from "../../support/card-parts.js";
import { compact } from "../../support/hex.js";
import { frameFrom, payloadOf } from "../../support/layout.js";
import type { TestCable } from "../../support/test-cable.js";
import type { UnitCase } from "../../support/unit-case.js";

function bench(): {
  line: HostLine;
  context: CardContext;
  sent: string[];
  accept: (accepts: boolean) => void;
} {
  const sent: string[] = [];
  let accepts = true;
  const context = cardContext({
    sendHost: (frame) => {
      if (accepts) sent.push(payloadOf(frame));
      return accepts;
    },
  });
  const accept = (value: boolean): void => {
    accepts = value;
  };
  return { line: new HostLine(context), context, sent, accept };
}

function body(): FrameBuffer {
  const frame = new FrameBuffer();
  frame.bytes[6] = 0xab;
  frame.length = 7;
  return frame;
}

export const hostLineCases: readonly UnitCase[] = [
  {
    title: "sends under the session that is open, and nothing while none is",
    run(t) {
      const { line, sent } = bench();
      t.false(line.send(0x61, body()));
      line.open(0x0102_0304);
      t.true(line.send(0x61, body()));
      line.open(0xffff_ffff);
      t.true(line.send(0x62, body()));
      line.close();
      t.false(line.send(0x61, body()));
      t.deepEqual(sent, [compact("01 61 04030201 ab"), compact("01 62 ffffffff ab")]);
    },
  },
  {
    title: "answers a session that is not open under its own number",
    run(t) {
      const { line, sent } = bench();
      t.true(line.sendAs(5, 0x62, body()));
      line.open(6);
      t.true(line.sendAs(5, 0x62, body()));
      t.deepEqual(sent, [compact("01 62 05000000 ab"), compact("01 62 05000000 ab")]);
    },
  },
  {
    title:
      "sends words as a body, under the session that is open and with the type that they have, and counts what finds no room",
    run(t) {
      const { line, context, sent, accept } = bench();
      t.false(line.sendWords(0x61, 10, 1, 2, 3, 4));
      line.open(0x0102_0304);
      t.true(line.sendWords(0x61, 10, 1, 2, 3, 4));
      t.true(line.sendWords(0x61, 10, -1, 2, 3, 4));
      t.true(line.sendWords(0x64, 22, 1, 2, 3, 0x0403_0201));
      t.true(line.send(0x62, body()));
      t.true(line.sendWords(0x64, 8, 9, 2, 3, 4));
      line.open(5);
      t.true(line.sendWords(0x64, 8, 9, 2, 3, 4));
      accept(false);
      t.false(line.sendWords(0x64, 8, 9, 2, 3, 4));
      t.is(context.counters.dropSendFull, 1);
      t.deepEqual(
        sent,
        [
          "01 61 04030201 01000000",
          "01 61 04030201 ffffffff",
          "01 64 04030201 01000000 02000000 03000000 01020304",
          "01 62 04030201 ab",
          "01 64 04030201 0900",
          "01 64 05000000 0900",
        ].map(compact),
      );
    },
  },
  {
    title: "what is like a request is known as long as its session is open",
    run(t) {
      const { line, context } = bench();
      const { expected } = context.environment.host as TestCable;
      const request = (session: string): FrameBuffer => frameFrom(compact(`01 41 ${session} 07000000 0100`));
      line.open(5);
      line.expectMore(request("05000000"));
      t.true(expected.meaningOf(frameFrom(compact("01 41 05000000 08000000 0200")), 1) > 0);
      t.is(expected.meaningOf(request("06000000"), 1), 0, "of another session");
      t.is(expected.meaningOf(frameFrom(compact("01 41 05000000 08000000 02")), 1), 0, "not whole");
      line.open(6);
      t.is(expected.meaningOf(request("05000000"), 1), 0, "the session is another");
      line.expectMore(request("06000000"));
      line.close();
      t.is(expected.meaningOf(request("06000000"), 1), 0, "none is open");
    },
  },
  {
    title: "tells and counts where the host has no room",
    run(t) {
      const { line, context, sent, accept } = bench();
      line.open(1);
      accept(false);
      t.false(line.send(0x61, body()));
      t.false(line.sendAs(2, 0x61, body()));
      t.is(context.counters.dropSendFull, 2);
      line.close();
      t.false(line.send(0x61, body()));
      t.is(context.counters.dropSendFull, 2, "with no session there is nothing to drop");
      t.deepEqual(sent, []);
    },
  },
];
