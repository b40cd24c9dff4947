import type { Originator } from "../../../firmware/card/originator.js";
import { DEFAULT_TIMING, MAX_BLOCK_COUNT } from "../../../firmware/wire/constants.js";
import {
  FRAME_ANSWER,
  FRAME_REFUSE,
  REFUSE_BLANK,
  REFUSE_COLD,
  REFUSE_COUNT,
  REFUSE_EXHAUSTED,
  REFUSE_NO_LEASE,
  REFUSE_NO_SECONDARY,
  REFUSE_NO_VIEW,
  REFUSE_NOT_PRIMARY,
  REFUSE_STORAGE,
  STATE_READY,
} from "../../../firmware/wire/frame-types.js";
import { CardBench } from "../../support/card-bench.js";
import { snapshot } from "../../support/layout.js";
import type { UnitCase } from "../../support/unit-case.js";
import { newestId, ready } from "./originator-bench.js";

export const originatorCases: readonly UnitCase[] = [
  {
    title: "a request goes to the primary of the view, its answer under the host's tag to the host",
    run(t) {
      const bench = ready();
      bench.ask(0xffff_ffff, 500);
      const sent = bench.sent.requests();
      t.deepEqual(
        sent.map(({ to, fields }) => [to, fields.count]),
        [[1, 500]],
      );
      t.deepEqual(bench.host.answers(), []);
      bench.answer(2, { requestId: newestId(bench), first: 2n ** 62n + 1n, count: 500 });
      t.deepEqual(bench.host.answers(), [{ atUs: 0, tag: 0xffff_ffff, first: 2n ** 62n + 1n, count: 500 }]);
      const { counters } = bench.card;
      t.deepEqual([counters.blocksAsked, counters.blocksAnswered, counters.numbersDelivered], [1, 1, 500]);
    },
  },
  {
    title: "request ids start at random at each boot, and none comes back soon",
    run(t) {
      const seen = new Set<number>();
      for (const randomSeed of [0, 1 << 10, 0x7fff_ffff, 0xffff_fff0, 0xffff_ffff]) {
        const bench = ready({ randomSeed });
        for (let tag = 0; tag < 20; tag += 1) {
          bench.ask(tag);
          const id = newestId(bench);
          t.false(seen.has(id), `seed ${randomSeed} repeats ${id}`);
          seen.add(id);
          bench.answer(2, { requestId: id });
        }
        t.is(bench.host.answers().length, 20);
        seen.clear();
      }
      const [one, other] = [ready({ randomSeed: 1 << 10 }), ready({ randomSeed: 1 << 20 })];
      one.ask(1);
      other.ask(1);
      t.false(newestId(one) === newestId(other));
    },
  },
  {
    title: "a tag that is open is not asked again when the host repeats it, not even with another count",
    run(t) {
      const bench = ready();
      bench.ask(7, 5);
      bench.ask(7, 5);
      bench.ask(7, 6);
      t.is(bench.sent.requests().length, 1);
      t.deepEqual(bench.host.refusals(), []);
      for (let tag = 0; tag < 7; tag += 1) bench.ask(tag);
      bench.ask(7, 5);
      t.deepEqual(bench.host.refusals(), [], "nor refused as busy");
      bench.answer(2, { requestId: newestId(bench), count: 5 });
      bench.answer(2, { requestId: newestId(bench), count: 7 });
      bench.ask(7, 6);
      t.is(bench.sent.requests().length, 3, "once answered, it is a new request with another count");
    },
  },
  {
    title: "a count of zero, or above the largest block, is refused at once",
    run(t) {
      const bench = ready();
      for (const count of [0, MAX_BLOCK_COUNT + 1, 65_535]) bench.ask(count, count);
      t.deepEqual(
        bench.host.refusals().map(({ code }) => code),
        [REFUSE_COUNT, REFUSE_COUNT, REFUSE_COUNT],
      );
      t.is(bench.sent.requests().length, 0);
      t.is(bench.card.counters.blocksRefused, 3);
      bench.ask(1, MAX_BLOCK_COUNT);
      t.is(bench.sent.requests()[0]?.fields.count, MAX_BLOCK_COUNT);
    },
  },
  {
    title:
      "without a view, for as long as its patience, or before the card is a member, the host is told why",
    run(t) {
      const blank = new CardBench({ uninitialised: true });
      blank.ask(1);
      const deaf = new CardBench({ cardId: 3 });
      deaf.ask(2);
      t.deepEqual(blank.host.refusals(), [{ tag: 1, code: REFUSE_BLANK }]);
      deaf.advance(DEFAULT_TIMING.patienceUs - 1);
      t.deepEqual(deaf.host.refusals(), []);
      deaf.advance(1);
      t.deepEqual(deaf.host.refusals(), [{ tag: 2, code: REFUSE_NO_VIEW }]);
      t.is(deaf.sent.requests().length, 0);
      deaf.beacon({ view: 0x1001, ceiling: 70_000n });
      deaf.advance(DEFAULT_TIMING.retryUs);
      t.is(deaf.sent.requests().length, 0, "and it is not kept for later");
      t.deepEqual([blank.host.answers(), deaf.host.answers()], [[], []], "nor is anything invented");
    },
  },
  {
    title:
      "a silent request is asked again after the retry time, with the same id and count, as often as need be",
    run(t) {
      const bench = ready();
      bench.ask(1, 5);
      bench.advance(DEFAULT_TIMING.retryUs - 1);
      t.is(bench.sent.requests().length, 1);
      bench.advance(1);
      for (const sequence of [2, 3, 4]) {
        bench.beacon({ sequence, ceiling: 1n });
        bench.advance(DEFAULT_TIMING.retryUs);
      }
      t.deepEqual(
        bench.sent.requests().map(({ atUs }) => atUs),
        [0, 1, 2, 4].map((times) => times * DEFAULT_TIMING.retryUs),
        "one may have been lost; from the second on the more slowly, the longer it is silent",
      );
      t.is(new Set(bench.sent.requests().map(({ fields }) => snapshot(fields))).size, 1);
      t.is(bench.card.counters.requestRetries, 3);
      bench.answer(2, { requestId: newestId(bench), count: 5 });
      bench.advance(15_000);
      t.is(bench.sent.requests().length, 4);
      t.is(bench.card.counters.blocksAsked, 1);
    },
  },
  {
    title: "the first answer wins; the second, one with another count and one of another request are late",
    run(t) {
      const bench = ready();
      bench.ask(1, 5);
      const requestId = newestId(bench);
      bench.answer(2, { requestId, first: 10n, count: 4 });
      bench.answer(2, { requestId, first: 10n, count: 6 });
      bench.answer(2, { requestId: requestId ^ 8, first: 10n, count: 5 });
      bench.answer(2, { requestId: requestId ^ 1, first: 10n, count: 5 });
      t.deepEqual(bench.host.answers(), []);
      bench.answer(2, { requestId, first: 20n, count: 5 });
      bench.answer(2, { requestId, first: 20n, count: 5 });
      bench.answer(2, { requestId, first: 30n, count: 5 });
      t.deepEqual(
        bench.host.answers().map(({ first }) => first),
        [20n],
      );
      t.is(bench.card.counters.answersLate, 6);
      t.is(bench.card.counters.numbersDelivered, 5);
    },
  },
  {
    title: "an answer of this view comes from its secondary, from nobody else",
    run(t) {
      const bench = ready();
      bench.ask(1);
      bench.answer(1, { requestId: newestId(bench) });
      t.is(bench.card.counters.dropRole, 1);
      t.deepEqual(bench.host.answers(), []);
      bench.answer(2, { requestId: newestId(bench) });
      t.is(bench.host.answers().length, 1);
    },
  },
  {
    title: "an answer of an older view is good while its request is open",
    run(t) {
      const bench = ready();
      bench.ask(1);
      bench.beacon({ view: 0x203, from: 2, secondary: 3, base: 90n, ceiling: 90n });
      bench.answer(2, { requestId: newestId(bench), first: 80n });
      t.deepEqual(
        bench.host.answers().map(({ first }) => first),
        [80n],
      );
    },
  },
  {
    title: "a STORE is no answer: an originator that gets one delivers nothing",
    run(t) {
      const bench = ready();
      bench.ask(1);
      for (const source of [1, 2]) {
        bench.store(source, { requestId: newestId(bench), originator: 3, first: 10n });
      }
      t.deepEqual(bench.host.answers(), []);
      t.is(bench.card.counters.storesRefused, 2);
      t.is(bench.sent.answers().length, 0);
    },
  },
  {
    title: "the primary's refusal is handed on and ends the request; nobody else's does",
    run(t) {
      const bench = ready();
      bench.ask(1);
      const requestId = newestId(bench);
      bench.refuse(2, requestId, REFUSE_EXHAUSTED);
      bench.refuse(1, requestId, STATE_READY);
      t.is(bench.card.counters.dropRole, 2, "from another card, and one that names no reason");
      bench.refuse(1, requestId ^ 8, REFUSE_EXHAUSTED);
      bench.refuse(1, requestId ^ 1, REFUSE_EXHAUSTED);
      t.deepEqual(bench.host.refusals(), []);
      bench.refuse(1, requestId, REFUSE_EXHAUSTED);
      bench.refuse(1, requestId, REFUSE_EXHAUSTED);
      t.deepEqual(bench.host.refusals(), [{ tag: 1, code: REFUSE_EXHAUSTED }]);
      bench.answer(2, { requestId });
      t.deepEqual(bench.host.answers(), [], "too late");
      bench.advance(30_000);
      t.is(bench.sent.requests().length, 1);
    },
  },
  {
    title: "answers and refusals of a wrong length are counted",
    run(t) {
      const bench = ready();
      for (const type of [FRAME_ANSWER, FRAME_REFUSE]) {
        bench.receive(2, type, (frame) => {
          frame.length = 12;
        });
      }
      t.is(bench.card.counters.dropLength, 2);
    },
  },
  {
    title:
      "where the view falls silent, open blocks wait for the next; their patience ended, the host gets them back",
    run(t) {
      const bench = ready();
      bench.advance(50_000);
      bench.ask(1);
      bench.advance(5000);
      bench.ask(2);
      const opened = bench.sent.requests().length;
      bench.advance(DEFAULT_TIMING.patienceUs - 5001);
      t.deepEqual(bench.host.refusals(), []);
      t.is(bench.sent.requests().length, opened, "nobody is asked where nobody is primary");
      bench.advance(1);
      t.deepEqual(bench.host.refusals(), [{ tag: 1, code: REFUSE_NO_VIEW }]);
      bench.advance(5000);
      t.deepEqual(bench.host.refusals().at(-1), { tag: 2, code: REFUSE_NO_VIEW });
      t.is(bench.card.counters.blocksRefused, 2);
      bench.answer(2, { requestId: newestId(bench) });
      t.deepEqual(bench.host.answers(), []);
    },
  },
  {
    title: "a new view is asked at once for what waits, under the same id; the host notices nothing",
    run(t) {
      const bench = ready();
      bench.advance(50_000);
      bench.ask(1, 5);
      const requestId = newestId(bench);
      bench.advance(100_000);
      bench.ask(2, 6);
      bench.sent.clear();
      bench.beacon({ view: 0x1002, from: 2, secondary: 1, base: 90n, ceiling: 90n, state: REFUSE_NO_LEASE });
      t.is(bench.sent.requests().length, 0);
      bench.beacon({ view: 0x1002, from: 2, secondary: 1, base: 90n, ceiling: 90n, sequence: 2 });
      t.deepEqual(
        bench.sent.requests().map(({ to, fields }) => [to, fields.requestId === requestId, fields.count]),
        [[2, true, 5]],
      );
      bench.answer(1, { view: 0x1002, requestId, first: 90n, count: 5 });
      t.deepEqual(
        bench.host.answers().map(({ tag, first }) => [tag, first]),
        [[1, 90n]],
      );
      t.deepEqual(bench.host.refusals(), []);
    },
  },
  {
    title: "a refusal that a new view may change is kept from the host for as long as its patience",
    run(t) {
      for (const code of [REFUSE_NOT_PRIMARY, REFUSE_NO_LEASE, REFUSE_NO_SECONDARY, REFUSE_COLD]) {
        const bench = ready();
        bench.ask(1);
        const requestId = newestId(bench);
        bench.refuse(1, requestId, code);
        t.deepEqual(bench.host.refusals(), []);
        bench.beacon({ sequence: 2, ceiling: 1n });
        t.is(bench.sent.requests().length, 2, "the next beacon is reason to ask again");
        for (let waited = 0; waited < DEFAULT_TIMING.patienceUs; waited += 10_000) {
          bench.advance(10_000);
          bench.beacon({ sequence: 3 + waited / 10_000, ceiling: 1n });
        }
        t.deepEqual(bench.host.refusals(), []);
        bench.refuse(1, requestId, code);
        t.deepEqual(bench.host.refusals(), [{ tag: 1, code }]);
      }
    },
  },
  {
    title: "what was refused is held back while the card is about to be deaf, and asked again behind that",
    run(t) {
      const bench = ready();
      const { originator } = bench.card as unknown as { readonly originator: Originator };
      bench.ask(1);
      t.false(originator.hold(), "an answer is to come");
      bench.refuse(1, newestId(bench), REFUSE_NO_LEASE);
      t.true(originator.hold());
      bench.beacon({ sequence: 2, ceiling: 1n });
      bench.ask(2);
      t.is(bench.sent.requests().length, 1);
      originator.release();
      bench.advance(0);
      bench.beacon({ sequence: 3, ceiling: 1n });
      t.is(bench.sent.requests().length, 2);
    },
  },
  {
    title: "where the card's own flash fails, open blocks are given back too, so that no host waits for ever",
    run(t) {
      const bench = ready();
      bench.ask(1);
      bench.storage.writesLeft = 0;
      bench.beacon({ sequence: 2, ceiling: 70_000n });
      bench.advance(DEFAULT_TIMING.retryUs);
      t.deepEqual(bench.host.refusals(), [{ tag: 1, code: REFUSE_STORAGE }]);
      t.is(bench.sent.requests().length, 1);
      bench.ask(2);
      t.deepEqual(bench.host.refusals().at(-1), { tag: 2, code: REFUSE_STORAGE });
    },
  },
];
