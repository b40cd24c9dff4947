import { Member } from "../../../firmware/card/member.js";
import { PersistentState } from "../../../firmware/card/persistent-state.js";
import { DEFAULT_TIMING } from "../../../firmware/wire/constants.js";
import { FrameBuffer } from "../../../firmware/wire/frame-buffer.js";
import {
  FRAME_BEACON,
  REFUSE_BLANK,
  REFUSE_JOINING,
  REFUSE_NO_LEASE,
  REFUSE_NO_VIEW,
  STATE_READY,
} from "../../../firmware/wire/frame-types.js";
import { CARD_FLAG_COLD } from "../../../firmware/wire/host-setup-frames.js";
import { ACK_FLAG_COLD, BeaconFields, encodeBeacon } from "../../../firmware/wire/lease-frames.js";
import { CardBench } from "../../support/card-bench.js";
import type { BeaconOptions } from "../../support/card-bench-options.js";
import { memberParts } from "../../support/card-parts.js";
import { toHex } from "../../support/hex.js";
import { filled, toBigInt, uint64 } from "../../support/layout.js";
import type { UnitCase } from "../../support/unit-case.js";

const HIGHER = 0x203;

/** What the flash of a bench's card holds. */
function inFlash(bench: CardBench): PersistentState {
  const state = new PersistentState(bench.storage);
  state.load();
  return state;
}

/** A beacon of view 0x101 with this number. */
function beaconOf(sequence: number): BeaconFields {
  const fields = filled(new BeaconFields(), { view: 0x101, sequence, windowLog2: 16 });
  fields.ceiling.copy(uint64(1n));
  return fields;
}

