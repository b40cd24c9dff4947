import { DEFAULT_TIMING, NEIGHBOUR_ID, STALE_HOP_COST } from "../../../firmware/wire/constants.js";
import { FrameBuffer } from "../../../firmware/wire/frame-buffer.js";
import { FRAME_HELLO, FRAME_HOST_TRUNK_OUT, OFFSET_TYPE } from "../../../firmware/wire/frame-types.js";
import { writeFabricHeader } from "../../../firmware/wire/header.js";
import { encodeHello, HelloFields } from "../../../firmware/wire/hello-frame.js";
import { LINK_ALIVE, LINK_DEAD, LINK_TRUNK } from "../../../firmware/wire/host-status-frames.js";
import { decodeHostTrunk, MAX_TRUNK_FRAME_BYTES } from "../../../firmware/wire/trunk-frames.js";
import { CardBench, SESSION } from "../../support/card-bench.js";
import {
  hostClose,
  hostOpen,
  hostStatusRequest,
  hostTrunk,
  hostTrunkClose,
  hostTrunkOpen,
} from "../../support/host-frames.js";
import { memberList } from "../../support/member-lists.js";
import type { UnitCase } from "../../support/unit-case.js";
import { VirtualFabric } from "../../support/virtual-fabric.js";

const { helloUs: HELLO_US, linkDeadUs: DEAD_US } = DEFAULT_TIMING;
const MEMBERS = [1, 2, 3, 4].map((card) => [card, 1] as const);

/** Card 2, with cables to 1 and 3; 4 is at the other end of its trunk. */
function bench(): CardBench {
  return new CardBench({ cardId: 2, members: MEMBERS, neighbours: [1, 3] });
}

/** A hello of card 4, that hears card 2 and reaches `routes`: card, cost, path. */
function helloOf4(routes: readonly (readonly [number, number, number])[] = []): FrameBuffer {
  const frame = new FrameBuffer();
  const fields = new HelloFields();
  fields.heard = 2;
  fields.membersChecksum = memberList(MEMBERS).checksum;
  for (const [card, cost, path] of routes) fields.addRoute(card, cost, path);
  writeFabricHeader(frame, FRAME_HELLO, 4, NEIGHBOUR_ID, 1, 7);
  encodeHello(frame, fields);
  return hostTrunk(SESSION, frame);
}

/** What the card has sent over its trunk, by type. */
function overTrunk(of: CardBench): number[] {
  return of.host.frames
    .filter(({ type }) => type === FRAME_HOST_TRUNK_OUT)
    .map(({ frame }) => {
      const carried = new FrameBuffer();
      return decodeHostTrunk(frame, carried) ? (carried.bytes[OFFSET_TYPE] as number) : -1;
    });
}

function costTo(of: CardBench, card: number): number | undefined {
  of.fromHost(hostStatusRequest(SESSION));
  const links = of.host.links();
  const index = links.routeCards.subarray(0, links.routeCount).indexOf(card);
  return index < 0 ? undefined : links.routeCosts[index];
}

function linkCount(of: CardBench): number {
  of.fromHost(hostStatusRequest(SESSION));
  return of.host.links().linkCount;
}

/** Cards 1, 2 and 3 in a line, 4, 5 and 6 in another, and a host for each pair 1-4, 2-5, 3-6. */
function duplicated(): VirtualFabric {
  const fabric = new VirtualFabric({
    cards: 6,
    cables: [
      [0, 1],
      [1, 2],
      [3, 4],
      [4, 5],
    ],
  });
  fabric.initialise(undefined, [2]);
  for (const place of [0, 1, 2]) fabric.lendTrunk(place, place + 3);
  fabric.run(300_000);
  return fabric;
}

function answered(fabric: VirtualFabric, place: number, tag: number): boolean {
  fabric.request(place, tag);
  const isAnswered = (): boolean =>
    fabric
      .host(place)
      .answers()
      .some((answer) => answer.tag === tag);
  return fabric.runUntil(isAnswered, 400_000) < Number.POSITIVE_INFINITY;
}

