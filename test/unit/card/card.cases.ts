import type { Card } from "../../../firmware/card/card.js";
import { DEFAULT_TIMING, NEIGHBOUR_ID } from "../../../firmware/wire/constants.js";
import { FrameBuffer } from "../../../firmware/wire/frame-buffer.js";
import {
  FRAME_ACCEPT,
  FRAME_ANSWER,
  FRAME_BEACON,
  FRAME_BEACON_ACK,
  FRAME_DECLINE,
  FRAME_HELLO,
  FRAME_HOST_OPEN,
  FRAME_JOIN,
  FRAME_PLAN,
  FRAME_PLAN_RESULT,
  FRAME_PREPARE,
  FRAME_PROMISE,
  FRAME_REFUSE,
  FRAME_REQUEST,
  FRAME_STORE,
  REFUSE_JOINING,
} from "../../../firmware/wire/frame-types.js";
import { writeFabricHeader } from "../../../firmware/wire/header.js";
import { CARD_FLAG_COLD } from "../../../firmware/wire/host-setup-frames.js";
import { AskingHosts } from "../../support/asking-hosts.js";
import { CardBench, SESSION } from "../../support/card-bench.js";
import { hostInit, hostOpen } from "../../support/host-frames.js";
import { payloadOf } from "../../support/layout.js";
import { Random } from "../../support/random.js";
import { answersOf, codesOf, started } from "../../support/started-fabric.js";
import type { UnitCase } from "../../support/unit-case.js";
import { ring, TRIANGLE, VirtualFabric } from "../../support/virtual-fabric.js";

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
        ["dropType", frame(0x1f)],
        ["dropLength", frame(FRAME_JOIN)],
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
        bench.beacon({ link: 1 });
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
    title: "before the cards are members nobody says anything; one that is initialised alone waits",
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
      t.is(fabric.status(0).status().state, REFUSE_JOINING);
      fabric.request(0, 1);
      fabric.run(DEFAULT_TIMING.patienceUs);
      t.deepEqual(codesOf(fabric, 0), [REFUSE_JOINING], "its patience has ended");
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
  {
    title: "a header is trusted no more for the good one before it on the same cable",
    run(t) {
      const bench = new CardBench({ cardId: 3 });
      const causes: readonly (readonly [string, FrameBuffer])[] = [
        ["dropVersion", frame(FRAME_BEACON, byte(0, 2))],
        ["dropLength", frame(FRAME_BEACON, (made) => (made.length = 8))],
        ["dropFabric", frame(FRAME_BEACON, byte(5, 8))],
        ["dropFabric", frame(FRAME_BEACON, byte(8, 1))],
        ["dropSource", frame(FRAME_BEACON, byte(2, 4))],
        ["dropDestination", frame(FRAME_BEACON, byte(3, 9))],
        ["dropType", frame(0x1f)],
      ];
      for (const [cause, made] of causes) {
        bench.beacon({ sequence: 1 });
        const before = { ...bench.card.counters };
        bench.receiveRaw(made);
        before[cause as "dropType"] += 1;
        t.deepEqual(bench.card.counters, before, payloadOf(made));
      }
    },
  },
];