export const memberCases: readonly UnitCase[] = [
  {
    title: "acknowledges a beacon of its view, with the ceiling that it has then in flash",
    run(t) {
      const bench = new CardBench({ cardId: 3 });
      bench.beacon({ sequence: 9, ceiling: 70_000n });
      t.is(toBigInt(inFlash(bench).ceiling), 70_000n);
      const acks = bench.sent.acks();
      t.is(acks.length, 1);
      t.is(acks[0]?.to, 1);
      t.deepEqual(
        [acks[0]?.fields.view, acks[0]?.fields.sequence, acks[0]?.fields.flags],
        [bench.view, 9, 0],
      );
      t.is(acks[0]?.fields.ceiling.low, 70_000);
      t.is(bench.card.counters.beaconsReceived, 1);
      t.is(bench.card.counters.ceilingWrites, 1);
    },
  },
  {
    title:
      "a ceiling comes with its window, and keeps it: from a beacon to flash, to a promise, to an announced view",
    run(t) {
      const bench = new CardBench({ cardId: 3 });
      bench.beacon({ sequence: 1, ceiling: 70_000n, windowLog2: 21 });
      t.is(inFlash(bench).ceiling.windowLog2, 21);
      bench.beacon({ sequence: 2, ceiling: 60_000n, windowLog2: 30 });
      t.is(inFlash(bench).ceiling.windowLog2, 21, "that of a lower ceiling means nothing");
      bench.beacon({ view: HIGHER, from: 2, secondary: 3, ceiling: 69_999n, windowLog2: 30, sequence: 3 });
      t.is(inFlash(bench).ceiling.windowLog2, 21);
      bench.beacon({ view: HIGHER, from: 2, sequence: 4, ceiling: 90_000n, windowLog2: 17 });
      t.is(inFlash(bench).ceiling.windowLog2, 17);
      bench.beacon({ view: 0x301, from: 1, secondary: 2, ceiling: 95_000n, windowLog2: 19 });
      t.is(inFlash(bench).ceiling.windowLog2, 19, "an accepted view brings its own");
    },
  },
  {
    title: "writes nothing for a beacon that brings nothing new, and never lowers its ceiling",
    run(t) {
      const bench = new CardBench({ cardId: 3 });
      bench.beacon({ sequence: 1, ceiling: 70_000n });
      const { writes } = bench.storage;
      bench.beacon({ sequence: 2, ceiling: 70_000n });
      bench.beacon({ sequence: 3, ceiling: 60_000n });
      t.is(bench.storage.writes, writes);
      t.is(toBigInt(inFlash(bench).ceiling), 70_000n);
      t.deepEqual(
        bench.sent.acks().map(({ fields }) => fields.ceiling.low),
        [70_000, 70_000, 70_000],
      );
    },
  },
  {
    title: "a beacon that cannot be true is dropped and answered by nothing",
    run(t) {
      const bench = new CardBench({ cardId: 3, first: 100n });
      const untrue: readonly (readonly [string, BeaconOptions])[] = [
        ["of a lower view", { view: 0x100 }],
        ["of no view", { view: 0 }],
        ["from another than its primary", { from: 2 }],
        ["of a higher view, which nobody has told yet", { view: HIGHER, from: 2 }],
        ["of a higher view of the same primary", { view: HIGHER }],
        ["with a ceiling beyond the numbers", { ceiling: 2n ** 63n + 1n }],
        ["with a window too small", { windowLog2: 15 }],
        ["with a window too large", { windowLog2: 31 }],
        ["with a ceiling far beyond the numbers", { ceiling: 2n ** 64n - 1n }],
      ];
      const before = toHex(bench.storage.record());
      untrue.forEach(([why, options], index) => {
        bench.beacon(options);
        t.is(bench.sent.acks().length, 0, why);
        t.is(bench.card.counters.dropRole, index + 1, why);
      });
      t.is(toHex(bench.storage.record()), before);
      t.is(bench.card.counters.beaconsReceived, 0);
      bench.beacon({ ceiling: 2n ** 63n });
      t.is(bench.sent.acks().length, 1, "the very end is a ceiling");
    },
  },
  {
    title: "a beacon of a wrong length is counted",
    run(t) {
      const bench = new CardBench({ cardId: 3 });
      bench.receive(1, FRAME_BEACON, (frame) => {
        frame.length = 11;
      });
      t.is(bench.card.counters.dropLength, 1);
      t.is(bench.sent.acks().length, 0);
    },
  },
  {
    title: "follows a higher view: promised and accepted are one record, with the ceiling",
    run(t) {
      const bench = new CardBench({ cardId: 3 });
      const { writes } = bench.storage;
      bench.beacon({ view: HIGHER, from: 2, secondary: 3, base: 50_000n, sequence: 4, ceiling: 120_000n });
      t.is(bench.storage.writes, writes + 1);
      const { accepted, promised, ceiling } = inFlash(bench);
      t.deepEqual([promised, accepted.number, accepted.primary, accepted.secondary], [HIGHER, HIGHER, 2, 3]);
      t.deepEqual([toBigInt(accepted.base), toBigInt(ceiling)], [50_000n, 120_000n]);
      t.deepEqual(
        bench.sent.acks().map(({ to, fields }) => [to, fields.view, fields.sequence]),
        [[2, HIGHER, 4]],
      );
      const view = bench.host.views().at(-1);
      t.deepEqual([view?.view, view?.primary, view?.secondary, view?.state], [HIGHER, 2, 3, STATE_READY]);
      bench.beacon({ sequence: 5 });
      t.is(bench.card.counters.dropRole, 1, "and not back");
    },
  },
  {
    title: "following a view whose ceiling is lower keeps its own",
    run(t) {
      const bench = new CardBench({ cardId: 3 });
      bench.beacon({ ceiling: 200_000n });
      bench.beacon({ view: HIGHER, from: 2, secondary: 3, base: 10n, ceiling: 65_546n });
      t.is(toBigInt(inFlash(bench).ceiling), 200_000n);
      t.is(inFlash(bench).accepted.number, HIGHER);
      t.is(bench.sent.acks().at(-1)?.fields.ceiling.low, 200_000);
      t.is(bench.card.counters.ceilingWrites, 1);
    },
  },
  {
    title: "a card that was restarted says that it is cold, until the next view",
    run(t) {
      const bench = new CardBench({ cardId: 3 });
      bench.beacon({ sequence: 1 });
      bench.restart();
      bench.beacon({ sequence: 2 });
      bench.beacon({ sequence: 2 });
      bench.beacon({ sequence: 3, ceiling: 90_000n });
      t.deepEqual(
        bench.sent.acks().map(({ fields }) => fields.flags),
        [0, ACK_FLAG_COLD, ACK_FLAG_COLD, ACK_FLAG_COLD],
      );
      t.is(bench.status().status().flags, CARD_FLAG_COLD);
      bench.beacon({ view: HIGHER, from: 2, secondary: 3, ceiling: 90_001n });
      t.is(bench.sent.acks().at(-1)?.fields.flags, 0);
      t.is(bench.status().status().flags, 0);
    },
  },
  {
    title:
      "a flash that fails at a new ceiling, or at a new view: no acknowledgement, and silence from then on",
    run(t) {
      for (const options of [{ ceiling: 80_000n }, { view: HIGHER, from: 2, secondary: 3, ceiling: 1n }]) {
        const bench = new CardBench({ cardId: 3 });
        bench.storage.writesLeft = 0;
        const before = toHex(bench.storage.record());
        bench.sent.clear();
        bench.beacon(options);
        bench.beacon({ sequence: 2, ceiling: 1n });
        bench.advance(500_000);
        t.is(bench.sent.frames.length, 0);
        t.is(toHex(bench.storage.record()), before);
      }
    },
  },
  {
    title: "the view is alive for a lease behind each beacon, to the microsecond",
    run(t) {
      const bench = new CardBench({ cardId: 3 });
      t.is(bench.status().status().state, REFUSE_NO_VIEW);
      bench.beacon({ sequence: 1, ceiling: 1n });
      bench.advance(30_000);
      bench.beacon({ sequence: 2, ceiling: 1n });
      bench.advance(DEFAULT_TIMING.leaseUs - 1);
      t.is(bench.status().status().state, STATE_READY);
      t.deepEqual(bench.host.viewStates(), [REFUSE_BLANK, REFUSE_JOINING, REFUSE_NO_VIEW, STATE_READY]);
      bench.advance(1);
      t.is(bench.status().status().state, REFUSE_NO_VIEW);
      t.deepEqual(bench.host.viewStates().slice(3), [STATE_READY, REFUSE_NO_VIEW], "told at once");
    },
  },
  {
    title: "says of the view what its primary says",
    run(t) {
      const bench = new CardBench({ cardId: 3 });
      bench.beacon({ state: REFUSE_NO_LEASE, ceiling: 1n });
      bench.ask(1);
      t.is(bench.status().status().state, REFUSE_NO_LEASE);
      t.is(bench.sent.requests().length, 0);
      bench.beacon({ state: STATE_READY, sequence: 2, ceiling: 1n });
      t.is(bench.sent.requests().length, 1, "what was asked for meanwhile");
      t.deepEqual(bench.host.refusals(), []);
    },
  },
  {
    title: "a repeated beacon of the view changes no role's memory",
    run(t) {
      const bench = new CardBench({ cardId: 2 });
      bench.beacon({ sequence: 1 });
      bench.store(1, { first: 1n, count: 500, originator: 3 });
      t.is(toBigInt(bench.status().status().held), 501n);
      bench.beacon({ sequence: 1 });
      bench.beacon({ sequence: 2, ceiling: 99_999n });
      t.is(toBigInt(bench.status().status().held), 501n);
    },
  },
  {
    title: "a higher view begins its roles anew, at its base, and warm",
    run(t) {
      const bench = new CardBench({ cardId: 2 });
      bench.restart();
      bench.store(1, { first: 1n, originator: 3 });
      t.is(bench.card.counters.storesRefused, 1, "cold");
      bench.beacon({ view: HIGHER, from: 3, secondary: 2, base: 700n, ceiling: 66_000n });
      t.is(toBigInt(bench.status().status().held), 700n);
      bench.store(3, { view: HIGHER, first: 700n, count: 2, originator: 1, requestId: 8 });
      t.deepEqual(
        bench.sent.answers().map(({ to, fields }) => [to, fields.view, fields.requestId, fields.first.low]),
        [[1, HIGHER, 8, 700]],
      );
    },
  },
  {
    title: "grants the primary a lease from each beacon that it acknowledges, and only from those",
    run(t) {
      const { context, post } = memberParts({ cardId: 3, base: 1n });
      const member = new Member(context, post);
      const beacon = (view: number): void => {
        const fields = filled(new BeaconFields(), { view, windowLog2: 16 });
        fields.ceiling.copy(uint64(1n));
        const frame = new FrameBuffer();
        encodeBeacon(frame, fields);
        member.receiveBeacon(1, frame, false);
      };
      t.is(member.grantUntilUs, Number.NEGATIVE_INFINITY);
      context.nowUs = 1000;
      beacon(0x101);
      t.is(member.grantUntilUs, 1000 + DEFAULT_TIMING.leaseUs);
      context.nowUs = 5000;
      beacon(0x100);
      t.is(member.grantUntilUs, 1000 + DEFAULT_TIMING.leaseUs, "of a lower view");
      beacon(0x101);
      t.is(member.grantUntilUs, 5000 + DEFAULT_TIMING.leaseUs);
    },
  },
  {
    title: "of two beacons that differ by their number alone the second does what the first did",
    run(t) {
      const bench = new CardBench({ cardId: 3 });
      for (const sequence of [7, 8, 0xffff_ffff]) {
        bench.nowUs += 10_000;
        bench.beacon({ sequence, ceiling: 70_000n });
      }
      t.is(bench.card.counters.beaconsReceived, 3);
      t.is(bench.card.counters.ceilingWrites, 1);
      t.deepEqual(
        bench.sent
          .acks()
          .map(({ to, fields }) => [to, fields.view, fields.sequence, fields.ceiling.low, fields.flags]),
        [7, 8, 0xffff_ffff].map((sequence) => [1, bench.view, sequence, 70_000, 0]),
      );
    },
  },
  {
    title: "what was found about a beacon holds no longer than what it was checked against",
    run(t) {
      const bench = new CardBench({ cardId: 3 });
      bench.nowUs = 100_000;
      bench.beacon({ sequence: 1 });
      bench.beacon({ sequence: 2, state: REFUSE_NO_LEASE });
      bench.beacon({ sequence: 3, ceiling: 80_000n });
      t.is(toBigInt(inFlash(bench).ceiling), 80_000n);
      bench.receive(2, FRAME_BEACON, (frame) => encodeBeacon(frame, beaconOf(4)));
      t.is(bench.card.counters.dropRole, 1, "not from its primary");
      t.is(bench.sent.acks().length, 3);
      bench.nowUs = 200_000;
      bench.prepare(0x202);
      t.is(inFlash(bench).promised, 0x202);
      bench.beacon({ sequence: 5, ceiling: 80_000n });
      t.is(bench.sent.acks().length, 3, "it has promised more");
      t.is(bench.card.counters.dropRole, 2);
      bench.beacon({ view: 0x202, from: 2, secondary: 3, sequence: 1 });
      t.is(bench.sent.acks().length, 4);
      bench.beacon({ sequence: 6, ceiling: 80_000n });
      t.is(bench.sent.acks().length, 4, "it has accepted another view");
      t.is(bench.card.counters.dropRole, 3);
    },
  },
  {
    title: "a beacon that says otherwise ends what every cable knew of those before",
    run(t) {
      const bench = new CardBench({ cardId: 3 });
      const states: number[] = [];
      const hear = (sequence: number, state: number, link: number): void => {
        bench.beacon({ sequence, state, link });
        bench.advance(1_000);
        states.push(bench.host.viewStates().at(-1) as number);
      };
      hear(1, STATE_READY, 0);
      hear(2, STATE_READY, 0);
      hear(3, REFUSE_NO_LEASE, 1);
      hear(4, REFUSE_NO_LEASE, 1);
      hear(5, STATE_READY, 0);
      t.deepEqual(states, [STATE_READY, STATE_READY, REFUSE_NO_LEASE, REFUSE_NO_LEASE, STATE_READY]);
    },
  },
  {
    title:
      "a beacon like the one before asks for the wake-up at the end of its grant; after a reset it counts no more",
    run(t) {
      const { context, post } = memberParts({ cardId: 3, base: 1n });
      const member = new Member(context, post);
      const frame = new FrameBuffer();
      encodeBeacon(frame, beaconOf(1));
      member.receiveBeacon(1, frame, false);
      context.wakeUpUs = Number.POSITIVE_INFINITY;
      context.nowUs = 3_000;
      member.receiveBeacon(1, frame, false);
      t.is(context.wakeUpUs, 3_000 + DEFAULT_TIMING.leaseUs);
      t.is(member.viewState(), STATE_READY);
      member.reset();
      t.is(member.viewState(), REFUSE_NO_VIEW);
    },
  },
];
