import type { Card } from "../../../firmware/card/card.js";
import { DEFAULT_TIMING, DEFAULT_WINDOW, NEIGHBOUR_ID } from "../../../firmware/wire/constants.js";
import { FrameBuffer } from "../../../firmware/wire/frame-buffer.js";
import {
  FRAME_ACCEPT,
  FRAME_ANSWER,
  FRAME_BEACON,
  FRAME_BEACON_ACK,
  FRAME_DECLINE,
  FRAME_HELLO,
  FRAME_HOST_OPEN,
  FRAME_PLAN,
  FRAME_PLAN_RESULT,
  FRAME_PREPARE,
  FRAME_PROMISE,
  FRAME_REFUSE,
  FRAME_REQUEST,
  FRAME_STORE,
  REFUSE_COLD,
  REFUSE_NO_LEASE,
  REFUSE_NO_VIEW,
  STATE_READY,
} from "../../../firmware/wire/frame-types.js";
import { writeFabricHeader } from "../../../firmware/wire/header.js";
import { CARD_FLAG_COLD } from "../../../firmware/wire/host-setup-frames.js";
import { Uint64 } from "../../../firmware/wire/uint64.js";
import { AskingHosts } from "../../support/asking-hosts.js";
import { CardBench, SESSION } from "../../support/card-bench.js";
import { hostInit, hostOpen } from "../../support/host-frames.js";
import { payloadOf, toBigInt } from "../../support/layout.js";
import { Random } from "../../support/random.js";
import type { UnitCase } from "../../support/unit-case.js";
import { line, ring, TRIANGLE, VirtualFabric } from "../../support/virtual-fabric.js";

/** A well-formed frame from card 1 to the bench's card 3, for changing. */
function frame(type: number, change: (frame: FrameBuffer) => void = () => {}): FrameBuffer {
  const made = new FrameBuffer();
  writeFabricHeader(made, type, 1, 3, 16, 7);
  made.length = 9;
  change(made);
  return made;
}

function byte(offset: number, value: number): (frame: FrameBuffer) => void {
  return ({ bytes }) => {
    bytes[offset] = value;
  };
}

/** What the counters of frames dropped are, where they are not 0. */
function drops(card: Card): Record<string, number> {
  return Object.fromEntries(
    Object.entries(card.counters).filter(([name, count]) => name.startsWith("drop") && count > 0),
  );
}

function started(cards: number, cables: readonly (readonly [number, number])[]): VirtualFabric {
  const fabric = new VirtualFabric({ cards, cables });
  fabric.initialise(new Uint64(0, 1), cards % 2 === 0 ? [2] : []);
  fabric.run(120_000);
  return fabric;
}

function answersOf(fabric: VirtualFabric, place: number, tag: number, waitUs = 30_000): bigint[] {
  fabric.host(place).clear();
  fabric.request(place, tag);
  fabric.run(waitUs);
  return fabric
    .host(place)
    .answers()
    .map(({ first }) => first);
}

function codesOf(fabric: VirtualFabric, place: number): number[] {
  return fabric
    .host(place)
    .refusals()
    .map(({ code }) => code);
}

