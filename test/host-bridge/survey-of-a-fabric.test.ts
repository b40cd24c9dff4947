import test from "ava";
import { drawFabric } from "../../host-bridge/commands/fabric-drawing.js";
import { waitForFounding } from "../../host-bridge/recovery.js";
import type { Sequence } from "../../host-bridge/sequence.js";
import { ring } from "../support/virtual-fabric.js";
import { FabricBench } from "./fabric-bench.js";

const CARDS = [0, 1, 2, 3, 4];

async function ringOfFive(): Promise<{ bench: FabricBench; sequences: Sequence[] }> {
  const bench = new FabricBench({ cards: 5, cables: ring(5) });
  const sequences = await bench.openAll(CARDS);
  for (const [place, sequence] of sequences.entries()) {
    const init = { fabricId: 7, cardId: place + 1, first: 1n, members: [1, 2, 3, 4, 5] };
    await bench.until(sequence.initialise(init));
  }
  await bench.until(waitForFounding(sequences, () => {}, { pauseMs: bench.pauseMs }));
  await bench.pass(200);
  return { bench, sequences };
}

test("surveys from every host at once, while all take numbers, are whole and cost no number", async (t) => {
  const { bench, sequences } = await ringOfFive();
  const stops = sequences.map((sequence, place) => bench.keepAsking(place, sequence));
  for (let round = 0; round < 10; round += 1) {
    for (const fabric of await bench.until(Promise.all(sequences.map((sequence) => sequence.survey())))) {
      t.is(fabric.votes.answered, 5);
      t.is(fabric.cables.length, 5);
      t.true(fabric.cables.every(({ state }) => state === "alive"));
    }
  }
  await bench.pass(100);
  for (const stop of stops) t.true((await stop()) > 10);
  t.deepEqual(bench.checker.faults, []);
  for (const sequence of sequences) {
    const { counters } = await bench.until(sequence.status());
    t.deepEqual([counters.requestRetries, counters.numbersSkipped, counters.dropSendFull], [0, 0, 0]);
  }
});

test("a cut cable and a dead card show, from wherever one looks; a cable cut one way is told as that", async (t) => {
  const { bench, sequences } = await ringOfFive();
  bench.kill(4);
  bench.fabric.cut(1);
  await bench.pass(600);
  const seen = await bench.until((sequences[0] as Sequence).survey());
  t.deepEqual(
    seen.cables.map(({ cards, state }) => [...cards, state]),
    [
      [1, 2, "alive"],
      [1, 5, "dead"],
      [2, 3, "dead"],
    ],
    "cards 3 and 4 are cut off with card 5",
  );
  t.deepEqual(
    seen.cards.filter(({ answered }) => !answered).map(({ card }) => card),
    [3, 4, 5],
  );
  t.is(seen.votes.answered, 2);
  const other = await bench.until((sequences[3] as Sequence).survey());
  t.deepEqual(
    other.cables.map(({ cards, state }) => [...cards, state]),
    [
      [2, 3, "dead"],
      [3, 4, "alive"],
      [4, 5, "dead"],
    ],
  );
  t.not(other.advice, "");
  bench.fabric.mend(1);
  bench.fabric.cut(1, 1);
  await bench.pass(600);
  // Card 2 hears card 3 and is not heard: no way is found over that cable, so each side shows its own end.
  const half = await bench.until((sequences[1] as Sequence).survey());
  t.is(half.cables.find(({ cards }) => cards[0] === 2 && cards[1] === 3)?.state, "stale");
  bench.fabric.boot(4);
  await bench.pass(1_000);
  const healed = await bench.until((sequences[1] as Sequence).survey());
  t.is(healed.state, "ready");
  t.is(healed.cables.find(({ cards }) => cards[0] === 2 && cards[1] === 3)?.state, "one-way");
  for (const line of drawFabric("/dev/ttyACM0", healed).split("\n")) t.true(line.length <= 80, line);
});
