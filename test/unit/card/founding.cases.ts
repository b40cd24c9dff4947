import {
  PersistentState,
  STANDING_FOUNDING,
  STANDING_MEMBER,
} from "../../../firmware/card/persistent-state.js";
import { DEFAULT_TIMING } from "../../../firmware/wire/constants.js";
import { FrameBuffer } from "../../../firmware/wire/frame-buffer.js";
import {
  FRAME_BEACON_ACK,
  FRAME_HELLO,
  FRAME_JOIN,
  REFUSE_JOINING,
  REFUSE_STORAGE,
  STATE_READY,
} from "../../../firmware/wire/frame-types.js";
import { CARD_FLAG_FORGOT, CARD_FLAG_JOINING, INIT_JOIN } from "../../../firmware/wire/host-setup-frames.js";
import { CardBench } from "../../support/card-bench.js";
import type { CardBenchOptions } from "../../support/card-bench-options.js";
import { hostInit } from "../../support/host-frames.js";
import { toBigInt, uint64 } from "../../support/layout.js";
import { answersOf } from "../../support/started-fabric.js";
import type { UnitCase } from "../../support/unit-case.js";
import { TRIANGLE, VirtualFabric } from "../../support/virtual-fabric.js";

/** A card of three that was initialised; nobody else has said anything. */
function waiting(cardId: number, options: CardBenchOptions = {}): CardBench {
  const bench = new CardBench({ ...options, cardId, uninitialised: true });
  bench.fromHost(hostInit({ cardId }));
  return bench;
}

function inFlash(bench: CardBench): PersistentState {
  const state = new PersistentState(bench.storage);
  state.load();
  return state;
}

/** Asks the card for nothing but a view to be told: whether it promises, acknowledges or leads. */
function provoke(bench: CardBench): void {
  bench.prepare(0x202);
  bench.beacon({ view: 0 });
  bench.beacon();
  bench.request(2, 1);
  bench.store(2, { view: 0, first: 1n });
  bench.advance(500_000);
}

