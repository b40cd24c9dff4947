import { DEFAULT_TIMING, DEFAULT_WINDOW } from "../../../firmware/wire/constants.js";
import {
  REFUSE_COLD,
  REFUSE_NO_LEASE,
  REFUSE_NO_VIEW,
  STATE_READY,
} from "../../../firmware/wire/frame-types.js";
import { toBigInt } from "../../support/layout.js";
import { answersOf, codesOf, started } from "../../support/started-fabric.js";
import type { UnitCase } from "../../support/unit-case.js";
import { line, ring, TRIANGLE } from "../../support/virtual-fabric.js";

export const recoveryCases: readonly UnitCase[] = [
  {
    title:
      "a primary that was restarted is replaced by its secondary; nothing is skipped, nothing comes twice",
    run(t) {
      const fabric = started(3, TRIANGLE);
      t.deepEqual(answersOf(fabric, 2, 1), [1n]);
      fabric.kill(0);
      fabric.run(5000);
      fabric.boot(0);
      fabric.openHost(0);
      t.is(fabric.status(0).status().state, REFUSE_COLD);
      fabric.run(2 * DEFAULT_TIMING.leaseUs);
      const found = [0, 1, 2].map((place) => answersOf(fabric, place, 2));
      t.deepEqual(found, [[2n], [3n], [4n]]);
      const { view, primary, secondary } = fabric.status(2).status();
      t.true(view > 0x101);
      t.deepEqual([primary, secondary], [2, 3], "card 1 may not promise yet");
    },
  },
  {
    title: "a secondary that was restarted is replaced at once; nothing is skipped, nothing comes twice",
    run(t) {
      const fabric = started(3, TRIANGLE);
      t.deepEqual(answersOf(fabric, 2, 1), [1n]);
      fabric.kill(1);
      fabric.boot(1);
      fabric.openHost(1);
      // As long as all acknowledge, beacons are rarer.
      fabric.run(2 * DEFAULT_TIMING.beaconUs + 2000);
      t.is(fabric.at(1).card?.counters.storesReceived, 0);
      const { view, primary, secondary, base } = fabric.status(2).status();
      t.true(view > 0x101);
      t.deepEqual([primary, secondary], [1, 3], "the restarted card may not promise yet");
      t.is(toBigInt(base), 2n);
      t.deepEqual(
        [0, 1, 2].map((place) => answersOf(fabric, place, 2)),
        [[2n], [3n], [4n]],
      );
    },
  },
  {
    title: "a fabric that was restarted whole is ready within half a second, and skips to its ceiling",
    run(t) {
      for (const [cards, cables] of [
        [2, line(2)],
        [3, TRIANGLE],
        [4, ring(4)],
        [5, ring(5)],
      ] as const) {
        const fabric = started(cards, cables);
        const before = answersOf(fabric, 1, 1)[0] ?? 0n;
        fabric.cards.forEach((_, place) => {
          fabric.kill(place);
        });
        fabric.run(10_000);
        fabric.cards.forEach((_, place) => {
          fabric.boot(place);
          fabric.openHost(place);
        });
        const isReady = (): boolean =>
          fabric.cards.every((_, place) => fabric.host(place).viewStates().at(-1) === STATE_READY);
        t.true(fabric.runUntil(isReady, 1_000_000) < 500_000, `${cards} cards`);
        fabric.cards.forEach((_, place) => {
          const after = answersOf(fabric, place, 1)[0] ?? 0n;
          t.true(after > before && after <= before + BigInt(DEFAULT_WINDOW + 8), `${cards} cards: ${after}`);
        });
      }
    },
  },
  {
    title:
      "a primary that is cut off stops within its lease; the others go on without it, and take it back in",
    run(t) {
      const fabric = started(5, ring(5));
      const before = answersOf(fabric, 0, 1)[0] ?? 0n;
      fabric.cut(0);
      fabric.cut(4);
      const cutUs = fabric.nowUs;
      let assignedUs = 0;
      for (let tag = 2; fabric.nowUs < cutUs + 200_000; tag += 1) {
        const assigned = fabric.at(0).card?.counters.numbersAssigned;
        // A new session each time: what the one before asks for is never answered, and the next would wait behind it.
        fabric.openHost(0, 1000 + tag);
        fabric.request(0, tag, 1, 1000 + tag);
        if (fabric.at(0).card?.counters.numbersAssigned !== assigned) assignedUs = fabric.nowUs;
        fabric.run(500);
      }
      t.true(assignedUs > cutUs && assignedUs < cutUs + DEFAULT_TIMING.leaseUs);
      fabric.openHost(0);
      t.is(fabric.status(0).status().state, REFUSE_NO_LEASE);
      t.is(fabric.status(2).status().state, STATE_READY, "the others have a view of their own");
      t.is(answersOf(fabric, 2, 1_000_001).length, 1);
      fabric.run(DEFAULT_TIMING.abdicateUs);
      t.is(fabric.status(0).status().state, REFUSE_NO_VIEW);
      const beacons = fabric.at(0).card?.counters.beaconsSent;
      fabric.run(100_000);
      t.is(fabric.at(0).card?.counters.beaconsSent, beacons, "whom nobody hears is silent in the end");
      fabric.mend(0);
      fabric.mend(4);
      fabric.run(200_000);
      const after = fabric.cards.map((_, place) => answersOf(fabric, place, 1_000_002)[0] ?? 0n);
      t.true(after.every((first) => first > before));
      t.is(new Set(fabric.cards.map((_, place) => fabric.status(place).status().view)).size, 1);
    },
  },
  {
    title:
      "two cards, the primary with two votes: it serves alone while the other is away, and takes it back in",
    run(t) {
      const fabric = started(2, line(2));
      t.deepEqual(answersOf(fabric, 1, 1), [1n]);
      fabric.kill(1);
      fabric.run(100_000);
      t.deepEqual(answersOf(fabric, 0, 2), [2n]);
      const alone = fabric.status(0).status();
      t.deepEqual([alone.primary, alone.secondary], [1, 1]);
      fabric.boot(1);
      fabric.openHost(1);
      fabric.run(400_000);
      const together = fabric.status(0).status();
      t.deepEqual([together.primary, together.secondary], [1, 2]);
      t.deepEqual(answersOf(fabric, 0, 3), [3n]);
      t.deepEqual(answersOf(fabric, 1, 3), [4n]);
    },
  },
  {
    title: "two cards: without the one with two votes the other does nothing, and writes nothing",
    run(t) {
      const fabric = started(2, line(2));
      t.deepEqual(answersOf(fabric, 1, 1), [1n]);
      fabric.kill(0);
      // Until the cable counts as dead, it may still hope for a quorum.
      fabric.run(DEFAULT_TIMING.linkDeadUs);
      const { promised, view } = fabric.status(1).status();
      t.deepEqual(answersOf(fabric, 1, 2, 300_000), []);
      t.deepEqual(codesOf(fabric, 1), [REFUSE_NO_VIEW]);
      fabric.run(1_000_000);
      const later = fabric.status(1).status();
      t.deepEqual([later.promised, later.view], [promised, view]);
      fabric.boot(0);
      fabric.openHost(0);
      fabric.run(400_000);
      t.true((answersOf(fabric, 1, 3)[0] ?? 0n) > 1n);
    },
  },
];
