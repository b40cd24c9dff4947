import test, { type ExecutionContext } from "ava";
import {
  FRAME_HOST_PLAN,
  FRAME_PLAN,
  FRAME_PLAN_RESULT,
  OFFSET_TYPE,
} from "../../firmware/wire/frame-types.js";
import type { SequenceError } from "../../host-bridge/errors.js";
import {
  addMember,
  type MemberProgress,
  removeMember,
  replaceMember,
} from "../../host-bridge/member-changes.js";
import { waitForFounding } from "../../host-bridge/recovery.js";
import type { Sequence } from "../../host-bridge/sequence.js";
import { FabricBench } from "./fabric-bench.js";

const FABRIC_ID = 0xfab1c;

function mesh(cards: number): [number, number][] {
  const cables: [number, number][] = [];
  for (let one = 0; one < cards; one += 1) {
    for (let other = one + 1; other < cards; other += 1) cables.push([one, other]);
  }
  return cables;
}

/** Cards 1, 2, ... of a new fabric, and `blank` more that are in none, each joined to each. */
async function founded(members: number, blank = 0): Promise<{ bench: FabricBench; sequences: Sequence[] }> {
  const bench = new FabricBench({ cards: members + blank, cables: mesh(members + blank) });
  const sequences = await bench.openAll(bench.fabric.cards.map((_, place) => place));
  const founders = sequences.slice(0, members);
  const ids = founders.map((_, place) => place + 1);
  for (const [place, sequence] of founders.entries()) {
    await bench.until(
      sequence.initialise({ fabricId: FABRIC_ID, cardId: place + 1, first: 1n, members: ids }),
    );
  }
  await bench.until(waitForFounding(founders, () => {}, { pauseMs: bench.pauseMs }));
  return { bench, sequences };
}

/** Hosts that ask all the time: each number is checked, and each host must be served. */
async function withAskers<Value>(
  t: ExecutionContext,
  bench: FabricBench,
  askers: readonly number[],
  action: () => Promise<Value>,
): Promise<Value> {
  const stops = askers.map((place) => bench.keepAsking(place, bench.sequences[place] as Sequence));
  const value = await action();
  await bench.pass(100);
  for (const stop of stops) t.true((await stop()) > 10);
  t.deepEqual(bench.checker.faults, []);
  return value;
}

function votesOf(members: readonly { card: number; votes: number; votesBefore: number }[]): number[][] {
  return members.map(({ card, votes, votesBefore }) => [card, votes, votesBefore]);
}

test("a blank card is added while numbers are taken: it gets the next id and a vote, and its host is served", async (t) => {
  const { bench, sequences } = await founded(3, 1);
  const [, second, , blank] = sequences as [Sequence, Sequence, Sequence, Sequence];
  const steps: string[] = [];
  const result = await withAskers(t, bench, [0, 1, 2], () =>
    bench.until(
      addMember(second, blank, {
        pauseMs: bench.pauseMs,
        onProgress: ({ step }) => steps.push(step),
      }),
    ),
  );
  t.is(result.card, 4);
  t.deepEqual(votesOf(result.members), [
    [1, 2, 2],
    [2, 1, 1],
    [3, 1, 1],
    [4, 1, 1],
  ]);
  t.deepEqual(steps, ["initialised", "changing", "settled"]);
  await withAskers(t, bench, [3], async () => bench.pass(200));
  const fabric = await bench.until(blank.survey());
  t.deepEqual(fabric.votes, { all: 5, quorum: 3, answered: 5 });
});

test("a card is replaced that is lost, and one that is primary; nothing is delivered twice", async (t) => {
  const { bench, sequences } = await founded(3, 2);
  const [first, second, , fourth, fifth] = sequences as [Sequence, Sequence, Sequence, Sequence, Sequence];
  bench.kill(2);
  const options = { pauseMs: bench.pauseMs };
  const result = await withAskers(t, bench, [0, 1], () =>
    bench.until(replaceMember(3, second, fourth, options)),
  );
  t.deepEqual(votesOf(result.members), [
    [1, 1, 1],
    [2, 1, 1],
    [4, 1, 1],
  ]);
  const { primary } = await bench.until(second.status());
  const steps: MemberProgress[] = [];
  await withAskers(t, bench, [1, 3], () =>
    bench.until(
      replaceMember(primary, fourth, fifth, { ...options, onProgress: (step) => steps.push(step) }),
    ),
  );
  t.is(steps.find(({ step }) => step === "handing-over")?.step, "handing-over");
  const { members } = await bench.until(fourth.status());
  t.false(members.some(({ card }) => card === primary));
  t.true(members.some(({ card }) => card === 5));
  if (primary === 1) {
    await bench.pass(500);
    t.like(await bench.until(first.status()), { removed: true, state: "removed" });
    await t.throwsAsync(bench.until(first.next()), { code: "CARD_REMOVED" });
  }
});

test("a card is removed, answers or not; one that was removed can come back under a new id", async (t) => {
  const { bench, sequences } = await founded(4);
  const [first, second, third] = sequences as [Sequence, Sequence, Sequence];
  const options = { pauseMs: bench.pauseMs };
  await withAskers(t, bench, [0, 1], () => bench.until(removeMember(3, first, options)));
  await bench.pass(500);
  t.true((await bench.until(third.status())).removed);
  const again = await bench.until(removeMember(3, first, options));
  t.deepEqual(votesOf(again.members), [
    [1, 1, 1],
    [2, 1, 1],
    [4, 1, 1],
  ]);
  bench.kill(3);
  await bench.until(removeMember(4, second, options));
  const back = await bench.until(addMember(second, third, options));
  t.is(back.card, 5);
  t.deepEqual(votesOf(back.members), [
    [1, 1, 1],
    [2, 1, 1],
    [5, 1, 1],
  ]);
});

