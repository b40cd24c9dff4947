import { ERASE_SLOT_US, LAST_FREE_WRITES } from "../../../firmware/card/upkeep.js";
import { LOW_FREE_WRITES } from "../../../firmware/storage/record-store.js";
import { DEFAULT_TIMING } from "../../../firmware/wire/constants.js";
import { ACK_FLAG_LOW } from "../../../firmware/wire/lease-frames.js";
import { PLAN_HANDOVER } from "../../../firmware/wire/plan-frames.js";
import { CardBench } from "../../support/card-bench.js";
import type { CardBenchOptions } from "../../support/card-bench-options.js";
import { leasedPrimary } from "../../support/leased-primary.js";
import type { UnitCase } from "../../support/unit-case.js";
import { WearingStore } from "../../support/wearing-store.js";

const SLOT_BEACONS = ERASE_SLOT_US / DEFAULT_TIMING.beaconUs;

/** Has the card follow beacons of these sequence numbers. @returns at which of them it erased. */
function erasesAt(bench: CardBench, store: WearingStore, sequences: Iterable<number>): number[] {
  const at: number[] = [];
  for (const sequence of sequences) {
    const before = store.erases;
    bench.advance(DEFAULT_TIMING.beaconUs);
    bench.beacon({ sequence });
    if (store.erases > before) at.push(sequence);
  }
  return at;
}

function* range(from: number, count: number): Iterable<number> {
  for (let at = 0; at < count; at += 1) yield from + at;
}

/** A member whose neighbours speak: card 3, without a role, unless told otherwise. */
function member(store: WearingStore, options: CardBenchOptions = {}): CardBench {
  return new CardBench({ cardId: 3, storage: store, ...options });
}

/** A primary with its lease whose flash has room for so many writes more. */
function primary(
  freeWrites: number,
  acks: ReadonlyMap<number, number>,
  options: CardBenchOptions = {},
): { bench: CardBench; store: WearingStore } {
  const store = new WearingStore(100);
  const bench = leasedPrimary({ storage: store, ...options }, []);
  const ackAll = (): void => {
    for (const [card, flags] of acks) bench.ack(card, { flags });
  };
  for (let sent = 0; sent < 10; sent += 1) {
    bench.advance(DEFAULT_TIMING.beaconUs);
    ackAll();
  }
  bench.advance(1_000);
  store.freeWrites = freeWrites + 1;
  bench.sent.clear();
  // One write tells the card how many are left.
  bench.request(3, 1, 32_768);
  bench.request(3, 2, 1);
  bench.advance(1_000);
  if (freeWrites >= LAST_FREE_WRITES) ackAll();
  return { bench, store };
}

/** Card 3 is heard again, while the secondary has few writes left, until the primary begins to hand over. */
function bringTaker(bench: CardBench): void {
  for (let beacons = 0; bench.card.counters.handoversForErase === 0 && beacons < 200; beacons += 1) {
    bench.advance(DEFAULT_TIMING.beaconUs);
    bench.ack(2, { flags: ACK_FLAG_LOW });
    if (beacons > 80) bench.ack(3);
  }
  bench.advance(1_000);
  bench.ack(2, { flags: ACK_FLAG_LOW });
}

/** The roles that the primary announces once the others have promised. */
function rolesAfterHandover(bench: CardBench, promising: readonly number[]): unknown[] {
  bench.advance(DEFAULT_TIMING.prepareUs);
  const view = bench.sent.prepares().at(-1)?.fields.view ?? 0;
  for (const card of promising) bench.promise(card, { view, ...(card === 2 ? { tail: 32_770n } : {}) });
  bench.advance(DEFAULT_TIMING.choiceUs);
  const accept = bench.sent.accepts().at(-1)?.fields;
  return [accept?.primary, accept?.secondary];
}

const WELL = 0;

