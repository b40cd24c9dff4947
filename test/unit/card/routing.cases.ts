import { DEFAULT_TIMING } from "../../../firmware/wire/constants.js";
import { FrameBuffer } from "../../../firmware/wire/frame-buffer.js";
import { FRAME_HELLO, FRAME_STORE } from "../../../firmware/wire/frame-types.js";
import { writeFabricHeader } from "../../../firmware/wire/header.js";
import { LINK_ALIVE, LINK_DEAD } from "../../../firmware/wire/host-status-frames.js";
import { encodeStore } from "../../../firmware/wire/number-frames.js";
import { uint64 } from "../../support/layout.js";
import type { UnitCase } from "../../support/unit-case.js";
import {
  line,
  ring,
  star,
  TRIANGLE,
  VirtualFabric,
  type VirtualFabricOptions,
} from "../../support/virtual-fabric.js";

/** The cards that the card at `place` has a way to. */
function reached(fabric: VirtualFabric, place: number): number[] {
  const links = fabric.status(place).links();
  return [...links.routeCards.subarray(0, links.routeCount)];
}

/** Asks at `place` for a number every millisecond from now on. */
function askSteadily(fabric: VirtualFabric, place: number): void {
  let tag = 0;
  const ask = (): void => {
    tag += 1;
    fabric.request(place, tag);
    fabric.schedule(fabric.nowUs + 1000, ask);
  };
  ask();
}

function started(options: VirtualFabricOptions): VirtualFabric {
  const fabric = new VirtualFabric(options);
  fabric.initialise();
  fabric.run(150_000);
  return fabric;
}

