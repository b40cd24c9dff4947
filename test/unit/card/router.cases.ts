import { Router } from "../../../firmware/card/router.js";
import { DEFAULT_TIMING, NEIGHBOUR_ID, UNREACHABLE_COST } from "../../../firmware/wire/constants.js";
import { crc32 } from "../../../firmware/wire/crc32.js";
import type { FrameBuffer } from "../../../firmware/wire/frame-buffer.js";
import { FRAME_ANSWER, FRAME_HELLO } from "../../../firmware/wire/frame-types.js";
import type { HelloFields } from "../../../firmware/wire/hello-frame.js";
import { LINK_ALIVE, LINK_DEAD, LINK_STALE } from "../../../firmware/wire/host-status-frames.js";
import { encodeAnswer } from "../../../firmware/wire/number-frames.js";
import { CardBench } from "../../support/card-bench.js";
import { cardContext } from "../../support/card-parts.js";
import { compact } from "../../support/hex.js";
import { payloadOf, uint64 } from "../../support/layout.js";
import type { Sent } from "../../support/link-log.js";
import type { TestCable } from "../../support/test-cable.js";
import type { UnitCase } from "../../support/unit-case.js";

/** Cards 1 to 4; the bench's card is 2, with a cable to 1, to 3 and a second one to 3. Paths: bit 0 for card 1, ... */
function crossing(): CardBench {
  const members = [1, 2, 3, 4].map((card) => [card, 1] as const);
  const bench = new CardBench({ cardId: 2, members, neighbours: [1, 3, 3] });
  bench.helloing = false;
  return bench;
}

function frameTo(bench: CardBench, destination: number, hopsLeft = 16, source = 1): void {
  bench.receive(source, FRAME_ANSWER, (frame) => encodeAnswer(frame, 1, 2, uint64(3n), 4), {
    destination,
    hopsLeft,
    link: 0,
  });
}

/** The cables by which frames for `destination` go out, by trying. */
function linkTo(bench: CardBench, destination: number): number | undefined {
  bench.sent.clear();
  frameTo(bench, destination);
  return bench.sent.answers()[0]?.link;
}

