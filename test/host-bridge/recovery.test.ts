import test from "ava";
import { LARGEST_WINDOW } from "../../firmware/card/adaptive-window.js";
import {
  carryOutRecovery,
  type RecoveryPort,
  type RecoveryProgress,
  readForRecovery,
  waitForFounding,
} from "../../host-bridge/recovery.js";
import { planRecovery, RECOVERY_WINDOW, type RecoveryPlan } from "../../host-bridge/recovery-plan.js";
import type { Sequence } from "../../host-bridge/sequence.js";
import { ring } from "../support/virtual-fabric.js";
import { FabricBench } from "./fabric-bench.js";

const FABRIC_ID = 0xfab1c;
const NEW_FABRIC_ID = 0x5eed;

/** A ring of cards, of which the first `members` are a fabric that has given numbers. */
async function used(cards: number, members = cards): Promise<FabricBench> {
  const bench = new FabricBench({ cards, cables: ring(cards) });
  const sequences = await bench.openAll(bench.fabric.cards.map((_, place) => place));
  const founders = sequences.slice(0, members);
  const ids = founders.map((_, place) => place + 1);
  for (const [place, sequence] of founders.entries()) {
    await bench.until(
      sequence.initialise({ fabricId: FABRIC_ID, cardId: place + 1, first: 1_000n, members: ids }),
    );
  }
  await bench.until(waitForFounding(founders, () => {}, { pauseMs: bench.pauseMs }));
  await numbersOf(bench, [0, 1]);
  return bench;
}

/** Takes numbers at the places for a while, and checks them with all that went before. */
async function numbersOf(bench: FabricBench, places: readonly number[]): Promise<void> {
  const stops = places.map((place) => bench.keepAsking(place, bench.sequences[place] as Sequence));
  await bench.pass(150);
  for (const stop of stops) if ((await stop()) === 0) throw new Error("a host got no number");
}

function portsOf(bench: FabricBench, places: readonly number[]): RecoveryPort[] {
  return places.map((place) => ({ port: `port${place}`, sequence: bench.sequences[place] as Sequence }));
}

async function planOf(
  bench: FabricBench,
  ports: readonly RecoveryPort[],
  options: Partial<Parameters<typeof planRecovery>[1]> = {},
): Promise<RecoveryPlan> {
  const cards = await bench.until(readForRecovery(ports));
  return planRecovery(cards, { newFabricId: NEW_FABRIC_ID, ...options });
}

test("the window of a recovery is the largest that a card ever moves its ceiling by", (t) => {
  t.is(RECOVERY_WINDOW, BigInt(LARGEST_WINDOW));
});

test("what is left of a fabric becomes a new one above everything read; no number comes twice", async (t) => {
  const bench = await used(5);
  for (const place of [2, 3, 4]) bench.kill(place);
  await bench.pass(500);
  const ports = portsOf(bench, [0, 1]);
  const plan = await planOf(bench, ports);
  t.like(plan, { oldFabricId: FABRIC_ID, newFabricId: NEW_FABRIC_ID, goesOn: false });
  t.deepEqual(plan.unread, [3, 4, 5]);
  t.is(plan.highest, 66_536n);
  t.is(plan.first, 66_536n + RECOVERY_WINDOW);
  t.regex(plan.doubts.join("\n"), /3, 4, 5 were not read, and together they could give numbers/);
  t.deepEqual(
    plan.cards.map(({ oldCard, newCard, replacesFabricId }) => [oldCard, newCard, replacesFabricId]),
    [
      [1, 1, FABRIC_ID],
      [2, 2, FABRIC_ID],
    ],
  );
  const progress: RecoveryProgress[] = [];
  await bench.until(carryOutRecovery(ports, plan, (told) => progress.push(told), { pauseMs: bench.pauseMs }));
  t.deepEqual(progress.at(-1), { step: "ready" });
  const before = bench.checker.delivered;
  await numbersOf(bench, [0, 1]);
  t.true(bench.checker.delivered > before);
  t.deepEqual(bench.checker.faults, []);
  t.true((bench.sequences[0] as Sequence).latest() >= plan.first);
  t.is((bench.sequences[0] as Sequence).card.fabricId, NEW_FABRIC_ID);
});

test("cards of the old fabric that come back are refused by the new one, and give nothing", async (t) => {
  const bench = await used(5);
  for (const place of [2, 3, 4]) bench.kill(place);
  await bench.pass(500);
  const ports = portsOf(bench, [0, 1]);
  await bench.until(
    carryOutRecovery(ports, await planOf(bench, ports), undefined, { pauseMs: bench.pauseMs }),
  );
  bench.fabric.boot(3);
  bench.fabric.boot(4);
  await bench.pass(1_000);
  const old = bench.sequences[3] as Sequence;
  t.false(old.ready);
  await numbersOf(bench, [0, 1]);
  t.deepEqual(bench.checker.faults, []);
});

