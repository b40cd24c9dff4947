import { FIRMWARE_VERSION, SURVEY_ASKS, SURVEY_STEP_US } from "../../../firmware/wire/constants.js";
import { FRAME_HOST_SURVEY, FRAME_QUERY, FRAME_REPORT } from "../../../firmware/wire/frame-types.js";
import {
  CARD_FLAG_BLANK,
  CARD_FLAG_JOINING,
  CARD_FLAG_LEASE,
  CARD_FLAG_REMOVED,
} from "../../../firmware/wire/host-setup-frames.js";
import { LINK_ALIVE } from "../../../firmware/wire/host-status-frames.js";
import { PLAN_REMOVE } from "../../../firmware/wire/plan-frames.js";
import {
  encodeQuery,
  encodeReport,
  FREE_WRITES_UNKNOWN,
  REPORT_FLAG_SILENT,
  ReportFields,
} from "../../../firmware/wire/survey-frames.js";
import { CardBench, SESSION } from "../../support/card-bench.js";
import { FailingRecordStore } from "../../support/failing-record-store.js";
import { hostInit, hostOpen, hostSurvey } from "../../support/host-frames.js";
import { filled, toBigInt, uint64 } from "../../support/layout.js";
import { started } from "../../support/started-fabric.js";
import type { UnitCase } from "../../support/unit-case.js";
import { ring, TRIANGLE, type VirtualFabric } from "../../support/virtual-fabric.js";

const WHOLE_US = SURVEY_ASKS * SURVEY_STEP_US;

function ask(bench: CardBench, surveyId = 5): void {
  bench.fromHost(hostSurvey(SESSION, surveyId));
}

/** What the member `source` reports. */
function report(bench: CardBench, source: number, surveyId = 5, cardId = source): void {
  const fields = filled(new ReportFields(), { surveyId, cardId, state: 4 });
  bench.receive(source, FRAME_REPORT, (frame) => encodeReport(frame, fields));
}

/** Cards that the host was told of, silent ones below zero. */
function told(bench: CardBench): number[] {
  return bench.host.reports().map(({ cardId, flags }) => (flags === REPORT_FLAG_SILENT ? -cardId : cardId));
}

/** To whom the questions went. */
function asked(bench: CardBench): number[] {
  return bench.sent.queries().map(({ to }) => to);
}

