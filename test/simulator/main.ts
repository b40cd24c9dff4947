import { Command, InvalidArgumentError } from "commander";
import { inTurn, runChild } from "./run-child.js";
import { type SimulationResult, simulate } from "./simulation.js";

const SEEDS = 0x1_0000_0000;
/** Seeds that a process is given at a time, where there are several. */
const SEEDS_A_CHILD = 500;
const MS_A_MINUTE = 60_000;
const TELL_EVERY_MS = 5_000;

interface Options {
  readonly seed: number;
  readonly seeds: number;
  readonly jobs: number;
  readonly cards?: number;
  readonly fabrics?: number;
  readonly cableTests?: true;
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

/** Counts what was run and says so from time to time, unless the results themselves are printed. */
class Tally {
  seeds = 0;
  violations = 0;
  private deliveries = 0;
  private events = 0;
  private readonly startedMs = Date.now();
  private toldMs = this.startedMs;
  private readonly options: Options;

  constructor(options: Options) {
    this.options = options;
  }

  add(result: SimulationResult): void {
    this.seeds += 1;
    this.deliveries += result.deliveries;
    this.events += result.events;
    if (result.violation !== "") this.violations += 1;
    if (this.options.json) {
      print(JSON.stringify(result));
      return;
    }
    if (this.options.seeds === 1) print(inWords(result));
    if (result.violation !== "") {
      print(`VIOLATION with seed ${result.seed}: ${result.violation}`);
      print(`  repeat it with: ${repeatCommand(result, this.options)}`);
    }
    if (Date.now() - this.toldMs < TELL_EVERY_MS) return;
    this.toldMs = Date.now();
    print(this.inWords());
  }

  inWords(): string {
    const ms = Math.max(1, Date.now() - this.startedMs);
    return (
      `${this.seeds} seeds from ${this.options.seed} on in ${(ms / 1000).toFixed(1)} s ` +
      `(${Math.round((this.seeds * MS_A_MINUTE) / ms)} a minute): ${this.events} events, ` +
      `${this.deliveries} deliveries, ${this.violations} violations`
    );
  }
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
  const fabrics = options.fabrics === undefined ? "" : ` --fabrics ${options.fabrics}`;
  const cableTests = options.cableTests === undefined ? "" : " --cable-tests";
  return `npm run simulate -- --seed ${seed}${cards}${fabrics}${cableTests} --trace`;
}

function runHere(options: Options, tally: Tally): void {
  const overrides = {
    cards: options.cards,
    fabrics: options.fabrics,
    testsCables: options.cableTests,
    trace: options.trace ? print : undefined,
  };
  for (let done = 0; done < options.seeds; done += 1) {
    tally.add(simulate((options.seed + done) % SEEDS, overrides));
  }
}

async function runInChildren(options: Options, tally: Tally): Promise<void> {
  const parts = Array.from(
    { length: Math.ceil(options.seeds / SEEDS_A_CHILD) },
    (_, part) => part * SEEDS_A_CHILD,
  );
  await inTurn(parts, options.jobs, async (part) => {
    const args = ["--json", "--seed", String((options.seed + part) % SEEDS)];
    args.push("--seeds", String(Math.min(SEEDS_A_CHILD, options.seeds - part)));
    if (options.cards !== undefined) args.push("--cards", String(options.cards));
    if (options.fabrics !== undefined) args.push("--fabrics", String(options.fabrics));
    if (options.cableTests) args.push("--cable-tests");
    const { output } = await runChild("main.js", args);
    for (const line of output.trim().split("\n")) tally.add(JSON.parse(line) as SimulationResult);
  });
}

async function run(given: Options): Promise<void> {
  if (given.fabrics === 2 && (given.cards ?? 4) % 2 !== 0)
    throw new InvalidArgumentError("Two fabrics have an even number of cards.");
  const options = given.soak ? { ...given, seeds: SEEDS } : given;
  const tally = new Tally(options);
  if (options.jobs > 1 && options.seeds > 1) {
    // A soak has more parts than an array should: one round of some hours at a time.
    const round = Math.min(options.seeds, SEEDS_A_CHILD * 10_000);
    for (let done = 0; done < options.seeds; done += round) {
      const seeds = Math.min(round, options.seeds - done);
      await runInChildren({ ...options, seed: (options.seed + done) % SEEDS, seeds }, tally);
    }
  } else {
    runHere(options, tally);
  }
  if (!options.json && options.seeds > 1) print(tally.inWords());
  process.exitCode = tally.violations === 0 ? 0 : 1;
}

const command = new Command("simulate")
  .description(
    "Runs a fabric in virtual time under the faults that a seed stands for, and checks the promises.",
  )
  .option("--seed <number>", "the seed, or the first of several", integer(0, SEEDS - 1), 1)
  .option("--seeds <count>", "how many seeds, one after the other", integer(1, SEEDS), 1)
  .option("--jobs <count>", "processes that run seeds at the same time", integer(1, 64), 1)
  .option("--cards <count>", "2 to 8 cards, whatever the seed says", integer(2, 8))
  .option("--fabrics <count>", "2: two fabrics that only trunks of hosts join", integer(1, 2))
  .option("--cable-tests", "test cables at other rates, on top of the seed's own faults")
  .option("--soak", "go on with seeds until it is stopped")
  .option("--trace", "print every frame and event")
  .option("--json", "print one JSON object a seed")
  .addHelpText(
    "after",
    "\nExamples:\n  npm run simulate -- --seed 35 --trace\n  npm run simulate -- --seed 1 --seeds 20000 --jobs 2\n  npm run soak -- --seed 1000000",
  )
  .action(run);

await command.parseAsync();