export const foundingCases: readonly UnitCase[] = [
  {
    title: "a card that waits tells the others as what it was initialised, every 50 ms, and nothing else",
    run(t) {
      const bench = waiting(3);
      bench.advance(170_000);
      provoke(bench);
      const joins = bench.sent.joins();
      t.deepEqual(
        joins.slice(0, 4).map(({ to, fields }) => [to, fields.incarnation, fields.checksum, fields.view]),
        [1, 2, 1, 2].map((to) => [to, 0x1234_5678, bench.initChecksum(), 0]),
      );
      t.is((joins[2]?.atUs as number) - (joins[0]?.atUs as number), DEFAULT_TIMING.helloUs);
      t.deepEqual(
        new Set(bench.sent.frames.map(({ frame }) => frame.bytes[1])),
        new Set([0x01, FRAME_JOIN]),
        "hellos and joins",
      );
      const status = bench.status().status();
      t.deepEqual([status.state, status.flags, status.view], [REFUSE_JOINING, CARD_FLAG_JOINING, 0]);
      t.is(inFlash(bench).promised, 0);
    },
  },
  {
    title: "it names the founder that it has heard last, at once when that is another",
    run(t) {
      const bench = waiting(3);
      const said = (): number[][] => bench.sent.joins().map(({ to, fields }) => [to, fields.founder]);
      bench.advance(60_000);
      bench.join(2, { incarnation: 22 });
      bench.sent.clear();
      bench.join(1, { incarnation: 77 });
      bench.join(1, { incarnation: 77 });
      t.deepEqual(said(), [
        [1, 77],
        [2, 77],
      ]);
      bench.join(1, { incarnation: 78 });
      t.deepEqual(said().slice(2), [
        [1, 78],
        [2, 78],
      ]);
    },
  },
  {
    title: "the founder counts only who names it as what it is now; others are told what it is",
    run(t) {
      const bench = waiting(1);
      bench.advance(60_000);
      bench.sent.clear();
      bench.join(2, { founder: 0 });
      bench.join(3, { founder: 5 });
      t.deepEqual(
        bench.sent.joins().map(({ to, fields }) => [to, fields.incarnation, fields.founder, fields.checksum]),
        [2, 3].map((to) => [to, bench.incarnation, bench.incarnation, bench.initChecksum()]),
      );
      bench.join(2);
      t.false(inFlash(bench).members.knowsAll(), "3 has not heard it yet");
      bench.join(3);
      t.true(inFlash(bench).members.knowsAll());
      bench.join(2, { view: 0x101 });
      bench.join(3, { view: 0x101, founder: 5 });
      t.is(inFlash(bench).standing, STANDING_FOUNDING, "what was accepted was another founder's");
      bench.join(3, { view: 0x101 });
      t.is(inFlash(bench).standing, STANDING_MEMBER);
    },
  },
  {
    title: "what was said to a founder that lost its flash since, and comes late, founds nothing",
    run(t) {
      const fabric = new VirtualFabric({ cards: 3, cables: TRIANGLE });
      const old: [number, FrameBuffer][] = [];
      let isOver = false;
      fabric.filter = (from, to, frame) => {
        if (to !== 0 || frame.bytes[1] === FRAME_HELLO || frame.bytes[1] === FRAME_BEACON_ACK) return true;
        if (frame.bytes[1] === FRAME_JOIN && !isOver) old.push([from, new FrameBuffer().copy(frame)]);
        return !isOver;
      };
      fabric.initialise();
      fabric.run(200_000);
      t.deepEqual(answersOf(fabric, 0, 1), [1n]);
      isOver = true;
      fabric.kill(0);
      fabric.wipe(0);
      fabric.boot(0);
      fabric.openHost(0);
      const members = [1, 2, 3].map((card) => [card, 1] as const);
      fabric.fromHost(0, hostInit({ session: 1, first: uint64(1n), members }));
      fabric.run(2000);
      // Triangle: cable 0 of card 1 leads to card 2, cable 1 to card 3.
      for (const [from, frame] of old) fabric.fromLink(0, from - 1, frame);
      fabric.run(5000);
      for (const [from, frame] of old) fabric.fromLink(0, from - 1, frame);
      t.deepEqual(answersOf(fabric, 0, 2), []);
      t.is(fabric.status(0).status().state, REFUSE_JOINING);
    },
  },
  {
    title: "where there is no way to some yet, the card looks again soon",
    run(t) {
      const bench = waiting(3);
      bench.helloing = false;
      bench.restart();
      bench.advance(30_000);
      t.deepEqual(bench.sent.joins(), []);
      bench.hello(0);
      bench.advance(DEFAULT_TIMING.prepareUs);
      t.is(bench.sent.joins().length, 1);
      bench.hello(1);
      bench.advance(DEFAULT_TIMING.prepareUs);
      t.is(bench.sent.joins().length, 3);
    },
  },
  {
    title: "the founder begins when it has heard all the others, and not before; its list says who is who",
    run(t) {
      const bench = waiting(1);
      bench.join(2, { incarnation: 22 });
      bench.advance(200_000);
      const before = bench.status().status();
      t.deepEqual([before.state, before.view], [REFUSE_JOINING, 0]);
      t.deepEqual([...before.memberIncarnations.subarray(0, 3)], [0x1234_5678, 22, 0], "3 lacks");
      bench.join(3, { incarnation: 33 });
      const written = inFlash(bench);
      t.deepEqual([written.standing, written.accepted.number], [STANDING_FOUNDING, 0], "it is not in it yet");
      t.deepEqual([...written.members.incarnations.subarray(0, 3)], [0x1234_5678, 22, 33]);
      bench.join(2, { incarnation: 99 });
      t.true(inFlash(bench).members.hasAs(2, 22), "told once, told for ever");
      bench.join(2, { incarnation: 22, view: 0x101 });
      bench.advance(DEFAULT_TIMING.beaconUs);
      t.deepEqual(
        bench.sent.accepts().map(({ to, fields }) => [to, fields.view, fields.primary, fields.secondary]),
        [
          [2, 0x101, 1, 2],
          [3, 0x101, 1, 2],
          [3, 0x101, 1, 2],
        ],
        "at once, and again to who has not accepted it",
      );
      provoke(bench);
      t.is(inFlash(bench).standing, STANDING_FOUNDING);
      bench.join(3, { incarnation: 99, view: 0x101 });
      t.is(inFlash(bench).standing, STANDING_FOUNDING, "another card's word");
      bench.join(3, { incarnation: 33, view: 0x101 });
      const { accepted, promised, members, standing } = inFlash(bench);
      t.deepEqual([standing, accepted.number, promised], [STANDING_MEMBER, 0x101, 0x101]);
      t.deepEqual([accepted.primary, accepted.secondary, toBigInt(accepted.base)], [1, 2, 1n]);
      t.true(members.hasAs(3, 33));
      bench.join(2, { incarnation: 22, view: 0x101 });
      bench.sent.clear();
      bench.join(2, { incarnation: 99 });
      t.is(bench.sent.accepts()[0]?.to, 2, "who waits is told the view, be it that it is not the card in it");
    },
  },
  {
    title:
      "who was told something else, who says nothing of itself, and who is not the founder, is not counted",
    run(t) {
      const bench = waiting(1);
      bench.join(2, { checksum: bench.initChecksum() ^ 1 });
      bench.join(2, { incarnation: 0 });
      bench.join(3);
      t.is(bench.card.counters.dropRole, 2);
      t.is(inFlash(bench).standing, STANDING_FOUNDING);
      const other = waiting(2);
      other.join(1);
      other.join(3);
      t.is(inFlash(other).members.knowsAll(), false);
      const joining = new CardBench({ uninitialised: true });
      joining.fromHost(hostInit({ kind: INIT_JOIN }));
      joining.join(2);
      joining.join(3);
      joining.advance(100_000);
      t.false(inFlash(joining).members.knowsAll(), "it was told to join, and founds nothing");
      t.is(joining.status().status().state, REFUSE_JOINING);
      joining.receive(2, FRAME_JOIN, (frame) => {
        frame.length = 12;
      });
      t.is(joining.card.counters.dropLength, 1);
    },
  },
  {
    title: "a card that was initialised again after the founder wrote its list down is not waited for",
    run(t) {
      const bench = waiting(1);
      bench.join(2);
      bench.join(3);
      bench.join(2, { view: 0x101 });
      bench.join(3);
      t.is(inFlash(bench).standing, STANDING_FOUNDING, "it just waits still");
      bench.join(3, { incarnation: 5 });
      t.is(inFlash(bench).standing, STANDING_MEMBER);
      t.true(inFlash(bench).members.hasAs(3, 1003), "in the list it is what it was");
    },
  },
  {
    title: "a founder that lost its flash founds nothing: the others say that they know another card",
    run(t) {
      const fabric = new VirtualFabric({ cards: 3, cables: TRIANGLE });
      fabric.initialise();
      fabric.run(200_000);
      fabric.kill(0);
      fabric.wipe(0);
      fabric.boot(0);
      fabric.openHost(0);
      fabric.fromHost(0, hostInit({ session: 1, first: uint64(1n) }));
      fabric.run(300_000);
      t.is(fabric.status(0).status().flags, CARD_FLAG_JOINING | CARD_FLAG_FORGOT);
      t.is(fabric.status(1).status().state, STATE_READY);
    },
  },
  {
    title: "a founder that was restarted asks anew; where its flash fails it founds nothing",
    run(t) {
      const bench = waiting(1);
      bench.join(2);
      bench.restart();
      bench.join(3);
      t.false(inFlash(bench).members.knowsAll());
      bench.join(2);
      t.true(inFlash(bench).members.knowsAll());
      bench.restart();
      bench.advance(1000);
      t.is(bench.sent.accepts().at(-1)?.fields.view, 0x101, "it goes on where it was");
      bench.join(2, { view: 0x101 });
      bench.storage.writesLeft = 0;
      bench.join(3, { view: 0x101 });
      t.is(bench.status().status().state, REFUSE_STORAGE);
      t.is(inFlash(bench).standing, STANDING_FOUNDING);
      bench.sent.clear();
      bench.advance(200_000);
      t.is(bench.sent.frames.length, 0);
    },
  },
  {
    title: "a card that waits is taken in by a view that has it as what it is, and by no other",
    run(t) {
      const bench = waiting(3);
      const accept = { view: 0x101, primary: 1, secondary: 2, ceiling: 1n } as const;
      bench.accept({
        ...accept,
        list: [
          [1, 1],
          [2, 1],
        ],
      });
      t.is(bench.status().status().flags, CARD_FLAG_JOINING, "a view of others");
      bench.accept({
        ...accept,
        list: [
          [1, 1],
          [2, 1],
          [3, 1, 1, 5],
        ],
      });
      const forgot = bench.status().status();
      t.deepEqual([forgot.flags, forgot.state], [CARD_FLAG_JOINING | CARD_FLAG_FORGOT, REFUSE_JOINING]);
      provoke(bench);
      t.deepEqual([bench.sent.promises(), bench.sent.acks()], [[], []]);
      bench.sent.clear();
      bench.advance(200_000);
      t.deepEqual(bench.sent.joins(), [], "it waits for its operator");
      bench.accept(accept);
      t.is(bench.sent.joins()[0]?.fields.view, 0x101, "the founder is told");
      bench.accept({ ...accept, from: 2 });
      t.is(bench.sent.joins().length, 1);
      bench.beacon();
      const status = bench.status().status();
      t.deepEqual([status.flags, status.state, status.view], [0, STATE_READY, 0x101]);
    },
  },
  {
    title:
      "cards found their fabric whenever each is initialised, over any topology, within 100 ms of the last",
    run(t) {
      for (const cables of [TRIANGLE, TRIANGLE.slice(0, 2)]) {
        const fabric = new VirtualFabric({ cards: 3, cables });
        const members = [1, 2, 3].map((card) => [card, 1] as const);
        for (const place of [1, 0, 2]) {
          fabric.run(150_000);
          fabric.openHost(place);
          const first = uint64(1n);
          fabric.fromHost(place, hostInit({ session: place + 1, cardId: place + 1, first, members }));
        }
        const isReady = (): boolean => [0, 1, 2].every((place) => fabric.status(place).status().state === 0);
        t.true(fabric.runUntil(isReady, 200_000) <= 100_000);
      }
    },
  },
  {
    title: "a card that lost its flash and is initialised again under its id and fabric never votes again",
    run(t) {
      const fabric = new VirtualFabric({ cards: 3, cables: TRIANGLE });
      fabric.initialise();
      fabric.run(200_000);
      fabric.kill(2);
      fabric.wipe(2);
      fabric.boot(2);
      fabric.openHost(2);
      fabric.fromHost(2, hostInit({ session: 3, cardId: 3, first: uint64(1n) }));
      fabric.run(300_000);
      t.is(fabric.status(2).status().flags, CARD_FLAG_JOINING | CARD_FLAG_FORGOT);
      fabric.kill(1);
      fabric.run(600_000);
      t.true(fabric.status(0).status().state !== STATE_READY, "one of three is no quorum, and it is alone");
      fabric.boot(1);
      fabric.run(400_000);
      t.is(fabric.status(0).status().state, STATE_READY);
    },
  },
];