test("broken off after each step, the same command goes on with the same card", async (t) => {
  for (const breakAfter of ["initialised", "changing"] as const) {
    const { bench, sequences } = await founded(3, 1);
    const [first, second, , blank] = sequences as [Sequence, Sequence, Sequence, Sequence];
    const broken = new Error("broken off");
    await t.throwsAsync(
      bench.until(
        replaceMember(3, first, blank, {
          pauseMs: bench.pauseMs,
          onProgress: ({ step }) => {
            if (step === breakAfter) throw broken;
          },
        }),
      ),
      { is: broken },
    );
    const steps: MemberProgress[] = [];
    const options = { pauseMs: bench.pauseMs, onProgress: (step: MemberProgress) => steps.push(step) };
    const result = await bench.until(replaceMember(3, second, blank, options));
    t.is(result.card, 4);
    t.like(steps[0], { step: "initialised", card: 4, again: true });
    t.deepEqual(
      result.members.map(({ card }) => card),
      [1, 2, 4],
    );
    const done = await bench.until(replaceMember(3, second, blank, options));
    t.deepEqual(done.members, result.members);
  }
});

test("a card without cables is not taken in, and may be tried again: its id then is a new one", async (t) => {
  const bench = new FabricBench({ cards: 4, cables: mesh(3), links: 3 });
  const sequences = await bench.openAll([0, 1, 2, 3]);
  const [first, , , blank] = sequences as [Sequence, Sequence, Sequence, Sequence];
  for (const [place, sequence] of sequences.slice(0, 3).entries()) {
    await bench.until(
      sequence.initialise({ fabricId: FABRIC_ID, cardId: place + 1, first: 1n, members: [1, 2, 3] }),
    );
  }
  await bench.until(waitForFounding(sequences.slice(0, 3), () => {}, { pauseMs: bench.pauseMs }));
  const options = { pauseMs: bench.pauseMs };
  await t.throwsAsync(bench.until(addMember(first, blank, options)), { code: "NOT_HEARD" });
  t.is((await bench.until(first.status())).members.length, 3);
  bench.fabric.plug(9, 0, 2, 3, 0);
  const result = await bench.until(addMember(first, blank, options));
  t.is(result.card, 5);
});

test("what cannot be is refused before anything has changed", async (t) => {
  const { bench, sequences } = await founded(3, 1);
  const [first, second, third, blank] = sequences as [Sequence, Sequence, Sequence, Sequence];
  const options = { pauseMs: bench.pauseMs, timeoutMs: 2_000 };
  await t.throwsAsync(bench.until(addMember(first, blank, { ...options, id: 3 })), { code: "ID_USED" });
  await t.throwsAsync(bench.until(removeMember(9, first, options)), { code: "BAD_MEMBERS" });
  await t.throwsAsync(bench.until(replaceMember(9, first, blank, options)), { code: "BAD_MEMBERS" });
  await t.throwsAsync(bench.until(replaceMember(3, first, second, options)), { code: "CARD_NOT_BLANK" });
  await t.throwsAsync(bench.until(first.changeMembers({ kind: "remove", card: 300 })), {
    code: "BAD_MEMBERS",
  });
  await bench.until(blank.initialise({ fabricId: 77, cardId: 1, first: 1n, members: [1] }));
  await bench.pass(200);
  await t.throwsAsync(bench.until(addMember(first, blank, options)), { code: "CARD_NOT_BLANK" });
  t.true((await bench.until(first.status())).members.length === 3);
  bench.kill(1);
  bench.kill(2);
  await bench.pass(500);
  const error = await t.throwsAsync<SequenceError>(bench.until(removeMember(2, first, options)), {
    code: "TIMEOUT",
  });
  t.truthy(error?.reason);
  t.is(third.ready, false);
});

test("the last cards: with two left the one that is lost can be removed by the one with two votes only", async (t) => {
  const { bench, sequences } = await founded(2);
  const [first] = sequences as [Sequence];
  const options = { pauseMs: bench.pauseMs, timeoutMs: 2_000 };
  bench.kill(1);
  await bench.pass(500);
  const result = await withAskers(t, bench, [0], () => bench.until(removeMember(2, first, options)));
  t.deepEqual(votesOf(result.members), [[1, 1, 1]]);
  await t.throwsAsync(bench.until(removeMember(1, first, options)), { code: "LAST_CARD" });
});

test("a plan or a result lost on the way costs a quarter of a second, not the change", async (t) => {
  for (const lost of [FRAME_PLAN, FRAME_PLAN_RESULT]) {
    const { bench, sequences } = await founded(3);
    const third = sequences[2] as Sequence;
    let losses = 1;
    bench.fabric.filter = (_from, _to, frame) => {
      if (frame.bytes[OFFSET_TYPE] !== lost || losses === 0) return true;
      losses -= 1;
      return false;
    };
    const beganMs = bench.clock.nowMs();
    t.is(await bench.until(third.seed(5_000n)), 5_000n);
    t.is(losses, 0);
    t.true(bench.clock.nowMs() - beganMs < 400, `${bench.clock.nowMs() - beganMs} ms`);
  }
  t.is(FRAME_HOST_PLAN, 0x45);
});
