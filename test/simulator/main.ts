import { Command, InvalidArgumentError } from "commander";
import { simulate, type SimulationResult } from "./simulation.js";

const SEEDS = 0x1_0000_0000;
const TELL_EVERY_MS = 5_000;

interface Options {
  readonly seed: number;
  readonly seeds: number;
  readonly cards?: number;
  readonly trace?: true;
  readonly json?: true;
  readonly soak?: true;
}

function integer(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= low && value <= high) return value;
    throw new InvalidArgumentError(`Give a whole number from ${low} to ${high}.`);
  };
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** How a result reads on one line. */
function inWords(result: SimulationResult): string {
  const { seed, cards, topology, virtualUs, deliveries, gaps, rounds, liveAgainUs, hash } = result;
  return (
    `seed ${seed}: ${cards} cards in a ${topology}, ${Math.round(virtualUs / 1000)} ms, ${deliveries} deliveries, ` +
    `${gaps} numbers skipped, round ${rounds}, live again after ${Math.round(liveAgainUs / 1000)} ms, hash ${hash}`
  );
}

function repeatCommand({ seed }: SimulationResult, options: Options): string {
  const cards = options.cards === undefined ? "" : ` --cards ${options.cards}`;
  return `npm run simulate -- --seed ${seed}${cards} --trace`;
}

function run(options: Options): boolean {
  const startedMs = Date.now();
  let toldMs = startedMs;
  let failures = 0;
  let deliveries = 0;
  let events = 0;
  const overrides = { cards: options.cards, trace: options.trace ? print : undefined };
  let done = 0;
  for (; done < options.seeds; done += 1) {
    const result = simulate((options.seed + done) % SEEDS, overrides);
    deliveries += result.deliveries;
    events += result.events;
    if (options.json) print(JSON.stringify(result));
    else if (options.seeds === 1) print(inWords(result));
    if (result.violation !== "") {
      failures += 1;
      if (!options.json) {
        print(`VIOLATION with seed ${result.seed}: ${result.violation}`);
        print(`  repeat it with: ${repeatCommand(result, options)}`);
      }
    }
    const nowMs = Date.now();
    if (!options.json && nowMs - toldMs >= TELL_EVERY_MS) {
      toldMs = nowMs;
      print(`${done + 1} seeds, ${failures} violations, ${rate(done + 1, nowMs - startedMs)} seeds a minute`);
    }
  }
  if (!options.json && options.seeds > 1) {
    const ms = Date.now() - startedMs;
    print(
      `${done} seeds from ${options.seed} on in ${(ms / 1000).toFixed(1)} s (${rate(done, ms)} a minute): ` +
        `${events} events, ${deliveries} deliveries, ${failures} violations`,
    );
  }
  return failures === 0;
}

function rate(seeds: number, ms: number): number {
  return Math.round((seeds * 60_000) / Math.max(1, ms));
}

const command = new Command("simulate")
  .description("Runs a fabric in virtual time under the faults that a seed stands for, and checks the promises.")
  .option("--seed <number>", "the seed, or the first of several", integer(0, SEEDS - 1), 1)
  .option("--seeds <count>", "how many seeds, one after the other", integer(1, SEEDS), 1)
  .option("--cards <count>", "2 to 8 cards, whatever the seed says", integer(2, 8))
  .option("--trace", "print every frame and event")
  .option("--json", "print one JSON object a seed")
  .action((options: Options) => {
    process.exitCode = run(options) ? 0 : 1;
  });

await command.parseAsync();
