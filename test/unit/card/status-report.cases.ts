import { COUNTER_NAMES } from "../../../firmware/wire/counter-names.js";
import {
  FRAME_HOST_COUNTERS,
  FRAME_HOST_LINKS,
  FRAME_HOST_STATUS,
  REFUSE_BLANK,
  STATE_READY,
} from "../../../firmware/wire/frame-types.js";
import { CARD_FLAG_BLANK } from "../../../firmware/wire/host-setup-frames.js";
import { HostStatusFields, LINK_ALIVE, LINK_STALE } from "../../../firmware/wire/host-status-frames.js";
import { Uint64 } from "../../../firmware/wire/uint64.js";
import { CardBench, SESSION } from "../../support/card-bench.js";
import { filled, snapshot, toBigInt } from "../../support/layout.js";
import type { UnitCase } from "../../support/unit-case.js";

export const statusReportCases: readonly UnitCase[] = [
  {
    title: "a status request is answered by status, links and counters, in this order, under the session",
    run(t) {
      const bench = new CardBench();
      bench.host.clear();
      bench.status();
      t.deepEqual(
        bench.host.frames.map(({ type }) => type),
        [FRAME_HOST_STATUS, FRAME_HOST_LINKS, FRAME_HOST_COUNTERS],
      );
      for (const type of [FRAME_HOST_STATUS, FRAME_HOST_LINKS, FRAME_HOST_COUNTERS]) {
        t.deepEqual(bench.host.sessions(type), [SESSION]);
      }
    },
  },
  {
    title: "a blank card tells who it is, and nothing that it does not have",
    run(t) {
      const bench = new CardBench({ uninitialised: true });
      bench.advance(5_999_999);
      const status = bench.status().status();
      t.is(
        snapshot(status),
        snapshot(
          filled(new HostStatusFields(), {
            chipId: new Uint64(0xabc, 0xdef),
            state: REFUSE_BLANK,
            flags: CARD_FLAG_BLANK,
            uptimeMs: 5999,
          }),
        ),
      );
    },
  },
  {
    title: "a member tells its view, its members and its ceiling",
    run(t) {
      const bench = new CardBench({
        cardId: 9,
        members: [
          [4, 3],
          [5, 1],
          [9, 2],
        ],
        first: 2n ** 53n + 1n,
      });
      bench.beacon({ ceiling: 2n ** 53n + 3n });
      const status = bench.status().status();
      t.deepEqual([status.cardId, status.fabricId, status.memberCount], [9, 7, 3]);
      t.deepEqual([...status.memberCards.subarray(0, 3)], [4, 5, 9]);
      t.deepEqual([...status.memberVotes.subarray(0, 3)], [0x33, 0x11, 0x22]);
      t.deepEqual([...status.memberIncarnations.subarray(0, 3)], [1004, 1005, 0x1234_5678]);
      t.deepEqual([status.lastCardId, status.incarnation], [9, 0x1234_5678]);
      t.deepEqual([status.promised, status.view, status.primary, status.secondary], [0x104, 0x104, 4, 5]);
      t.deepEqual([toBigInt(status.base), toBigInt(status.ceiling)], [2n ** 53n + 1n, 2n ** 53n + 3n]);
      t.deepEqual([toBigInt(status.quorumCeiling), toBigInt(status.held), status.leaseLeftUs], [0n, 0n, 0]);
      t.deepEqual([status.state, status.flags], [STATE_READY, 0]);
    },
  },
  {
    title: "links: who is there, the state, frames in and out, bad and dropped; and the way to each card",
    run(t) {
      const bench = new CardBench({ cardId: 2, neighbours: [3, 1] });
      bench.advance(4000);
      bench.sent.clear();
      bench.beacon();
      bench.hello(0, [], { heard: 0 });
      bench.advance(4000);
      bench.accepts = false;
      bench.request(3, 1);
      const links = bench.status().links();
      t.is(links.linkCount, 2);
      t.deepEqual([...links.neighbours.subarray(0, 2)], [3, 1]);
      t.deepEqual([...links.states.subarray(0, 2)], [LINK_STALE, LINK_ALIVE]);
      t.deepEqual(
        [...links.framesIn.subarray(0, 2)],
        [3, 3],
        "hello, hello, request; the view, hello, beacon",
      );
      const sentOver = (link: number): number =>
        bench.sent.frames.filter((sent) => sent.link === link).length;
      t.deepEqual(
        [...links.framesOut.subarray(0, 2)],
        [sentOver(0) + 2, sentOver(1) + 2],
        "two hellos before",
      );
      t.deepEqual([...links.badFrames.subarray(0, 2)], [100, 101]);
      t.deepEqual([...links.dropped.subarray(0, 2)], [1, 0]);
      t.is(links.routeCount, 2);
      t.deepEqual([...links.routeCards.subarray(0, 2)], [1, 3]);
      t.deepEqual([...links.routeLinks.subarray(0, 2)], [1, 0]);
      t.deepEqual([...links.routeCosts.subarray(0, 2)], [1, 28]);
    },
  },
  {
    title: "counters: each under its own name",
    run(t) {
      const bench = new CardBench({ cardId: 3 });
      bench.beacon();
      bench.ask(1, 4);
      bench.ask(2, 0);
      bench.answer(2, { requestId: bench.sent.requests()[0]?.fields.requestId ?? 0, count: 4 });
      bench.answer(2, { requestId: 5 });
      const log = bench.status();
      for (const name of COUNTER_NAMES) t.is(log.counter(name), bench.card.counters[name], name);
      t.deepEqual(
        (["blocksAsked", "blocksAnswered", "blocksRefused", "numbersDelivered", "answersLate"] as const).map(
          (name) => log.counter(name),
        ),
        [1, 1, 1, 4, 1],
      );
      t.deepEqual([log.counter("beaconsReceived"), log.counter("ceilingWrites")], [1, 1]);
    },
  },
  {
    title: "counters: what the port to the host has counted is told as it stands when the host asks",
    run(t) {
      const bench = new CardBench();
      const told = (): number[] => {
        const log = bench.status();
        return [log.counter("hostBadFrames"), log.counter("hostFramesForgotten")];
      };
      t.deepEqual(told(), [0, 0]);
      bench.hostFaults.badFrames = 7;
      bench.hostFaults.forgottenFrames = 0xffff_ffff;
      t.deepEqual(told(), [7, 0xffff_ffff]);
      bench.hostFaults.forgottenFrames += 4;
      t.deepEqual(told(), [7, 3], "it wraps");
    },
  },
  {
    title: "the time since the boot wraps at 2^32 ms and not before",
    run(t) {
      const bench = new CardBench({ uninitialised: true });
      bench.helloing = false;
      bench.advance((2 ** 32 - 1) * 1000);
      t.is(bench.status().status().uptimeMs, 2 ** 32 - 1);
      bench.advance(1000);
      t.is(bench.status().status().uptimeMs, 0);
    },
  },
];