test("one card and blank ones: the readings of the card decide, and those that were lost are named", async (t) => {
  const bench = await used(4, 3);
  bench.kill(1);
  bench.kill(2);
  await bench.pass(500);
  const ports = portsOf(bench, [3, 0]);
  const plan = await planOf(bench, ports, { known: [{ source: "database", number: 9_999_999n }] });
  t.is(plan.highest, 10_000_000n);
  t.deepEqual(
    plan.readings.map(({ source }) => source),
    ["card 1 at port0", "database"],
  );
  t.deepEqual(
    plan.cards.map(({ oldCard, newCard, replacesFabricId }) => [oldCard, newCard, replacesFabricId]),
    [
      [0, 1, 0],
      [1, 2, FABRIC_ID],
    ],
  );
  await bench.until(carryOutRecovery(ports, plan, undefined, { pauseMs: bench.pauseMs }));
  await numbersOf(bench, [0, 3]);
  t.deepEqual(bench.checker.faults, []);
});

test("cards behind others are read by way of them, and told to stay away", async (t) => {
  const bench = await used(5);
  for (const place of [3, 4]) bench.kill(place);
  await bench.pass(500);
  const ports = portsOf(bench, [0]);
  await t.throwsAsync(planOf(bench, ports), { code: "QUORUM_LIVES" });
  const plan = await planOf(bench, ports, { despiteQuorum: true });
  t.deepEqual(
    plan.readings.map(({ source }) => source),
    ["card 1 at port0", "card 2, by way of another", "card 3, by way of another"],
  );
  t.deepEqual(plan.unread, [4, 5]);
  t.false(plan.doubts.some((doubt) => doubt.includes("together they could give")));
  t.true(plan.doubts.some((doubt) => /Cards 2, 3 answer but are at none of the ports/.test(doubt)));
});

test("a fabric that can give numbers, or could with the cards that answer, is not recovered", async (t) => {
  const bench = await used(3);
  await t.throwsAsync(planOf(bench, portsOf(bench, [0])), { code: "QUORUM_LIVES", message: /port0 says/ });
  bench.kill(0);
  bench.kill(2);
  await bench.pass(500);
  bench.fabric.boot(0);
  const cards = await bench.until(readForRecovery(portsOf(bench, [1])));
  const [only] = cards;
  t.truthy(only);
  if (only === undefined) return;
  const answering = only.reports.map((report) => ({ ...report, answered: true }));
  t.throws(() => planRecovery([{ ...only, reports: answering }], { newFabricId: NEW_FABRIC_ID }), {
    code: "QUORUM_LIVES",
    message: /more than half of the votes/,
  });
});

test("broken off after the first card, the same command goes on with the same fabric and number", async (t) => {
  const bench = await used(5);
  for (const place of [2, 3, 4]) bench.kill(place);
  await bench.pass(500);
  const ports = portsOf(bench, [0, 1]);
  const begun = await planOf(bench, ports);
  const broken = new Error("broken off");
  await t.throwsAsync(
    bench.until(
      carryOutRecovery(ports, begun, () => {
        throw broken;
      }),
    ),
    { is: broken },
  );
  await bench.pass(200);
  const plan = await planOf(bench, ports, { newFabricId: 1 });
  t.like(plan, { goesOn: true, newFabricId: NEW_FABRIC_ID, first: begun.first });
  t.is(plan.cards[0]?.replacesFabricId, 0);
  await bench.until(carryOutRecovery(ports, plan, undefined, { pauseMs: bench.pauseMs }));
  await numbersOf(bench, [0, 1]);
  t.deepEqual(bench.checker.faults, []);
});

test("a recovery that began too low is begun anew, above what it began with", async (t) => {
  const bench = await used(5);
  for (const place of [2, 3, 4]) bench.kill(place);
  await bench.pass(500);
  const ports = portsOf(bench, [0, 1]);
  const begun = await planOf(bench, ports);
  await bench.until(
    (bench.sequences[0] as Sequence).initialise({
      fabricId: NEW_FABRIC_ID,
      cardId: 1,
      first: begun.first,
      members: begun.members,
      replacesFabricId: FABRIC_ID,
    }),
  );
  const higher = await planOf(bench, ports, {
    newFabricId: 2,
    known: [{ source: "database", number: begun.first }],
  });
  t.like(higher, { goesOn: false, newFabricId: 2 });
  t.true(higher.first >= begun.first + RECOVERY_WINDOW);
  await bench.until(carryOutRecovery(ports, higher, undefined, { pauseMs: bench.pauseMs }));
  await numbersOf(bench, [0, 1]);
  t.deepEqual(bench.checker.faults, []);
});

