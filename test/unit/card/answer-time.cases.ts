import { AnswerTime } from "../../../firmware/card/answer-time.js";
import { DEFAULT_TIMING } from "../../../firmware/wire/constants.js";
import type { UnitCase } from "../../support/unit-case.js";

const { retryUs, patienceUs } = DEFAULT_TIMING;

function after(...answersUs: number[]): AnswerTime {
  const time = new AnswerTime(DEFAULT_TIMING);
  for (const us of answersUs) time.noteAnswer(us);
  return time;
}

export const answerTimeCases: readonly UnitCase[] = [
  {
    title: "quick answers are waited for as long as the timing says, and followed by no pause",
    run(t) {
      const time = after(300, 4000, retryUs / 4);
      t.deepEqual([time.retryUs, time.pauseUs], [retryUs, 0]);
    },
  },
  {
    title: "slow ones are waited for longer: the smoothed time, and four times by how much it varies",
    run(t) {
      t.is(after(30_000).retryUs, 30_000 + 2 * 30_000, "of the first one half is taken as what it may vary");
      const steady = after(...Array.from({ length: 60 }, () => 30_000));
      t.true(steady.retryUs >= 30_000 && steady.retryUs < 31_000, `${steady.retryUs} us`);
      const unsteady = after(...Array.from({ length: 60 }, (_, at) => (at % 2 === 0 ? 20_000 : 40_000)));
      t.true(unsteady.retryUs > 60_000 && unsteady.retryUs < 80_000, `${unsteady.retryUs} us`);
    },
  },
  {
    title: "they come back to what the timing says as answers do, and never exceed the patience",
    run(t) {
      const time = after(1_000_000, 10_000_000);
      t.is(time.retryUs, patienceUs);
      for (let quick = 0; quick < 60; quick += 1) time.noteAnswer(1000);
      t.deepEqual([time.retryUs, time.pauseUs], [retryUs, 0]);
    },
  },
  {
    title: "a pause is twice what the quicker of two answers takes above a quarter of the retry time",
    run(t) {
      t.is(after(9000).pauseUs, 0, "one slow answer says nothing");
      t.is(after(9000, 12_000).pauseUs, 2 * (9000 - retryUs / 4));
      const time = after(12_000, 9000);
      t.is(time.pauseUs, 2 * (9000 - retryUs / 4));
      time.noteAnswer(1000);
      t.is(time.pauseUs, 0, "gone as soon as answers are quick again");
      time.noteAnswer(30_000);
      t.is(time.pauseUs, 0);
      t.is(after(patienceUs, patienceUs).pauseUs, 2 * retryUs, "and never longer than that");
    },
  },
  {
    title: "after trouble the newest answer counts half and all before it half, for 32 answers",
    run(t) {
      const troubles: ((time: AnswerTime) => void)[] = [
        (time) => time.noteSilence(),
        (time) => time.forgetSilence(),
      ];
      for (const trouble of troubles) {
        const time = after(1000);
        trouble(time);
        time.noteAnswer(17_500);
        t.is(time.pauseUs, 2 * (9000 - retryUs / 4));
        for (let more = 1; more < 31; more += 1) time.noteAnswer(1000);
        time.noteAnswer(21_000);
        t.true(time.pauseUs > 0, "the last of the 32");
        time.noteAnswer(1000);
        time.noteAnswer(21_000);
        t.is(time.pauseUs, 0);
      }
    },
  },
  {
    title:
      "each silence doubles the wait, up to five times the retry time; an answer or a new view ends that",
    run(t) {
      const time = after(1000);
      const waits = [1, 2, 3, 4, 5].map(() => {
        time.noteSilence();
        return time.retryUs;
      });
      t.deepEqual(waits, [40_000, 80_000, 5 * retryUs, 5 * retryUs, 5 * retryUs]);
      time.noteAnswer(1000);
      t.is(time.retryUs, retryUs);
      const slow = after(...Array.from({ length: 60 }, () => 40_000));
      const before = slow.retryUs;
      slow.noteSilence();
      slow.forgetSilence();
      t.is(slow.retryUs, before, "how busy the cards are is not forgotten");
      const slowest = after(patienceUs, patienceUs);
      slowest.noteSilence();
      t.is(slowest.retryUs, patienceUs, "nor is it asked sooner than it answers");
    },
  },
];