export const routingCases: readonly UnitCase[] = [
  {
    title: "a card without cables needs none",
    run(t) {
      const fabric = started({ cards: 1, cables: [] });
      fabric.request(0, 1);
      t.is(fabric.host(0).answers().length, 1);
      t.is(fabric.status(0).links().linkCount, 0);
    },
  },
  {
    title: "every card finds every other, over a triangle, lines, rings and a star, by the shortest way",
    run(t) {
      const fabrics: readonly (readonly [string, VirtualFabricOptions, number])[] = [
        ["triangle", { cards: 3, cables: TRIANGLE }, 1],
        ["line of 5", { cards: 5, cables: line(5) }, 4],
        ["ring of 6", { cards: 6, cables: ring(6) }, 3],
        ["star of 6", { cards: 6, cables: star(6, 5) }, 2],
        ["line of 10", { cards: 10, cables: line(10) }, 9],
      ];
      for (const [name, options, farthest] of fabrics) {
        const fabric = started(options);
        for (let place = 0; place < options.cards; place += 1) {
          t.is(reached(fabric, place).length, options.cards - 1, `${name}, card ${place + 1}`);
        }
        const links = fabric.status(0).links();
        const costs = [...links.routeCosts.subarray(0, links.routeCount)];
        t.is(Math.max(...costs), farthest, name);
      }
    },
  },
  {
    title: "a cut cable of a triangle or a ring is routed around within 100 ms, whenever it is cut",
    run(t) {
      for (const [cards, cables] of [
        [3, TRIANGLE],
        [5, ring(5)],
      ] as const) {
        for (const phaseUs of [0, 13_000, 26_000, 39_000, 49_900]) {
          const fabric = started({ cards, cables });
          for (let place = 0; place < cards; place += 1) askSteadily(fabric, place);
          fabric.run(phaseUs);
          const cutUs = fabric.nowUs;
          fabric.cut(0);
          fabric.run(150_000);
          t.true(fabric.lastLostUs >= cutUs, "the cable was in use");
          t.true(fabric.lastLostUs - cutUs < 100_000, `lost for ${fabric.lastLostUs - cutUs} us`);
          const before = fabric.cards.map((_, place) => fabric.host(place).answers().length);
          fabric.run(20_000);
          fabric.cards.forEach((_, place) => {
            t.true(
              fabric.host(place).answers().length > (before[place] as number),
              `card ${place + 1} gets numbers`,
            );
          });
        }
      }
    },
  },
  {
    title: "a cable cut one way only is routed around within 100 ms too, by both of its ends",
    run(t) {
      for (const from of [0, 1]) {
        for (const phaseUs of [0, 25_000, 49_900]) {
          const fabric = started({ cards: 3, cables: TRIANGLE });
          for (let place = 0; place < 3; place += 1) askSteadily(fabric, place);
          fabric.run(phaseUs);
          const cutUs = fabric.nowUs;
          fabric.cut(0, from);
          fabric.run(100_000);
          t.true(fabric.lastLostUs >= cutUs && fabric.lastLostUs - cutUs < 100_000);
          let used = 0;
          fabric.filter = (sender, receiver, frame) => {
            if (frame.bytes[1] !== FRAME_HELLO && sender + receiver === 1) used += 1;
            return true;
          };
          fabric.run(100_000);
          t.is(used, 0, "the good way is not used either");
          t.true(fabric.lastLostUs - cutUs < 100_000);
          fabric.mend(0);
          fabric.run(120_000);
          t.true(used > 0, "mended, it is used again");
        }
      }
    },
  },
  {
    title: "a lost hello, or two, of any card takes no way away from a line",
    run(t) {
      for (const silent of [0, 1, 2]) {
        const fabric = started({ cards: 3, cables: line(3) });
        for (let place = 0; place < 3; place += 1) askSteadily(fabric, place);
        let lost = 0;
        fabric.filter = (from, _to, frame) => {
          if (lost >= 2 || from !== silent || frame.bytes[1] !== FRAME_HELLO) return true;
          lost += 1;
          return false;
        };
        fabric.run(300_000);
        t.true(lost > 0);
        for (let place = 0; place < 3; place += 1) {
          t.is(fabric.status(place).counter("dropNoRoute"), fabric.at(place).card?.counters.dropNoRoute);
          t.deepEqual(fabric.host(place).refusals(), []);
          t.true(fabric.host(place).answers().length >= 298);
        }
      }
    },
  },
  {
    title: "a dead card disappears from every card, and no news of it goes round in a circle",
    run(t) {
      for (const [cards, cables] of [
        [4, ring(4)],
        [5, ring(5)],
        [5, star(5, 4)],
      ] as const) {
        const fabric = started({ cards, cables });
        fabric.kill(3);
        fabric.run(DEFAULT_TIMING.linkDeadUs + 20_000);
        for (let step = 0; step < 10; step += 1) {
          for (const place of [0, 1, 2]) t.false(reached(fabric, place).includes(4));
          fabric.run(50_000);
        }
        fabric.boot(3);
        fabric.run(60_000);
        for (const place of [0, 1, 2]) t.true(reached(fabric, place).includes(4));
      }
    },
  },
  {
    title: "while ways are old, a frame for a dead card makes few hops and no more",
    run(t) {
      const fabric = started({ cards: 6, cables: ring(6) });
      fabric.kill(1);
      let carried = 0;
      fabric.filter = (_from, _to, frame) => {
        if (frame.bytes[1] === FRAME_STORE) carried += 1;
        return true;
      };
      for (let step = 0; step < 60; step += 1) {
        const frame = new FrameBuffer();
        writeFabricHeader(frame, FRAME_STORE, 4, 2, 16, 7);
        encodeStore(frame, 0x101, 4, 1, uint64(1n), 1);
        carried = 0;
        fabric.fromLink(2, 1, frame);
        fabric.run(5000);
        t.true(carried <= 15, `${carried} hops`);
      }
      t.is(carried, 0, "in the end nobody sends it anywhere");
    },
  },
  {
    title: "of two cables between the same cards one may be cut",
    run(t) {
      const fabric = started({
        cards: 3,
        cables: [
          [0, 1],
          [0, 1],
          [1, 2],
        ],
      });
      askSteadily(fabric, 2);
      const cutUs = fabric.nowUs;
      fabric.cut(0);
      fabric.run(200_000);
      t.true(fabric.lastLostUs - cutUs < 100_000);
      fabric.host(2).clear();
      fabric.run(20_000);
      t.true(fabric.host(2).answers().length >= 18);
      fabric.cut(1);
      fabric.run(300_000);
      t.deepEqual(reached(fabric, 0), []);
      fabric.mend(0);
      fabric.run(60_000);
      t.deepEqual(reached(fabric, 0), [2, 3]);
    },
  },
  {
    title: "a cable that is moved to another card is found where it is",
    run(t) {
      const fabric = started({ cards: 3, cables: line(3), links: 2 });
      t.is(fabric.status(2).links().neighbours[0], 2);
      fabric.plug(1, 0, 1, 2, 0);
      fabric.run(60_000);
      t.is(fabric.status(2).links().neighbours[0], 1);
      t.deepEqual(reached(fabric, 2), [1, 2]);
      fabric.run(300_000);
      t.deepEqual(reached(fabric, 1), [1, 3]);
      const links = fabric.status(1).links();
      t.deepEqual([...links.states.subarray(0, 2)], [LINK_ALIVE, LINK_DEAD]);
    },
  },
];