test("what makes no sense is refused, and the card refuses a first number that is too low by itself", async (t) => {
  const bench = await used(4, 3);
  bench.kill(1);
  bench.kill(2);
  await bench.pass(500);
  const [lone, blank] = [portsOf(bench, [0]), portsOf(bench, [3])];
  await t.throwsAsync(planOf(bench, blank), { code: "BAD_FABRIC" });
  t.throws(() => planRecovery([], { newFabricId: 1 }), { code: "BAD_FABRIC" });
  await t.throwsAsync(planOf(bench, lone, { first: 70_000n }), { code: "BAD_FIRST" });
  await t.throwsAsync(planOf(bench, lone, { known: [{ source: "x", number: 2n ** 63n - 9n }] }), {
    code: "BAD_FIRST",
  });
  const [card] = await bench.until(readForRecovery(lone));
  t.truthy(card);
  if (card === undefined) return;
  const other = { ...card, port: "elsewhere", status: { ...card.status, fabricId: 9 } };
  t.throws(() => planRecovery([card, other], { newFabricId: 1 }), { code: "BAD_FABRIC", message: /several/ });
  const failed = { ...card, status: { ...card.status, storageFailed: true } };
  t.throws(() => planRecovery([failed], { newFabricId: 1 }), { code: "STORAGE_FAILED" });
  const sequence = bench.sequences[0] as Sequence;
  const init = { fabricId: 5, cardId: 1, first: 1_001n, members: [1] };
  await t.throwsAsync(bench.until(sequence.initialise({ ...init, replacesFabricId: FABRIC_ID })), {
    code: "BAD_FIRST",
  });
  await t.throwsAsync(bench.until(sequence.initialise({ ...init, replacesFabricId: 3 })), {
    code: "WRONG_FABRIC",
  });
  await t.throwsAsync(bench.until(sequence.initialise(init)), { code: "CARD_NOT_BLANK" });
});

test("numbers of other fabrics that a mirror tells of do not count", async (t) => {
  const bench = await used(3);
  bench.kill(1);
  bench.kill(2);
  await bench.pass(500);
  const known = [
    { source: "mirror", number: 500_000n, fabricId: FABRIC_ID },
    { source: "mirror", number: 2n ** 62n, fabricId: 3 },
  ];
  const plan = await planOf(bench, portsOf(bench, [0]), { known });
  t.is(plan.highest, 500_001n);
});

test("a card that lost its flash counts as not read, and a quorum is one of both lists of a change", async (t) => {
  const bench = await used(3);
  bench.kill(1);
  bench.kill(2);
  await bench.pass(500);
  const [card] = await bench.until(readForRecovery(portsOf(bench, [0])));
  t.truthy(card);
  if (card === undefined) return;
  const answering = card.reports.map((report) => ({ ...report, answered: true }));
  const forgetful = answering.map((report) =>
    report.card === 1 ? report : { ...report, joining: true, forgot: true, ceiling: 2n ** 60n },
  );
  const plan = planRecovery([{ ...card, reports: forgetful }], { newFabricId: NEW_FABRIC_ID });
  t.deepEqual(plan.unread, [2, 3]);
  t.is(plan.highest, 66_536n);
  t.true(plan.doubts.some((doubt) => doubt.includes("together they could give numbers")));
  // Card 1 has all votes of the list before, and half of those of now: that is no quorum.
  const members = card.status.members.map((member) => ({
    ...member,
    votesBefore: member.card === 1 ? 3 : 0,
    votes: member.card === 3 ? 0 : 1,
  }));
  const joint = planRecovery([{ ...card, status: { ...card.status, members } }], { newFabricId: 1 });
  t.deepEqual(joint.unread, [2, 3]);
  t.false(joint.doubts.some((doubt) => doubt.includes("together they could give numbers")));
});

test("a founding names the cards that lack, until its time is over", async (t) => {
  const bench = new FabricBench({ cards: 3, cables: ring(3) });
  const [first, second] = (await bench.openAll([0, 1, 2])) as [Sequence, Sequence, Sequence];
  const init = { fabricId: FABRIC_ID, first: 1n, members: [1, 2, 3] };
  await bench.until(first.initialise({ ...init, cardId: 1 }));
  await bench.until(second.initialise({ ...init, cardId: 2 }));
  const told: number[][] = [];
  await t.throwsAsync(
    bench.until(
      waitForFounding([first, second], (cards) => told.push([...cards]), {
        timeoutMs: 1_000,
        pauseMs: bench.pauseMs,
      }),
    ),
    { code: "TIMEOUT", message: /card 3 was not heard/ },
  );
  t.deepEqual(told.at(-1), [3]);
  t.like(await bench.until(first.status()), { joining: true, state: "joining" });
});