export const surveyCases: readonly UnitCase[] = [
  {
    title: "a whole fabric tells its host of every card, once, with the end known from the first",
    run(t) {
      const fabric = started(5, ring(5));
      fabric.host(1).clear();
      fabric.fromHost(1, hostSurvey(2, 77));
      fabric.run(SURVEY_STEP_US);
      const reports = fabric.host(1).reports();
      t.deepEqual(reports.map(({ cardId }) => cardId).sort(), [1, 2, 3, 4, 5]);
      for (const one of reports) {
        t.deepEqual([one.surveyId, one.expected, one.firmware], [77, 5, FIRMWARE_VERSION]);
        t.deepEqual([one.state, one.primary, one.secondary, one.linkCount], [0, 1, 2, 2]);
        t.is(toBigInt(one.ceiling), 65_537n);
        t.deepEqual([...one.linkStates.subarray(0, 2)], [LINK_ALIVE, LINK_ALIVE]);
        const next = [(one.cardId % 5) + 1, ((one.cardId + 3) % 5) + 1].sort();
        t.deepEqual([...one.neighbours.subarray(0, 2)].sort(), next);
        t.is(one.flags, one.cardId === 1 ? CARD_FLAG_LEASE : 0);
        t.is(one.freeWrites, FREE_WRITES_UNKNOWN);
      }
      t.is(new Set(reports.map(({ chipId }) => toBigInt(chipId))).size, 5);
    },
  },
  {
    title: "a card that is removed amid a survey asks nobody any more",
    run(t) {
      const bench = new CardBench({ cardId: 3 });
      ask(bench, 5);
      t.deepEqual(asked(bench), [1, 2]);
      const list = [
        [1, 1],
        [2, 1],
      ] as const;
      bench.accept({ view: 0x201, primary: 1, secondary: 2, list });
      bench.advance(SURVEY_STEP_US);
      t.deepEqual(asked(bench), [1, 2]);
    },
  },
  {
    title: "a card that is off is told as silent, and the others all the same",
    run(t) {
      const fabric: VirtualFabric = started(3, TRIANGLE);
      fabric.kill(2);
      fabric.host(0).clear();
      fabric.fromHost(0, hostSurvey(1, 1));
      fabric.run(WHOLE_US);
      const reports = fabric.host(0).reports();
      t.deepEqual(
        reports.map(({ cardId, flags }) => [cardId, flags]),
        [
          [1, CARD_FLAG_LEASE],
          [2, 0],
          [3, REPORT_FLAG_SILENT],
        ],
      );
    },
  },
  {
    title:
      "own report first; then each other card is asked, three times at the most, and told as silent in the end",
    run(t) {
      const bench = new CardBench();
      ask(bench);
      t.deepEqual(told(bench), [1]);
      t.deepEqual(asked(bench), [2, 3]);
      report(bench, 3);
      t.deepEqual(told(bench), [1, 3]);
      bench.advance(WHOLE_US - 1);
      t.deepEqual(asked(bench), [2, 3, 2, 2]);
      t.deepEqual(told(bench), [1, 3]);
      bench.advance(1);
      t.deepEqual(told(bench), [1, 3, -2]);
      bench.advance(10 * WHOLE_US);
      t.deepEqual([asked(bench).length, told(bench).length], [4, 3]);
    },
  },
  {
    title: "one that is under way is not begun again; when it is over, the next one is",
    run(t) {
      const bench = new CardBench();
      ask(bench, 5);
      ask(bench, 6);
      ask(bench, 5);
      t.deepEqual(told(bench), [1]);
      report(bench, 2);
      report(bench, 3);
      t.deepEqual(told(bench), [1, 2, 3]);
      bench.advance(WHOLE_US);
      t.deepEqual(asked(bench), [2, 3], "all have answered");
      ask(bench, 6);
      t.is(bench.host.reports().at(-1)?.surveyId, 6);
    },
  },
  {
    title: "a report that nobody asked for, a second one, or one in another's name is dropped",
    run(t) {
      const bench = new CardBench();
      report(bench, 2);
      ask(bench);
      report(bench, 2, 4);
      report(bench, 2, 5, 3);
      t.is(bench.card.counters.dropRole, 1);
      report(bench, 2);
      report(bench, 2);
      t.deepEqual(told(bench), [1, 2]);
      t.is(bench.card.counters.dropRole, 1);
    },
  },
  {
    title: "a question is answered straight back, with what the card knows of itself",
    run(t) {
      const storage = new FailingRecordStore();
      Object.assign(storage, { upkeep: { freeWrites: 42, needsErase: false, eraseOne: () => false } });
      const bench = new CardBench({ cardId: 2, storage });
      bench.receive(3, FRAME_QUERY, (frame) => encodeQuery(frame, 0xffff_ffff));
      const answer = bench.sent.reports()[0];
      t.is(answer?.to, 3);
      t.deepEqual(
        [answer?.fields.surveyId, answer?.fields.expected, answer?.fields.cardId, answer?.fields.freeWrites],
        [0xffff_ffff, 0, 2, 42],
      );
      t.deepEqual(answer && [...answer.fields.badFrames.subarray(0, 2)], [100, 101]);
      t.deepEqual(bench.host.reports(), []);
    },
  },
  {
    title: "a blank card tells of itself",
    run(t) {
      const bench = new CardBench({ uninitialised: true });
      ask(bench);
      const [own] = bench.host.reports();
      t.deepEqual([own?.expected, own?.cardId, own?.flags], [1, 0, CARD_FLAG_BLANK]);
      bench.advance(10 * WHOLE_US);
      t.is(bench.host.reports().length, 1);
      t.deepEqual(asked(bench), []);
    },
  },
  {
    title:
      "a card that was removed tells of itself; one that waits for its fabric asks, and answers, as a member does",
    run(t) {
      const fabric = started(4, ring(4));
      fabric.plan(0, { kind: PLAN_REMOVE, card: 4 });
      fabric.run(1_000_000);
      fabric.host(3).clear();
      fabric.fromHost(3, hostSurvey(4, 1));
      fabric.run(WHOLE_US);
      const removed = fabric.host(3).reports();
      t.deepEqual([removed.length, removed[0]?.expected, removed[0]?.flags], [1, 1, CARD_FLAG_REMOVED]);
      const bench = new CardBench({ cardId: 2, uninitialised: true });
      bench.fromHost(hostInit({ cardId: 2 }));
      bench.hello(0);
      bench.hello(1);
      ask(bench);
      t.deepEqual(told(bench), [2]);
      t.deepEqual(asked(bench), [1, 3]);
      report(bench, 1);
      t.deepEqual(told(bench), [2, 1]);
      bench.receive(1, FRAME_QUERY, (frame) => encodeQuery(frame, 3));
      t.is(bench.sent.reports()[0]?.fields.flags, CARD_FLAG_JOINING);
    },
  },
  {
    title: "a card that begins in another fabric forgets who was at its cables, and finds them anew",
    run(t) {
      const bench = new CardBench({ cardId: 3 });
      bench.beacon({ ceiling: 60_000n });
      t.deepEqual([...bench.status().links().neighbours.subarray(0, 2)], [1, 2]);
      bench.fromHost(hostInit({ cardId: 3, fabricId: 8, replacesFabricId: 7, first: uint64(70_000n) }));
      const { neighbours, states, routeCount } = bench.status().links();
      t.deepEqual([...neighbours.subarray(0, 2), ...states.subarray(0, 2), routeCount], [0, 0, 0, 0, 0]);
    },
  },
  {
    title: "what finds no room at the host is tried again",
    run(t) {
      const bench = new CardBench();
      bench.hostAccepts = false;
      ask(bench);
      report(bench, 2);
      t.deepEqual(told(bench), []);
      bench.hostAccepts = true;
      bench.advance(SURVEY_STEP_US);
      t.deepEqual(told(bench), [1]);
      t.deepEqual(asked(bench), [2, 3, 2, 3]);
      report(bench, 2);
      report(bench, 3);
      t.deepEqual(told(bench), [1, 2, 3]);
    },
  },
  {
    title: "a new session hears nothing of the old one's survey, and may have its own",
    run(t) {
      const bench = new CardBench();
      ask(bench);
      bench.fromHost(hostOpen(2));
      bench.host.clear();
      report(bench, 2);
      bench.advance(WHOLE_US);
      t.deepEqual(told(bench), []);
      bench.fromHost(hostSurvey(2, 5));
      t.deepEqual(told(bench), [1]);
    },
  },
  {
    title: "frames of a wrong length are counted",
    run(t) {
      const bench = new CardBench();
      for (const type of [FRAME_QUERY, FRAME_REPORT]) {
        bench.receive(2, type, (frame) => {
          frame.length = 12;
        });
      }
      t.is(bench.card.counters.dropLength, 2);
      const short = hostSurvey(SESSION, 1);
      short.length -= 1;
      bench.fromHost(short);
      t.is(bench.card.counters.dropLength, 3);
      t.is(FRAME_HOST_SURVEY, 0x46);
    },
  },
];
