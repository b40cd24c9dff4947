import type { Card } from "../../../firmware/card/card.js";
import { DEFAULT_TIMING, DEFAULT_WINDOW } from "../../../firmware/wire/constants.js";
import {
  FRAME_ANSWER,
  FRAME_REFUSE,
  FRAME_REQUEST,
  FRAME_STORE,
  OFFSET_TYPE,
  REFUSE_BUSY,
  REFUSE_EXHAUSTED,
} from "../../../firmware/wire/frame-types.js";
import { AskingHosts } from "../../support/asking-hosts.js";
import { toBigInt, uint64 } from "../../support/layout.js";
import { Random } from "../../support/random.js";
import type { UnitCase } from "../../support/unit-case.js";
import { line, ring, star, TRIANGLE, VirtualFabric } from "../../support/virtual-fabric.js";

const NUMBER_FRAMES = [FRAME_REQUEST, FRAME_STORE, FRAME_ANSWER, FRAME_REFUSE];

interface Topology {
  readonly name: string;
  readonly cards: number;
  readonly cables: readonly (readonly [number, number])[];
}

const TOPOLOGIES: readonly Topology[] = [
  { name: "triangle", cards: 3, cables: TRIANGLE },
  { name: "line of 5", cards: 5, cables: line(5) },
  { name: "ring of 6", cards: 6, cables: ring(6) },
  { name: "star of 6", cards: 6, cables: star(6, 5) },
  { name: "two", cards: 2, cables: line(2) },
  { name: "one", cards: 1, cables: [] },
];

function started({ cards, cables }: Topology, first = 1n): VirtualFabric {
  const fabric = new VirtualFabric({ cards, cables });
  // An even number of cards: the first has two votes.
  fabric.initialise(uint64(first), cards % 2 === 0 ? [2] : []);
  fabric.run(120_000);
  return fabric;
}

/** The frames of a number's path, hop by hop, from now on: type, from, to. */
function watch(fabric: VirtualFabric): number[][] {
  const carried: number[][] = [];
  fabric.filter = (from, to, frame) => {
    const type = frame.bytes[OFFSET_TYPE] as number;
    if (NUMBER_FRAMES.includes(type)) carried.push([type, from, to]);
    return true;
  };
  return carried;
}

