import test from "ava";
import type { Verdict } from "../support/independent-framing.js";
import { Random } from "../support/random.js";
import { FuzzWorld } from "./fuzz-world.js";
import { PayloadMaker } from "./payload-maker.js";

/**
 * Mutated, cut and random frames through codec and card. SEQCARD_FUZZ_FRAMES sets how many (default one million),
 * SEQCARD_FUZZ_SEED where to begin (default 1); a failure names the seed of its world, with which it can be repeated:
 * SEQCARD_FUZZ_SEED=<seed> SEQCARD_FUZZ_FRAMES=1000 npx ava dist/test/fuzz/wire-and-card.test.js
 */
const FRAMES = Number(process.env["SEQCARD_FUZZ_FRAMES"] ?? 1_000_000);
const FIRST_SEED = Number(process.env["SEQCARD_FUZZ_SEED"] ?? 1);
const FRAMES_A_WORLD = 1000;
const FRAMES_A_PUSH = 8;
const WORLDS_A_TEST = 100;
/** Every fourth world has bad cables and no forged frames: there, no number may be delivered twice either. */
const HONEST_ONE_IN = 4;

const worlds = Math.ceil(FRAMES / FRAMES_A_WORLD);
const totals = new Map<Verdict, number>();
let pushed = 0;
let delivered = 0;

function fuzzWorld(seed: number): void {
  const random = new Random(seed);
  const world = new FuzzWorld(random, new PayloadMaker(random), seed % HONEST_ONE_IN !== 0);
  for (let made = 0; made < FRAMES_A_WORLD; made += FRAMES_A_PUSH) {
    for (const [verdict, count] of world.push(FRAMES_A_PUSH))
      totals.set(verdict, (totals.get(verdict) ?? 0) + count);
    pushed += FRAMES_A_PUSH;
  }
  world.finish();
  delivered += world.delivered;
}

for (let start = 0; start < worlds; start += WORLDS_A_TEST) {
  const end = Math.min(worlds, start + WORLDS_A_TEST);
  test.serial(`frames ${start * FRAMES_A_WORLD + 1} to ${end * FRAMES_A_WORLD}`, (t) => {
    for (let index = start; index < end; index += 1) {
      const seed = FIRST_SEED + index;
      try {
        fuzzWorld(seed);
      } catch (error) {
        t.log((error as Error).stack);
        t.fail(`seed ${seed}: ${error}`);
        return;
      }
    }
    t.pass();
  });
}

test.serial("that many frames were really pushed, of every kind, and the cards were alive meanwhile", (t) => {
  t.log(
    `${pushed} frames pushed; found ${JSON.stringify(Object.fromEntries(totals))}; ${delivered} blocks delivered`,
  );
  t.true(pushed >= FRAMES);
  for (const verdict of ["frames", "badChecksum", "badEncoding", "tooLong", "tooShort"] as const) {
    t.true((totals.get(verdict) ?? 0) > pushed / 1000, `${verdict} hardly ever happened`);
  }
  t.true(delivered > worlds, "hardly any block was delivered");
});