export const routerCases: readonly UnitCase[] = [
  {
    title: "to a card that it does not know there is no way, at any cost",
    run(t) {
      const router = new Router(cardContext());
      t.deepEqual([router.reaches(9), router.costOf(9)], [false, UNREACHABLE_COST]);
    },
  },
  {
    title: "says hello at once over every cable, then every 25 ms, to whoever is there",
    run(t) {
      const bench = new CardBench({ cardId: 3, neighbours: [1, 2] });
      bench.advance(60_000);
      t.deepEqual(
        bench.sent.hellos().map(({ atUs, link, to }) => [atUs, link, to]),
        [0, 1000, 26_000, 51_000].flatMap((atUs) => [
          [atUs, 0, 255],
          [atUs, 1, 255],
        ]),
        "the second one tells of the neighbours that were heard meanwhile",
      );
      t.is(bench.sent.frames[0]?.frame.bytes[4], 1, "one hop and no further");
    },
  },
  {
    title: "a hello tells whom it hears there, the list's checksum, and each way with its cost and path",
    run(t) {
      const bench = crossing();
      bench.advance(5000);
      bench.hello(0, []);
      bench.hello(1, [[4, 1, 0b1100]]);
      bench.sent.clear();
      bench.advance(25_000);
      const hellos = bench.sent.hellos();
      t.deepEqual(
        hellos.slice(-3).map(({ link, fields }) => [link, fields.heard]),
        [
          [0, 1],
          [1, 3],
          [2, 3],
        ],
      );
      const { routeCount, routeCards, routeCosts, routePaths, membersChecksum } = (
        hellos[0] as Sent<HelloFields>
      ).fields;
      t.is(routeCount, 3);
      t.deepEqual([...routeCards.subarray(0, 3)], [1, 3, 4]);
      t.deepEqual([...routeCosts.subarray(0, 3)], [1, 1, 2]);
      t.deepEqual([...routePaths.subarray(0, 3)], [0b0011, 0b0110, 0b1110]);
      t.is(membersChecksum, crc32(Uint8Array.of(1, 2, 3, 4), 4) >>> 0);
    },
  },
  {
    title: "news goes out at once, but no sooner than a millisecond behind the last hello; no news, no hello",
    run(t) {
      const bench = crossing();
      bench.advance(24_000);
      const lastUs = bench.sent.hellos().at(-1)?.atUs ?? 0;
      bench.sent.clear();
      for (let link = 0; link < 3; link += 1) bench.hello(link);
      t.is(bench.sent.hellos().length, 0);
      t.true(bench.nowUs - lastUs > 1000);
      bench.hello(1, [[4, 1, 0b1100]]);
      bench.advance(0);
      t.is(bench.sent.hellos().length, 3, "news");
      bench.hello(1, [[4, 2, 0b1100]]);
      bench.advance(999);
      t.is(bench.sent.hellos().length, 3);
      bench.advance(1);
      t.is(bench.sent.hellos().length, 6, "a millisecond later");
      bench.hello(1, [[4, 2, 0b1100]]);
      bench.hello(0, [[9, 2, 0b1100]]);
      bench.advance(20_000);
      t.is(bench.sent.hellos().length, 6, "the same again, and a stranger, are no news");
    },
  },
  {
    title: "takes the cheapest way, the first among equals, and never one through itself",
    run(t) {
      const bench = crossing();
      t.deepEqual([linkTo(bench, 1), linkTo(bench, 3), linkTo(bench, 4)], [0, 1, undefined]);
      t.is(bench.card.counters.dropNoRoute, 1);
      bench.hello(0, [[4, 2, 0b1101]]);
      t.is(linkTo(bench, 4), 0);
      bench.hello(2, [[4, 1, 0b1100]]);
      t.is(linkTo(bench, 4), 2, "cheaper");
      bench.hello(1, [[4, 1, 0b1100]]);
      t.is(linkTo(bench, 4), 1, "as cheap, and first");
      bench.hello(1, [[4, 1, 0b1110]]);
      t.is(linkTo(bench, 4), 2, "that way leads back here");
      bench.hello(2);
      t.is(linkTo(bench, 4), 0);
      bench.hello(0, [[4, 255, 0b1101]]);
      t.is(linkTo(bench, 4), undefined, "no way at all");
      bench.hello(0, [[4, 254, 0b1101]]);
      t.is(linkTo(bench, 4), undefined, "dearer than anything can be");
      bench.hello(0, [[4, 253, 0b1101]]);
      t.is(linkTo(bench, 4), 0);
    },
  },
  {
    title: "a cable whose other end does not hear this card is taken only where there is no other way",
    run(t) {
      const bench = crossing();
      bench.hello(1, [[4, 1, 0b1100]], { heard: 0 });
      t.is(linkTo(bench, 3), 2);
      t.is(linkTo(bench, 4), 1, "the only way");
      bench.hello(0, [[4, 3, 0b1101]]);
      t.is(linkTo(bench, 4), 0, "a way round");
      bench.hello(0, [[4, 3, 0b1101]], { heard: 9 });
      t.is(linkTo(bench, 1), 0);
      t.is(linkTo(bench, 4), 1);
    },
  },
  {
    title: "a silent cable turns stale, then dead, to the microsecond, and the card wakes up for it",
    run(t) {
      const { linkStaleUs, linkDeadUs } = DEFAULT_TIMING;
      const bench = crossing();
      bench.advance(20_000);
      bench.hello(2);
      const stateOf = (link: number): number | undefined => bench.status().links().states[link];
      bench.advance(linkStaleUs - 20_000 - 1);
      t.deepEqual(
        [stateOf(0), stateOf(1), stateOf(2), linkTo(bench, 3)],
        [LINK_ALIVE, LINK_ALIVE, LINK_ALIVE, 1],
      );
      bench.advance(1);
      t.deepEqual([stateOf(1), stateOf(2), linkTo(bench, 3)], [LINK_STALE, LINK_ALIVE, 2]);
      t.is(bench.sent.hellos().length, 0);
      bench.advance(linkDeadUs - linkStaleUs - 1);
      t.deepEqual([stateOf(1), stateOf(2)], [LINK_STALE, LINK_STALE]);
      bench.advance(1);
      t.deepEqual([stateOf(1), stateOf(2), linkTo(bench, 3)], [LINK_DEAD, LINK_STALE, 2]);
      bench.advance(20_000);
      t.deepEqual([stateOf(2), linkTo(bench, 3)], [LINK_DEAD, undefined]);
      bench.hello(1);
      t.is(linkTo(bench, 3), 1, "and back at the first hello");
    },
  },
  {
    title: "a cable over which anything comes is not silent; one that was, comes back with a hello only",
    run(t) {
      const { linkStaleUs, linkDeadUs } = DEFAULT_TIMING;
      const bench = crossing();
      const states = (): number[] => [...bench.status().links().states.subarray(0, 2)];
      for (let passed = 0; passed < 2 * linkDeadUs; passed += linkStaleUs - 1) {
        bench.advance(linkStaleUs - 1);
        frameTo(bench, 2);
      }
      t.deepEqual(states(), [LINK_ALIVE, LINK_DEAD]);
      bench.advance(linkStaleUs);
      t.deepEqual(states(), [LINK_STALE, LINK_DEAD]);
      frameTo(bench, 2);
      bench.receive(3, FRAME_ANSWER, (frame) => encodeAnswer(frame, 1, 2, uint64(3n), 4), { link: 1 });
      bench.advance(linkDeadUs - 1);
      t.deepEqual(states(), [LINK_STALE, LINK_DEAD], "frames tell nothing of what the other end hears");
      bench.advance(1);
      t.deepEqual(states(), [LINK_DEAD, LINK_DEAD]);
      bench.hello(0);
      t.deepEqual(states(), [LINK_ALIVE, LINK_DEAD]);
    },
  },
  {
    title: "tells at once of a cable that has fallen silent, also where no way changes by it",
    run(t) {
      const bench = crossing();
      bench.advance(DEFAULT_TIMING.linkStaleUs - 2000);
      bench.hello(0);
      bench.hello(1);
      bench.sent.clear();
      bench.advance(2000);
      t.deepEqual(
        bench.sent.hellos().map(({ link, fields }) => [link, fields.heard]),
        [
          [0, 1],
          [1, 3],
          [2, 0],
        ],
      );
    },
  },
  {
    title: "tells the other end of a silent cable that it hears it no more",
    run(t) {
      const bench = crossing();
      bench.advance(DEFAULT_TIMING.linkStaleUs - 1000);
      bench.hello(0);
      bench.sent.clear();
      bench.advance(2000);
      t.deepEqual(
        bench.sent.hellos().map(({ link, fields }) => [link, fields.heard]),
        [
          [0, 1],
          [1, 0],
          [2, 0],
        ],
        "at once",
      );
    },
  },
  {
    title:
      "a hello that says what the one before said has no turn, until what it was checked against changes",
    run(t) {
      const bench = new CardBench({ cardId: 2 });
      bench.helloing = false;
      const [cable] = bench.cables as [TestCable];
      const isHandedOn = (): boolean => {
        const before = cable.expectedFrames;
        bench.hello(0);
        return cable.expectedFrames === before;
      };
      bench.hello(0);
      t.false(isHandedOn());
      bench.advance(DEFAULT_TIMING.linkStaleUs - 1000);
      t.false(isHandedOn());
      bench.advance(2000);
      t.is(bench.status().links().states[0], LINK_ALIVE, "it is heard all the same");
      t.is(bench.status().links().framesIn[0], cable.expectedFrames + 2, "and counted");

      bench.beacon({ ceiling: 200_000n });
      t.true(isHandedOn(), "its ceiling was written");
      t.false(isHandedOn());
      bench.hello(0, [], { heard: 0 });
      t.true(isHandedOn(), "the other end did not hear this card meanwhile");
      t.false(isHandedOn());
      bench.hello(0, [], { checksum: 1 });
      t.true(isHandedOn(), "it had another list meanwhile");
      bench.advance(DEFAULT_TIMING.linkStaleUs);
      t.true(isHandedOn(), "it was silent");
    },
  },
  {
    title: "passes frames on, one hop less, and counts them",
    run(t) {
      const bench = crossing();
      bench.sent.clear();
      frameTo(bench, 3, 16);
      frameTo(bench, 3, 2);
      t.deepEqual(
        bench.sent.frames.map(({ link, frame }) => [link, frame.bytes[2], frame.bytes[3], frame.bytes[4]]),
        [
          [1, 1, 3, 15],
          [1, 1, 3, 1],
        ],
      );
      t.is(
        payloadOf(bench.sent.frames[0]?.frame as FrameBuffer).slice(10),
        compact("07000000 0100000000 02000000 0300000000000000 0400"),
      );
      t.is(bench.card.counters.framesForwarded, 2);
      const links = bench.status().links();
      t.deepEqual([links.framesIn[0], links.framesIn[1]], [4, 1], "its hello and the first view among them");
    },
  },
  {
    title: "a frame that has gone far enough, or claims more hops than there can be, is dropped",
    run(t) {
      const bench = crossing();
      bench.sent.clear();
      for (const hopsLeft of [0, 1, 17, 255]) frameTo(bench, 3, hopsLeft);
      t.is(bench.card.counters.dropHops, 4);
      t.is(bench.sent.frames.length, 0);
      t.is(bench.card.counters.framesForwarded, 0);
      bench.store(1, { originator: 3, requestId: 4 });
      t.is(bench.card.counters.dropHops, 4);
    },
  },
  {
    title: "a full cable drops the frame and counts it, for the card and for the cable",
    run(t) {
      const bench = crossing();
      bench.accepts = false;
      frameTo(bench, 3);
      frameTo(bench, 3);
      t.is(bench.card.counters.dropSendFull, 2);
      t.is(bench.card.counters.framesForwarded, 0);
      const links = bench.status().links();
      t.deepEqual([links.dropped[0], links.dropped[1]], [0, 2]);
    },
  },
  {
    title: "a hello that finds no room is counted as well, at each cable, and the next says the same",
    run(t) {
      const bench = crossing();
      bench.advance(DEFAULT_TIMING.helloUs);
      const before = bench.sent.frames.length;
      bench.accepts = false;
      bench.advance(DEFAULT_TIMING.helloUs);
      const links = bench.status().links();
      t.true((links.dropped[0] as number) > 0 && (links.dropped[1] as number) > 0);
      bench.accepts = true;
      bench.advance(DEFAULT_TIMING.helloUs);
      t.true(bench.sent.frames.length > before);
    },
  },
  {
    title: "a hello of a wrong length is counted and changes nothing",
    run(t) {
      const bench = crossing();
      bench.receive(3, FRAME_HELLO, (frame) => frame.bytes.fill(0, 9, 14), {
        destination: NEIGHBOUR_ID,
        link: 1,
      });
      t.is(bench.card.counters.dropLength, 1);
      t.is(linkTo(bench, 3), 1);
    },
  },
  {
    title: "another card at the end of a cable takes the place of the one before",
    run(t) {
      const bench = crossing();
      bench.hello(0, [[3, 1, 0b0101]]);
      bench.hello(0, [], { source: 4 });
      t.deepEqual([linkTo(bench, 4), linkTo(bench, 1)], [0, undefined]);
      t.is(bench.status().links().neighbours[0], 4);
    },
  },
  {
    title: "a neighbour of another member list is a neighbour, but its ways are not taken",
    run(t) {
      const bench = crossing();
      bench.hello(1, [[4, 1, 0b1100]], { checksum: 0 });
      t.deepEqual([linkTo(bench, 3), linkTo(bench, 4)], [1, undefined]);
    },
  },
];
