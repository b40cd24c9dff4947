import type { FrameBuffer } from "../../../firmware/wire/frame-buffer.js";
import {
  FRAME_ACCEPT,
  OFFSET_TYPE,
  REFUSE_REMOVED,
  STATE_READY,
} from "../../../firmware/wire/frame-types.js";
import { packVotes } from "../../../firmware/wire/member-entries.js";
import {
  PLAN_ADD,
  PLAN_DONE,
  PLAN_FAILED,
  PLAN_HANDOVER,
  PLAN_ID_USED,
  PLAN_NO_QUORUM,
  PLAN_NOT_HEARD,
  PLAN_REMOVE,
  PLAN_REPLACE,
} from "../../../firmware/wire/plan-frames.js";
import { AcceptFields, decodeAccept } from "../../../firmware/wire/view-frames.js";
import { answersOf } from "../../support/started-fabric.js";
import type { UnitCase } from "../../support/unit-case.js";
import { TRIANGLE } from "../../support/virtual-fabric.js";

import { codeOf, founded, joinAs, listOf, MESH_OF_4, ONE, TWO } from "./member-plans-bench.js";

export const memberPlansAmidFailuresCases: readonly UnitCase[] = [
  {
    title: "a card that does not answer is not taken in; tried again under a new id it is",
    run(t) {
      const fabric = founded(MESH_OF_4, 4, 3);
      t.is(codeOf(fabric, 0, { kind: PLAN_ADD, card: 4, incarnation: 99, requestId: 1 }), PLAN_NOT_HEARD);
      t.deepEqual(listOf(fabric, 0), [
        [1, ONE],
        [2, ONE],
        [3, ONE],
      ]);
      const incarnation = joinAs(fabric, 3, 4, [1, 2, 3]);
      t.is(codeOf(fabric, 0, { kind: PLAN_ADD, card: 4, incarnation, requestId: 2 }), PLAN_ID_USED);
      const again = joinAs(fabric, 3, 5, [1, 2, 3]);
      t.is(codeOf(fabric, 0, { kind: PLAN_ADD, card: 5, incarnation: again, requestId: 3 }), PLAN_DONE);
    },
  },
  {
    title: "where the new list would have no quorum of those that answer, nothing is begun",
    run(t) {
      const fabric = founded(TRIANGLE, 3, 3);
      fabric.kill(0);
      fabric.run(500_000);
      const { primary } = fabric.status(1).status();
      t.is(codeOf(fabric, 1, { kind: PLAN_REMOVE, card: 5 - primary, requestId: 1 }), PLAN_NO_QUORUM);
      t.is(codeOf(fabric, 1, { kind: PLAN_REMOVE, card: 1, requestId: 2 }), PLAN_DONE);
      t.deepEqual(listOf(fabric, 1), [
        [2, TWO],
        [3, ONE],
      ]);
    },
  },
  {
    title: "a primary that dies amid a change: the next one settles what was joint, and the plan has failed",
    run(t) {
      for (const laterUs of [0, 100, 200, 300, 500, 1_000, 2_000, 5_000]) {
        const fabric = founded(MESH_OF_4, 4, 3);
        const incarnation = joinAs(fabric, 3, 4, [1, 2, 3]);
        fabric.plan(1, { kind: PLAN_ADD, card: 4, incarnation });
        const isJoint = (): boolean => listOf(fabric, 0).some(([, votes]) => votes === packVotes(1, 0));
        t.true(fabric.runUntil(isJoint, 500_000, 50) < 500_000);
        fabric.run(laterUs);
        fabric.kill(0);
        fabric.run(800_000);
        const list = listOf(fabric, 1);
        t.true(
          list.every(([, votes]) => votes === ONE || votes === TWO || votes === 0),
          `${laterUs} us`,
        );
        t.is(fabric.status(1).status().state, STATE_READY);
        t.is(answersOf(fabric, 2, 1).length, 1);
        fabric.boot(0);
        fabric.openHost(0);
        fabric.run(300_000);
        t.deepEqual(listOf(fabric, 0), list, "who comes back learns the list");
      }
    },
  },
  {
    title: "a card that does not answer, and then the quorum is gone: the host hears of the first",
    run(t) {
      const fabric = founded(TRIANGLE, 3, 3);
      fabric.plan(0, { kind: PLAN_ADD, card: 4, incarnation: 99 });
      fabric.run(900_000);
      fabric.kill(1);
      fabric.kill(2);
      fabric.run(3_000_000);
      t.deepEqual(
        fabric
          .host(0)
          .planResults()
          .map(([, code]) => code),
        [PLAN_NOT_HEARD],
      );
    },
  },
  {
    title:
      "a card that was away while another was replaced is taken in by the one that came, whoever else is gone",
    run(t) {
      const fabric = founded(MESH_OF_4, 4, 3);
      const incarnation = joinAs(fabric, 3, 4, [1, 2, 3]);
      t.is(codeOf(fabric, 0, { requestId: 1, kind: PLAN_HANDOVER, primary: 2, secondary: 1 }), PLAN_DONE);
      fabric.kill(2);
      fabric.run(200_000);
      const replace = { requestId: 2, kind: PLAN_REPLACE, card: 1, otherCard: 4, incarnation } as const;
      t.is(codeOf(fabric, 1, replace), PLAN_DONE);
      fabric.run(100_000);
      t.is(fabric.status(0).status().state, REFUSE_REMOVED);
      fabric.kill(1);
      fabric.run(200_000);
      fabric.boot(2);
      fabric.openHost(2);
      fabric.run(500_000);
      for (const place of [2, 3]) {
        t.is(fabric.status(place).status().state, STATE_READY);
        t.deepEqual(listOf(fabric, place), [
          [2, ONE],
          [3, ONE],
          [4, ONE],
        ]);
      }
    },
  },
  {
    title: "a joint list of which only the card that is to go has heard is settled by the others",
    run(t) {
      const fabric = founded(MESH_OF_4, 4, 4);
      const fields = new AcceptFields();
      const isJoint = (frame: FrameBuffer): boolean =>
        frame.bytes[1] === FRAME_ACCEPT &&
        decodeAccept(frame, fields) &&
        fields.memberVotes[3] === packVotes(0, 1);
      fabric.filter = (_from, to, frame) => to === 3 || !isJoint(frame);
      fabric.plan(0, { requestId: 1, kind: PLAN_REMOVE, card: 4 });
      const hasHeard = (): boolean => listOf(fabric, 3)[3]?.[1] === packVotes(0, 1);
      fabric.runUntil(hasHeard, 100_000, 100);
      fabric.kill(0);
      t.deepEqual([listOf(fabric, 1)[3]?.[1], listOf(fabric, 2)[3]?.[1]], [ONE, ONE]);
      fabric.filter = () => true;
      fabric.run(600_000);
      for (const place of [1, 2]) {
        t.is(fabric.status(place).status().state, STATE_READY);
        t.deepEqual(listOf(fabric, place), [
          [1, ONE],
          [2, ONE],
          [3, ONE],
        ]);
      }
      t.is(fabric.status(3).status().state, REFUSE_REMOVED);
    },
  },
  {
    title: "a primary that loses its quorum amid a change fails the plan",
    run(t) {
      const fabric = founded(MESH_OF_4, 4, 3);
      const incarnation = joinAs(fabric, 3, 4, [1, 2, 3]);
      fabric.plan(0, { kind: PLAN_ADD, card: 4, incarnation });
      fabric.run(100);
      for (const place of [1, 2, 3]) fabric.kill(place);
      fabric.run(2_000_000);
      t.deepEqual(
        fabric
          .host(0)
          .planResults()
          .map(([, code]) => code),
        [PLAN_FAILED],
      );
    },
  },
  {
    title:
      "a member that a removed card cuts off, and that missed the new list, asks through that card and is answered the same way",
    run(t) {
      const fabric = founded(
        [
          [0, 1],
          [1, 2],
        ],
        3,
        3,
      );
      t.is(codeOf(fabric, 0, { kind: PLAN_HANDOVER, primary: 3, secondary: 1, requestId: 1 }), PLAN_DONE);
      fabric.kill(1);
      fabric.wipe(1);
      fabric.boot(1);
      joinAs(fabric, 1, 2, [1, 3]);
      fabric.run(500_000);
      const fields = new AcceptFields();
      let lost = 0;
      fabric.filter = (_from, _to, frame) => {
        const isSettled = decodeAccept(frame, fields) && fields.memberCount === 2;
        const isLost = frame.bytes[OFFSET_TYPE] === FRAME_ACCEPT && isSettled && lost === 0;
        if (isLost) lost += 1;
        return !isLost;
      };
      fabric.plan(2, { kind: PLAN_REMOVE, card: 2, requestId: 2 });
      fabric.run(1_000_000);
      t.is(lost, 1);
      t.deepEqual(listOf(fabric, 0), [
        [1, TWO],
        [3, ONE],
      ]);
      t.is(fabric.status(0).status().state, STATE_READY, "it has two of three votes");
    },
  },
];
