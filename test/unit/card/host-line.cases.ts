import type { CardContext } from "../../../firmware/card/card-context.js";
import { HostLine } from "../../../firmware/card/host-line.js";
import { FrameBuffer } from "../../../firmware/wire/frame-buffer.js";
import { cardContext } from "../../support/card-parts.js";
import { compact } from "../../support/hex.js";
import { payloadOf } from "../../support/layout.js";
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
