import { REFUSE_JOINING, REFUSE_REMOVED, STATE_READY } from "../../../firmware/wire/frame-types.js";
import { CARD_FLAG_REMOVED, INIT_FOUND } from "../../../firmware/wire/host-setup-frames.js";
import {
  PLAN_ADD,
  PLAN_DONE,
  PLAN_HANDOVER,
  PLAN_ID_USED,
  PLAN_IS_PRIMARY,
  PLAN_REMOVE,
  PLAN_REPLACE,
} from "../../../firmware/wire/plan-frames.js";
import { Uint64 } from "../../../firmware/wire/uint64.js";
import { AskingHosts } from "../../support/asking-hosts.js";
import { hostInit } from "../../support/host-frames.js";
import { answersOf } from "../../support/started-fabric.js";
import type { UnitCase } from "../../support/unit-case.js";
import { line, ring, star, TRIANGLE } from "../../support/virtual-fabric.js";

import { codeOf, founded, joinAs, listOf, MESH_OF_4, ONE, TWO } from "./member-plans-bench.js";

export const memberPlansCases: readonly UnitCase[] = [
  {
    title: "a card is added, over any way, while all others go on; it gets numbers and a vote",
    run(t) {
      for (const cables of [MESH_OF_4, line(4), ring(4), star(4)]) {
        const fabric = founded(cables, 4, 3);
        const incarnation = joinAs(fabric, 3, 4, [1, 2, 3]);
        t.is(fabric.status(3).status().state, REFUSE_JOINING);
        const hosts = new AskingHosts(fabric, (place) => (place < 3 ? 1 : 0));
        hosts.run(20_000);
        fabric.plan(1, { kind: PLAN_ADD, card: 4, incarnation });
        hosts.run(500_000);
        t.deepEqual(
          fabric
            .host(1)
            .planResults()
            .map(([, code]) => code),
          [PLAN_DONE],
        );
        t.deepEqual(hosts.checker.faults, []);
        t.is(hosts.refusals.size, 0, "nobody noticed");
        for (const place of [0, 1, 2, 3]) {
          t.deepEqual(listOf(fabric, place), [
            [1, TWO],
            [2, ONE],
            [3, ONE],
            [4, ONE],
          ]);
        }
        t.is(answersOf(fabric, 3, 1).length, 1);
        if (cables !== MESH_OF_4) continue;
        fabric.kill(1);
        fabric.kill(2);
        fabric.run(700_000);
        t.is(fabric.status(0).status().state, STATE_READY, "three of five votes");
      }
    },
  },
  {
    title: "no number is skipped by it",
    run(t) {
      const fabric = founded(MESH_OF_4, 4, 3);
      t.deepEqual(answersOf(fabric, 0, 1), [1n]);
      const incarnation = joinAs(fabric, 3, 4, [1, 2, 3]);
      t.is(codeOf(fabric, 0, { kind: PLAN_ADD, card: 4, incarnation, requestId: 1 }), PLAN_DONE);
      t.deepEqual(answersOf(fabric, 1, 2), [2n]);
      t.is(codeOf(fabric, 0, { kind: PLAN_REMOVE, card: 3, requestId: 2 }), PLAN_DONE);
      t.deepEqual(answersOf(fabric, 3, 3), [3n]);
    },
  },
  {
    title: "a removed card learns of it, is refused for good, and takes an init as a blank one does",
    run(t) {
      const fabric = founded(TRIANGLE, 3, 3);
      t.is(codeOf(fabric, 0, { kind: PLAN_REMOVE, card: 3 }), PLAN_DONE);
      fabric.run(200_000);
      t.deepEqual(listOf(fabric, 0), [
        [1, TWO],
        [2, ONE],
      ]);
      const removed = fabric.status(2).status();
      t.deepEqual([removed.state, removed.flags], [REFUSE_REMOVED, CARD_FLAG_REMOVED]);
      fabric.host(2).clear();
      fabric.request(2, 5);
      t.deepEqual(fabric.host(2).refusals(), [{ tag: 5, code: REFUSE_REMOVED }]);
      fabric.kill(2);
      fabric.boot(2);
      fabric.openHost(2);
      fabric.run(300_000);
      t.is(fabric.status(2).status().state, REFUSE_REMOVED, "after a restart, too");
      t.is(codeOf(fabric, 0, { kind: PLAN_ADD, card: 3, incarnation: 5, requestId: 2 }), PLAN_ID_USED);
      t.is(fabric.host(0).planResults().at(-1)?.[2], 4n, "the least id that is free");
      const incarnation = joinAs(fabric, 2, 4, [1, 2]);
      t.is(codeOf(fabric, 1, { kind: PLAN_ADD, card: 4, incarnation, requestId: 3 }), PLAN_DONE);
      fabric.run(100_000);
      t.is(answersOf(fabric, 2, 6).length, 1);
    },
  },
  {
    title: "a dead card is replaced, whatever role it had; should it come back it is refused",
    run(t) {
      for (const dead of [0, 1, 2]) {
        const fabric = founded(MESH_OF_4, 4, 3);
        fabric.kill(dead);
        fabric.run(500_000);
        const asking = dead === 0 ? 1 : 0;
        const others = [1, 2, 3].filter((card) => card !== dead + 1);
        const incarnation = joinAs(fabric, 3, 4, [1, 2, 3]);
        const plan = { kind: PLAN_REPLACE, card: dead + 1, otherCard: 4, incarnation };
        t.is(codeOf(fabric, asking, plan), PLAN_DONE);
        t.deepEqual(
          listOf(fabric, asking),
          [...others, 4].map((card) => [card, ONE]),
        );
        fabric.boot(dead);
        fabric.openHost(dead);
        fabric.run(300_000);
        t.is(fabric.status(dead).status().state, REFUSE_REMOVED);
        t.is(answersOf(fabric, 3, 1).length, 1);
      }
    },
  },
  {
    title: "the primary hands its role over before it is removed",
    run(t) {
      const fabric = founded(TRIANGLE, 3, 3);
      t.is(codeOf(fabric, 1, { kind: PLAN_REMOVE, card: 1, requestId: 1 }), PLAN_IS_PRIMARY);
      t.is(codeOf(fabric, 1, { kind: PLAN_HANDOVER, primary: 2, requestId: 2 }), PLAN_DONE);
      t.is(codeOf(fabric, 1, { kind: PLAN_REMOVE, card: 1, requestId: 3 }), PLAN_DONE);
      fabric.run(200_000);
      t.deepEqual([fabric.status(0).status().state, fabric.status(1).status().state], [REFUSE_REMOVED, 0]);
    },
  },
  {
    title: "all cards of a fabric can be replaced, one after the other, and it goes on counting",
    run(t) {
      const cards = 7;
      const mesh: [number, number][] = [];
      for (let one = 0; one < cards; one += 1)
        for (let other = one + 1; other < cards; other += 1) mesh.push([one, other]);
      const fabric = founded(mesh, cards, 3);
      let newest = 0n;
      let list = [1, 2, 3];
      for (let card = 4; card <= 7; card += 1) {
        const leaver = list[0] as number;
        const asking = (list[1] as number) - 1;
        fabric.kill(leaver - 1);
        fabric.run(500_000);
        const incarnation = joinAs(fabric, card - 1, card, list);
        const plan = { kind: PLAN_REPLACE, card: leaver, otherCard: card, incarnation, requestId: card };
        t.is(codeOf(fabric, asking, plan), PLAN_DONE, `card ${card}`);
        list = [...list.slice(1), card];
        const [number] = answersOf(fabric, card - 1, card);
        t.true((number as bigint) > newest);
        newest = number as bigint;
      }
      t.deepEqual(listOf(fabric, 6), [
        [5, ONE],
        [6, ONE],
        [7, ONE],
      ]);
    },
  },
  {
    title:
      "a fabric that has lost its quorum for good is left for a new one, which begins above all that is known",
    run(t) {
      const fabric = founded(TRIANGLE, 3, 3);
      for (let tag = 1; tag <= 5; tag += 1) answersOf(fabric, 0, tag);
      fabric.kill(1);
      fabric.kill(2);
      fabric.run(600_000);
      t.true(fabric.status(0).status().state !== STATE_READY);
      fabric.fromHost(
        0,
        hostInit({
          session: 1,
          fabricId: 8,
          cardId: 1,
          first: new Uint64(0, 200_000),
          kind: INIT_FOUND,
          replacesFabricId: 7,
          members: [[1, 1]],
        }),
      );
      fabric.run(200_000);
      t.deepEqual(answersOf(fabric, 0, 9), [200_000n]);
      fabric.boot(1);
      fabric.boot(2);
      fabric.openHost(1);
      fabric.run(600_000);
      t.true(
        answersOf(fabric, 1, 9).every((number) => number < 200_000n),
        "the others never hear of it",
      );
      t.deepEqual(answersOf(fabric, 0, 10), [200_001n]);
    },
  },
];