export const upkeepCases: readonly UnitCase[] = [
  {
    title:
      "a card without a role erases one sector at a time, at the begin of its turn, until nothing is to be erased",
    run(t) {
      const store = new WearingStore(50);
      store.dirtySectors = 2;
      const bench = member(store);
      const round = 3 * SLOT_BEACONS;
      const at = erasesAt(bench, store, range(1, 4 * round));
      t.deepEqual(at, [2 * SLOT_BEACONS, 2 * SLOT_BEACONS + round], "it is the third of three");
      t.is(bench.card.counters.sectorErases, 2);
      t.is(bench.card.counters.erasesInRole, 0);
      t.is(bench.card.counters.freeWrites, store.freeWrites);
    },
  },
  {
    title: "before it erases, what its host asked for is answered, and what it asks for meanwhile waits",
    run(t) {
      const store = new WearingStore(50);
      const bench = member(store);
      bench.beacon({ sequence: 1 });
      bench.ask(1, 5);
      const requestId = bench.sent.requests().at(-1)?.fields.requestId as number;
      bench.beacon({ sequence: 2 * SLOT_BEACONS });
      t.is(store.erases, 0);
      bench.ask(2, 5);
      bench.advance(DEFAULT_TIMING.retryUs);
      bench.beacon({ sequence: 2 * SLOT_BEACONS + 2 });
      t.true(bench.sent.requests().every(({ fields }) => fields.requestId === requestId));
      bench.answer(2, { requestId, count: 5 });
      t.is(store.erases, 1);
      bench.advance(DEFAULT_TIMING.retryUs);
      t.true(
        bench.sent.requests().some(({ fields }) => fields.requestId !== requestId),
        "and then goes out",
      );
    },
  },
  {
    title: "a turn whose begin was missed is left out",
    run(t) {
      const store = new WearingStore(50);
      const bench = member(store);
      const late = 2 * SLOT_BEACONS + Math.ceil(SLOT_BEACONS / 8);
      t.deepEqual(erasesAt(bench, store, range(late, SLOT_BEACONS)), []);
    },
  },
  {
    title: "beacons that are as rare as turns do not make it never",
    run(t) {
      const store = new WearingStore(50);
      const timing = { ...DEFAULT_TIMING, beaconUs: 2 * ERASE_SLOT_US, leaseUs: 6 * ERASE_SLOT_US };
      const bench = member(store, { timing });
      bench.beacon({ sequence: 5 });
      t.is(store.erases, 1);
    },
  },
  {
    title: "a primary and a secondary never erase ahead",
    run(t) {
      const store = new WearingStore(50);
      const secondary = member(store, { cardId: 2 });
      t.deepEqual(erasesAt(secondary, store, range(1, 4 * SLOT_BEACONS)), []);
      const held = primary(50, new Map([[2, WELL]]));
      for (let beacons = 0; beacons < 4 * SLOT_BEACONS; beacons += 1) {
        held.bench.advance(DEFAULT_TIMING.beaconUs);
        held.bench.ack(2);
      }
      t.is(held.store.erases, 0);
    },
  },
  {
    title: "nor does a card that the fabric cannot spare, or that hears of no primary that serves",
    run(t) {
      const store = new WearingStore(50);
      const bench = member(store, { neighbours: [1] });
      t.deepEqual(
        erasesAt(bench, store, range(1, 4 * SLOT_BEACONS)),
        [],
        "with card 1 alone there is no quorum",
      );
      const other = new WearingStore(50);
      const idle = member(other);
      for (const sequence of range(2 * SLOT_BEACONS, 5)) idle.beacon({ sequence, state: 7 });
      t.is(other.erases, 0);
    },
  },
  {
    title: "a card tells with its acknowledgements that few writes are left",
    run(t) {
      const store = new WearingStore(LOW_FREE_WRITES + 2);
      store.dirtySectors = 0;
      const bench = member(store);
      bench.beacon({ sequence: 1 });
      bench.beacon({ sequence: 2, ceiling: 200_000n });
      bench.beacon({ sequence: 3 });
      t.deepEqual(
        bench.sent.acks().map(({ fields }) => fields.flags),
        [0, ACK_FLAG_LOW, ACK_FLAG_LOW],
      );
    },
  },
  {
    title:
      "once an erase has made room it tells so no more, though it has nothing to write and hears what it heard before",
    run(t) {
      const store = new WearingStore(LOW_FREE_WRITES + 1);
      const bench = member(store);
      const turn = 2 * SLOT_BEACONS;
      bench.beacon({ sequence: turn - 3 });
      for (const sequence of [turn - 2, turn - 1, turn]) bench.beacon({ sequence });
      const { freeWrites } = store;
      t.is(store.erases, 1, "in its turn");
      t.true(freeWrites >= LOW_FREE_WRITES);
      for (const sequence of [turn + 1, turn + 2]) bench.beacon({ sequence });
      t.deepEqual(
        bench.sent.acks().map(({ fields }) => fields.flags),
        [ACK_FLAG_LOW, ACK_FLAG_LOW, ACK_FLAG_LOW, ACK_FLAG_LOW, 0, 0],
      );
      t.is(store.freeWrites, freeWrites, "nothing was written");
    },
  },
  {
    title: "a card without a role erases at last wherever it stands, each at another count",
    run(t) {
      for (const [cardId, least] of [
        [3, LAST_FREE_WRITES + 2],
        [4, LAST_FREE_WRITES + 3],
        [5, LAST_FREE_WRITES],
      ] as const) {
        const store = new WearingStore(12);
        const members = [1, 2, 3, 4, 5].map((card) => [card, 1] as const);
        const bench = member(store, { cardId, members });
        let lowest = store.freeWrites;
        for (let view = 2; store.erases === 0; view += 1) {
          lowest = store.freeWrites;
          bench.advance(DEFAULT_TIMING.leaseUs);
          bench.beacon({ view: view * 256 + 1, secondary: 2, sequence: 20 });
        }
        t.is(lowest, least, `card ${cardId}`);
        t.is(bench.card.counters.erasesInRole, 0);
      }
    },
  },
  {
    title: "a primary with few writes left hands over to its secondary, and a third card becomes secondary",
    run(t) {
      const { bench, store } = primary(
        LOW_FREE_WRITES - 1,
        new Map([
          [2, WELL],
          [3, WELL],
        ]),
      );
      t.is(bench.card.counters.handoversForErase, 1);
      bench.ack(2);
      bench.ack(3);
      t.deepEqual(rolesAfterHandover(bench, [2, 3]), [2, 3]);
      t.deepEqual([store.erases, bench.card.counters.erasesInRole], [0, 0]);
      t.is(bench.sent.planResults().length, 0, "nobody asked for it");
    },
  },
  {
    title:
      "where the secondary has few left too, a third card takes over and the secondary stays until it can be relieved",
    run(t) {
      const { bench } = primary(LOW_FREE_WRITES - 1, new Map([[2, ACK_FLAG_LOW]]));
      bringTaker(bench);
      t.deepEqual(rolesAfterHandover(bench, [2, 3]), [3, 2]);
    },
  },
  {
    title: "a secondary with few writes left is relieved by a third card",
    run(t) {
      const { bench } = primary(50, new Map([[2, ACK_FLAG_LOW]]));
      bringTaker(bench);
      t.deepEqual(rolesAfterHandover(bench, [2, 3]), [1, 3]);
    },
  },
  {
    title: "where nobody can take over, it says so once in a while and goes on",
    run(t) {
      for (const acks of [
        [[2, WELL]],
        [
          [2, ACK_FLAG_LOW],
          [3, ACK_FLAG_LOW],
        ],
      ] as const) {
        const { bench, store } = primary(LOW_FREE_WRITES - 1, new Map(acks));
        t.deepEqual([bench.card.counters.handoversWithoutTaker, store.erases], [1, 0]);
        for (let beacons = 0; beacons < 150; beacons += 1) {
          bench.advance(DEFAULT_TIMING.beaconUs);
          for (const [card, flags] of acks) bench.ack(card, { flags });
        }
        t.is(bench.card.counters.handoversWithoutTaker, 2);
        t.is(bench.sent.prepares().length, 0);
        bench.request(2, 77, 1);
        t.is(bench.sent.stores().at(-1)?.fields.requestId, 77);
      }
    },
  },
  {
    title: "a planned change that is under way already is not disturbed",
    run(t) {
      const { bench, store } = primary(
        50,
        new Map([
          [2, WELL],
          [3, WELL],
        ]),
      );
      bench.plan(3, { requestId: 9, kind: PLAN_HANDOVER, secondary: 3 });
      store.freeWrites = LOW_FREE_WRITES - 1;
      bench.ack(2, { flags: ACK_FLAG_LOW });
      t.is(bench.card.counters.handoversForErase, 0);
    },
  },
  {
    title: "at the last writes a primary stops assigning until its secondary has all, and only then erases",
    run(t) {
      const { bench, store } = primary(LAST_FREE_WRITES - 1, new Map([[2, WELL]]));
      t.is(store.erases, 0);
      bench.request(2, 50, 1);
      t.is(bench.sent.stores().filter(({ fields }) => fields.requestId === 50).length, 0, "requests wait");
      bench.ack(2);
      t.deepEqual([store.erases, bench.card.counters.erasesInRole], [1, 1]);
      bench.advance(100_000);
      t.is(store.erases, 1);
    },
  },
  {
    title: "it does not wait for a secondary that says nothing, and assigns again afterwards",
    run(t) {
      const { bench, store } = primary(LAST_FREE_WRITES - 1, new Map([[2, WELL]]));
      bench.advance(DEFAULT_TIMING.drainUs);
      t.is(store.erases, 1);
      bench.request(2, 50, 1);
      bench.ack(2);
      bench.request(2, 51, 1);
      t.is(bench.sent.stores().at(-1)?.fields.requestId, 51);
    },
  },
  {
    title: "it does not wait at all where the next turn could be too late",
    run(t) {
      const { store } = primary(2, new Map([[2, WELL]]));
      t.is(store.erases, 1);
    },
  },
  {
    title: "a fabric of one erases in its role, and goes on",
    run(t) {
      const store = new WearingStore(LOW_FREE_WRITES);
      const bench = new CardBench({ members: [[1, 1]], storage: store });
      let tag = 0;
      for (let seconds = 0; seconds < 30; seconds += 1) {
        bench.advance(500_000);
        bench.ask(++tag, 32_768);
        bench.ask(++tag, 32_768);
      }
      t.is(bench.host.answers().length, tag);
      t.true(store.erases > 0);
      t.is(bench.card.counters.erasesInRole, store.erases);
      t.true(bench.card.counters.handoversWithoutTaker > 0);
      t.is(bench.card.counters.numbersSkipped, 0);
    },
  },
  {
    title: "a store that never needs an erase has writes without end",
    run(t) {
      const bench = leasedPrimary();
      t.is(bench.card.counters.freeWrites, 0xffff_ffff);
      t.is(bench.card.counters.sectorErases, 0);
    },
  },
];