export const normalPathCases: readonly UnitCase[] = [
  {
    title: "over every topology every card gets blocks of every size, unique and rising, without a gap",
    run(t) {
      for (const topology of TOPOLOGIES) {
        const fabric = started(topology, 2n ** 32n - 500n);
        const sizes = [1, 7, 32, 300];
        const random = new Random(9);
        const hosts = new AskingHosts(fabric, () => sizes[random.below(sizes.length)] as number);
        hosts.run(40_000);
        hosts.asking = false;
        hosts.run(10_000);
        const { checker } = hosts;
        t.deepEqual(checker.faults, [], topology.name);
        t.is(checker.openCount, 0);
        for (const answered of hosts.answered) t.true(answered >= 40, `${topology.name}: ${hosts.answered}`);
        t.is(hosts.refusals.size, 0);
        const { held } = fabric.status(0).status();
        t.is(toBigInt(held) - (2n ** 32n - 500n), BigInt(checker.delivered), `${topology.name}: no gap`);
      }
    },
  },
  {
    title: "in a triangle a number takes three one-way trips: to the primary, the secondary, the originator",
    run(t) {
      const fabric = started(TOPOLOGIES[0] as Topology);
      const carried = watch(fabric);
      const askedUs = fabric.nowUs;
      fabric.request(2, 1, 100);
      fabric.run(5000);
      t.deepEqual(carried, [
        [FRAME_REQUEST, 2, 0],
        [FRAME_STORE, 0, 1],
        [FRAME_ANSWER, 1, 2],
      ]);
      t.deepEqual(fabric.host(2).answers(), [{ atUs: askedUs + 300, tag: 1, first: 1n, count: 100 }]);
    },
  },
  {
    title:
      "the secondary's and the primary's own numbers take two trips, and the secondary still stores first",
    run(t) {
      const fabric = started(TOPOLOGIES[0] as Topology);
      const carried = watch(fabric);
      const askedUs = fabric.nowUs;
      fabric.request(1, 1);
      fabric.run(5000);
      t.deepEqual(carried.splice(0), [
        [FRAME_REQUEST, 1, 0],
        [FRAME_STORE, 0, 1],
      ]);
      t.deepEqual(fabric.host(1).answers(), [{ atUs: askedUs + 200, tag: 1, first: 1n, count: 1 }]);
      t.is(toBigInt(fabric.status(1).status().held), 2n);
      fabric.request(0, 1);
      fabric.run(5000);
      t.deepEqual(carried, [
        [FRAME_STORE, 0, 1],
        [FRAME_ANSWER, 1, 0],
      ]);
      t.deepEqual(fabric.host(0).answers(), [{ atUs: askedUs + 5200, tag: 1, first: 2n, count: 1 }]);
    },
  },
  {
    title: "where nothing comes back from the secondary, the primary's own host gets nothing",
    run(t) {
      const fabric = started(TOPOLOGIES[0] as Topology);
      fabric.filter = (_from, _to, frame) => frame.bytes[OFFSET_TYPE] !== FRAME_STORE;
      fabric.request(0, 1);
      fabric.run(100_000);
      t.deepEqual(fabric.host(0).answers(), []);
      const { numbersAssigned, requestsReceived } = (fabric.at(0).card as Card).counters;
      t.is(numbersAssigned, 1, "it has assigned");
      t.true(requestsReceived > 1, "and asked again");
    },
  },
  {
    title: "over a line of five the trips are as long as the ways, and no longer",
    run(t) {
      const fabric = started(TOPOLOGIES[1] as Topology);
      const carried = watch(fabric);
      fabric.request(4, 1);
      fabric.run(5000);
      t.deepEqual(carried, [
        [FRAME_REQUEST, 4, 3],
        [FRAME_REQUEST, 3, 2],
        [FRAME_REQUEST, 2, 1],
        [FRAME_REQUEST, 1, 0],
        [FRAME_STORE, 0, 1],
        [FRAME_ANSWER, 1, 2],
        [FRAME_ANSWER, 2, 3],
        [FRAME_ANSWER, 3, 4],
      ]);
      t.is(fabric.status(3).counter("framesForwarded") > 2, true);
      t.is(fabric.host(4).answers().length, 1);
    },
  },
  {
    title:
      "eight blocks of each card are in flight at once: the first goes alone, the others together behind its answer",
    run(t) {
      const fabric = started(TOPOLOGIES[0] as Topology);
      const carried = watch(fabric);
      for (let tag = 1; tag <= 9; tag += 1) for (const place of [0, 1, 2]) fabric.request(place, tag, tag);
      fabric.run(600);
      t.is(carried.filter(([type]) => type === FRAME_STORE).length, 2 * 3);
      const numbers: bigint[] = [];
      for (const place of [0, 1, 2]) {
        const log = fabric.host(place);
        t.deepEqual(
          log.answers().map(({ tag, count }) => [tag, count]),
          Array.from({ length: 8 }, (_, index) => [index + 1, index + 1]),
        );
        t.deepEqual(log.refusals(), [{ tag: 9, code: REFUSE_BUSY }]);
        for (const { first, count } of log.answers()) {
          for (let offset = 0; offset < count; offset += 1) numbers.push(first + BigInt(offset));
        }
      }
      numbers.sort((one, other) => (one < other ? -1 : 1));
      t.deepEqual(
        numbers,
        Array.from({ length: 108 }, (_, index) => BigInt(index + 1)),
      );
    },
  },
  {
    title: "a lost request, store or answer is asked for again, and leaves no gap",
    run(t) {
      for (const type of [FRAME_REQUEST, FRAME_STORE, FRAME_ANSWER]) {
        const fabric = started(TOPOLOGIES[0] as Topology);
        let lost = 0;
        fabric.filter = (_from, _to, frame) => {
          if (frame.bytes[OFFSET_TYPE] !== type || lost === 1) return true;
          lost += 1;
          return false;
        };
        const askedUs = fabric.nowUs;
        fabric.request(2, 1, 5);
        fabric.run(30_000);
        const { retryUs } = DEFAULT_TIMING;
        t.deepEqual(fabric.host(2).answers(), [
          { atUs: askedUs + retryUs + 300, tag: 1, first: 1n, count: 5 },
        ]);
        t.is(fabric.at(0).card?.counters.numbersSkipped, 0);
      }
    },
  },
  {
    title: "windows move under load and nobody ever waits for one",
    run(t) {
      const fabric = started(TOPOLOGIES[0] as Topology);
      const hosts = new AskingHosts(fabric, () => 2000);
      hosts.run(100_000);
      const { counters } = fabric.at(0).card as Card;
      t.deepEqual(hosts.checker.faults, []);
      const windows = hosts.checker.delivered / DEFAULT_WINDOW;
      t.true(windows > 10);
      t.true(
        counters.ceilingWrites > 3 && counters.ceilingWrites < windows / 2,
        "they grow as they are used",
      );
      t.is(counters.requestsWaited, 0);
      t.is(counters.numbersSkipped, 0);
    },
  },
  {
    title: "to the last number, at every card, and not one beyond",
    run(t) {
      const fabric = started(TOPOLOGIES[0] as Topology, 2n ** 63n - 100n);
      const hosts = new AskingHosts(fabric, () => 7);
      hosts.run(10_000);
      t.deepEqual(hosts.checker.faults, []);
      t.is(hosts.checker.delivered, 98, "fourteen sevens");
      t.deepEqual([...hosts.refusals.keys()], [REFUSE_EXHAUSTED]);
      hosts.asking = false;
      hosts.run(1000);
      fabric.request(2, 1_000_000, 2);
      fabric.run(1000);
      t.is(fabric.host(2).answers().at(-1)?.first, 2n ** 63n - 2n);
      fabric.request(1, 1_000_000, 1);
      fabric.run(100_000);
      t.deepEqual(fabric.host(1).refusals().at(-1), { tag: 1_000_000, code: REFUSE_EXHAUSTED });
    },
  },
];