export const cardCases: readonly UnitCase[] = [
  {
    title: "every frame that is dropped is counted under its own cause, and answered by nothing",
    run(t) {
      const causes: readonly (readonly [string, FrameBuffer])[] = [
        ["dropVersion", frame(FRAME_BEACON, byte(0, 0))],
        ["dropVersion", frame(FRAME_BEACON, byte(0, 2))],
        ["dropLength", frame(FRAME_HELLO, (made) => (made.length = 8))],
        ["dropLength", frame(FRAME_HELLO, (made) => (made.length = 1))],
        ["dropFabric", frame(FRAME_BEACON, byte(5, 8))],
        ["dropFabric", frame(FRAME_BEACON, byte(8, 1))],
        ["dropSource", frame(FRAME_BEACON, byte(2, 0))],
        ["dropSource", frame(FRAME_BEACON, byte(2, 4))],
        ["dropSource", frame(FRAME_BEACON, byte(2, 255))],
        ["dropSource", frame(FRAME_BEACON, byte(2, 3))],
        ["dropDestination", frame(FRAME_BEACON, byte(3, 0))],
        ["dropDestination", frame(FRAME_BEACON, byte(3, 9))],
        ["dropType", frame(0)],
        ["dropType", frame(0x0e)],
        ["dropType", frame(FRAME_HELLO)],
        ["dropType", frame(FRAME_HOST_OPEN)],
        ["dropType", frame(FRAME_BEACON, byte(3, NEIGHBOUR_ID))],
        ["dropLength", frame(FRAME_HELLO, byte(3, NEIGHBOUR_ID))],
        ["dropLength", frame(FRAME_REQUEST)],
        ["dropLength", frame(FRAME_STORE)],
        ["dropLength", frame(FRAME_ANSWER)],
        ["dropLength", frame(FRAME_REFUSE)],
        ["dropLength", frame(FRAME_BEACON)],
        ["dropLength", frame(FRAME_BEACON_ACK)],
        ["dropLength", frame(FRAME_PREPARE)],
        ["dropLength", frame(FRAME_PROMISE)],
        ["dropLength", frame(FRAME_DECLINE)],
        ["dropLength", frame(FRAME_ACCEPT)],
        ["dropLength", frame(FRAME_PLAN)],
        ["dropLength", frame(FRAME_PLAN_RESULT)],
      ];
      const bench = new CardBench({ cardId: 3 });
      for (const [cause, made] of causes) {
        const fresh = new CardBench({ cardId: 3, storage: bench.storage, uninitialised: true });
        fresh.sent.clear();
        fresh.receiveRaw(made);
        t.deepEqual(drops(fresh.card), { [cause]: 1 }, payloadOf(made));
        t.is(fresh.sent.frames.length, 0);
      }
    },
  },
  {
    title: "a request without a way to the primary is counted, and asked again until there is one",
    run(t) {
      const bench = new CardBench({ cardId: 3, neighbours: [1, 2] });
      bench.helloing = false;
      for (let waited = 0; waited < 6; waited += 1) {
        bench.advance(40_000);
        bench.beacon();
      }
      bench.advance(15_000);
      bench.sent.clear();
      const before = bench.card.counters.dropNoRoute;
      bench.ask(1);
      t.is(bench.card.counters.dropNoRoute, before + 1);
      t.is(bench.sent.requests().length, 0);
      bench.hello(0);
      bench.advance(DEFAULT_TIMING.retryUs);
      t.is(bench.sent.requests().length, 1);
    },
  },
  {
    title: "random frames from every side make it neither throw nor forget itself",
    run(t) {
      const random = new Random(2024);
      const bench = new CardBench({ cardId: 2 });
      for (let sent = 0; sent < 3000; sent += 1) {
        const noise = new FrameBuffer();
        noise.length = 1 + random.below(60);
        for (let index = 0; index < noise.length; index += 1) noise.bytes[index] = random.below(256);
        noise.bytes[0] = random.chance(95) ? 1 : 2;
        if (random.chance(50)) {
          writeFabricHeader(
            noise,
            1 + random.below(14),
            1 + random.below(4),
            random.chance(50) ? 2 : 255,
            9,
            7,
          );
          bench.receiveRaw(noise, random.below(2));
        } else {
          noise.bytes[1] = 0x40 + random.below(6);
          if (random.chance(50)) noise.view.setUint32(2, SESSION, true);
          bench.fromHost(noise);
        }
        bench.advance(random.below(300));
      }
      bench.fromHost(hostOpen(SESSION));
      const status = bench.status().status();
      t.deepEqual([status.cardId, status.fabricId, status.memberCount], [2, 7, 3]);
      t.true(status.promised >= status.view);
    },
  },
  {
    title: "a card that holds no role is restarted: the others notice nothing, and it comes back by itself",
    run(t) {
      const fabric = started(3, TRIANGLE);
      const hosts = new AskingHosts(fabric, (place) => (place === 2 ? 0 : 1));
      hosts.run(20_000);
      fabric.kill(2);
      hosts.run(200_000);
      fabric.boot(2);
      fabric.openHost(2);
      hosts.run(40_000);
      t.deepEqual(hosts.checker.faults, []);
      t.is(hosts.refusals.size, 0, "not one request of the others was refused");
      t.is(hosts.checker.delivered >= 2 * 500, true);
      t.is(answersOf(fabric, 2, 1).length, 1);
      t.is(fabric.status(2).status().flags, CARD_FLAG_COLD);
    },
  },
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
      fabric.run(DEFAULT_TIMING.beaconUs + 2000);
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
        fabric.request(0, tag);
        if (fabric.at(0).card?.counters.numbersAssigned !== assigned) assignedUs = fabric.nowUs;
        fabric.run(500);
      }
      t.true(assignedUs > cutUs && assignedUs < cutUs + DEFAULT_TIMING.leaseUs);
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
  {
    title: "before the cards are members nobody says anything; one that is made a member alone has no quorum",
    run(t) {
      const fabric = new VirtualFabric({ cards: 3, cables: TRIANGLE });
      let carried = 0;
      fabric.filter = () => {
        carried += 1;
        return true;
      };
      fabric.openHost(0);
      fabric.run(300_000);
      t.is(carried, 0);
      t.is(fabric.at(0).ticks, 0);
      fabric.fromHost(0, hostInit());
      fabric.run(100_000);
      t.true(carried > 0);
      t.is(fabric.status(0).status().state, REFUSE_NO_LEASE);
      fabric.request(0, 1);
      fabric.run(DEFAULT_TIMING.patienceUs);
      t.deepEqual(codesOf(fabric, 0), [REFUSE_NO_VIEW], "its patience has ended, and its being primary");
    },
  },
  {
    title: "between the times that a card asks for nothing is due: waking it all the time changes nothing",
    run(t) {
      for (const cardId of [1, 2, 3]) {
        const logs = [0, 137].map((everyUs) => {
          const bench = new CardBench({ cardId });
          const end = 400_000;
          for (let step = 0; bench.nowUs < end; step += 1) {
            bench.advance(1000);
            if (step === 20) bench.ask(1, 3);
            if (step % 10 === 0 && step < 200) {
              if (cardId === 1) bench.ack(2);
              else bench.beacon({ sequence: step });
            }
            if (step % 7 === 0 && cardId === 2) {
              bench.store(1, { originator: 3, first: BigInt(step + 1), requestId: step });
            }
            for (let early = 0; everyUs > 0 && early < 7; early += 1) {
              bench.advance(everyUs);
              bench.card.tick(bench.nowUs);
            }
            if (everyUs === 0) bench.advance(7 * 137);
          }
          const sent = bench.sent.frames.map(
            (found) => `${found.atUs} ${found.link} ${payloadOf(found.frame)}`,
          );
          return [...sent, ...bench.host.frames.map((found) => `${found.atUs} ${payloadOf(found.frame)}`)];
        });
        t.true((logs[0]?.length ?? 0) > 50);
        t.deepEqual(logs[1], logs[0]);
      }
    },
  },
  {
    title:
      "an idle card wakes rarely: a primary for its beacons, the others less than a hundred times a second",
    run(t) {
      const fabric = started(5, ring(5));
      for (const virtual of fabric.cards) virtual.ticks = 0;
      fabric.run(1_000_000);
      t.true((fabric.at(0).ticks as number) <= 160, `primary ${fabric.at(0).ticks}`);
      for (const place of [1, 2, 3, 4]) {
        t.true(fabric.at(place).ticks <= 100, `card ${place + 1}: ${fabric.at(place).ticks}`);
      }
    },
  },
];