export const trunkCases: readonly UnitCase[] = [
  {
    title:
      "a trunk is one more link: hellos go over it and come over it, at a higher cost than any way by cables",
    run(t) {
      const one = bench();
      t.is(linkCount(one), 2);
      one.fromHost(hostTrunkOpen(SESSION));
      one.advance(HELLO_US);
      t.true(overTrunk(one).includes(FRAME_HELLO));
      t.is(linkCount(one), 3);
      one.fromHost(helloOf4([[3, 1, 0b1100]]));
      t.is(costTo(one, 4), 10);
      t.is(costTo(one, 3), 1, "a cable is preferred");
      const links = one.host.links();
      t.deepEqual(
        [links.neighbours[2], links.states[2], links.badFrames[2]],
        [4, LINK_ALIVE + LINK_TRUNK, 0],
      );
      t.is(links.states[0], LINK_ALIVE, "a cable is no trunk");
      one.hello(1, [[4, 1, 0b1100]]);
      t.is(costTo(one, 4), 2, "even two of them");
    },
  },
  {
    title: "opened twice it is one trunk; closed, or with another session, or closed by the host, it is gone",
    run(t) {
      const one = bench();
      const open = (): void => {
        one.fromHost(hostTrunkOpen(SESSION));
        one.fromHost(hostTrunkOpen(SESSION));
        one.fromHost(helloOf4());
      };
      open();
      t.deepEqual([linkCount(one), costTo(one, 4)], [3, 10]);
      one.fromHost(hostTrunkClose(SESSION));
      t.deepEqual([linkCount(one), costTo(one, 4)], [2, undefined]);
      one.fromHost(hostTrunkClose(SESSION));
      open();
      one.fromHost(hostOpen(SESSION));
      t.is(linkCount(one), 3, "an OPEN that is repeated changes nothing");
      one.fromHost(hostOpen(SESSION + 1));
      one.fromHost(hostOpen(SESSION));
      t.is(linkCount(one), 2);
      open();
      one.fromHost(hostClose(SESSION));
      one.fromHost(hostOpen(SESSION));
      t.is(linkCount(one), 2);
    },
  },
  {
    title: "frames for a trunk that is not there, and bodies of another length, are counted and dropped",
    run(t) {
      const one = bench();
      const { counters } = one.card;
      one.fromHost(helloOf4());
      t.is(counters.dropSession, 1);
      one.fromHost(hostTrunkOpen(SESSION));
      for (const frame of [hostTrunkOpen(SESSION), hostTrunkClose(SESSION)]) {
        frame.length += 1;
        one.fromHost(frame);
      }
      const short = new FrameBuffer();
      short.length = 8;
      one.fromHost(hostTrunk(SESSION, short));
      t.is(counters.dropLength, 3);
      const bad = new FrameBuffer();
      bad.length = 30;
      one.fromHost(hostTrunk(SESSION, bad));
      t.is(counters.dropVersion, 1, "what is inside is trusted no more than what comes over a cable");
      t.is(linkCount(one), 3);
    },
  },
  {
    title:
      "a host that takes no frames loses them, counted once, and a frame too long for a trunk is lost too",
    run(t) {
      const one = bench();
      one.fromHost(hostTrunkOpen(SESSION));
      one.fromHost(helloOf4());
      one.advance(2 * HELLO_US);
      const before = one.card.counters.dropSendFull;
      one.hostAccepts = false;
      one.receive(
        1,
        FRAME_HELLO,
        (frame) => {
          frame.length = 60;
        },
        { destination: 4, link: 0 },
      );
      t.is(one.card.counters.dropSendFull, before + 1);
      one.hostAccepts = true;
      one.receive(
        1,
        FRAME_HELLO,
        (frame) => {
          frame.length = MAX_TRUNK_FRAME_BYTES + 1;
        },
        { destination: 4, link: 0 },
      );
      t.is(one.card.counters.dropSendFull, before + 2);
      t.is(one.card.counters.framesForwarded, 0);
    },
  },
  {
    title: "a silent trunk is no way, and no cable that has failed",
    run(t) {
      const one = bench();
      one.fromHost(hostTrunkOpen(SESSION));
      one.fromHost(helloOf4());
      one.advance(DEFAULT_TIMING.linkStaleUs);
      t.is(costTo(one, 4), STALE_HOP_COST);
      one.advance(DEAD_US);
      t.is(costTo(one, 4), undefined);
      t.is(one.host.links().states[2], LINK_DEAD + LINK_TRUNK);
      const condition = { state: 0, role: 0, silentCables: 9 };
      one.card.readCondition(condition, one.nowUs);
      t.is(condition.silentCables, 0);
    },
  },
  {
    title: "a card with as many cables as it can have links has no place for a trunk",
    run(t) {
      const one = new CardBench({ cardId: 2, members: MEMBERS, neighbours: [1, 3, 3, 3, 3, 3, 3, 3] });
      one.fromHost(hostTrunkOpen(SESSION));
      t.is(linkCount(one), 8);
      one.fromHost(helloOf4());
      t.is(one.card.counters.dropSession, 1);
    },
  },
  {
    title: "two fabrics of cables are one where hosts lend trunks, and the secondary moves to the other side",
    run(t) {
      const fabric = duplicated();
      for (const place of [0, 1, 2]) fabric.endTrunk(place, place + 3);
      fabric.run(300_000);
      t.true(answered(fabric, 0, 1), "the half with the tie-breaker works alone");
      t.false(answered(fabric, 4, 1), "the other one waits");
      for (const place of [0, 1, 2]) fabric.lendTrunk(place, place + 3);
      fabric.run(300_000);
      t.true(answered(fabric, 4, 2));
      const before = fabric.status(0).status();
      t.true(before.primary <= 3 && before.secondary <= 3);
      fabric.run(2_500_000);
      const after = fabric.status(0).status();
      t.true(after.primary <= 3 && after.secondary > 3, "one role on each side");
      const skipped = fabric.cards.map(({ card }) => card?.counters.numbersSkippedByViews ?? 0);
      t.deepEqual(skipped, [0, 0, 0, 0, 0, 0]);
    },
  },
  {
    title: "all cables of one fabric cut: its cards go on over their trunks",
    run(t) {
      const fabric = duplicated();
      fabric.cut(0);
      fabric.cut(1);
      for (const place of [0, 1, 2, 3, 4, 5]) t.true(answered(fabric, place, 9), `card ${place + 1}`);
      fabric.mend(0);
      fabric.mend(1);
      fabric.cut(2);
      fabric.cut(3);
      for (const place of [0, 1, 2, 3, 4, 5]) t.true(answered(fabric, place, 10), `card ${place + 1}`);
    },
  },
  {
    title: "the cards of the other fabric gone, or one host, or all trunks but one: the rest goes on",
    run(t) {
      const fabric = duplicated();
      fabric.endTrunk(0, 3);
      fabric.endTrunk(1, 4);
      for (const place of [0, 5, 3]) t.true(answered(fabric, place, 11), `card ${place + 1}`);
      for (const place of [3, 4, 5]) fabric.kill(place);
      for (const place of [0, 1, 2]) t.true(answered(fabric, place, 12), `card ${place + 1}`);
    },
  },
];
