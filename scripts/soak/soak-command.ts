import { randomInt } from "node:crypto";
import { type Command, InvalidArgumentError, Option } from "commander";
import { wholeNumber } from "../../host-bridge/commands/card-options.js";
import { DARK_SCREEN, makeScreen } from "../demonstration/screen.js";
import { runInScope } from "../processes/run-in-scope.js";
import { describeSoak } from "./describe-soak.js";
import { FAULT_KINDS, type FaultKind } from "./fault.js";
import { soak } from "./soak.js";

/** What commander makes of the command line. */
interface SoakCommandOptions {
  readonly engine: "xs" | "node";
  readonly cards: number;
  readonly fabrics: number;
  readonly seconds: number;
  readonly faults?: readonly FaultKind[];
  readonly callers: number;
  readonly seed?: number;
  readonly ports?: readonly string[];
  readonly keep?: string;
  readonly json?: true;
  readonly beaconMs?: number;
  readonly leaseMs?: number;
  readonly retryMs?: number;
  readonly helloMs?: number;
}

const TIMING_OPTIONS = ["beacon-ms", "lease-ms", "retry-ms", "hello-ms"] as const;
const RIG_FAULTS: readonly FaultKind[] = ["kill", "stop", "cut", "power"];

const EXAMPLES = `
Takes numbers from every card all the time while cards lose their power, hang and come back late, cables are cut and the
power of all fails; then checks every number. Exits with 1 where a number came twice or out of order, where a card died
by itself, or where a host is not served again.

Examples:
  $ seqcard soak                              a minute on XS with every fault
  $ seqcard soak --fabrics 2                  six cards in two fabrics, a daemon a host; whole fabrics are cut, too
  $ seqcard soak --seconds 300 --faults kill,stop --seed 7 --json
  $ seqcard soak --lease-ms 240 --beacon-ms 40     on a busy computer
  $ seqcard soak --ports /dev/ttyACM0,/dev/ttyACM1,/dev/ttyACM2    real cards: roles are handed over, nothing is broken`;

/** Adds `soak`. */
export function addSoakCommand(program: Command): void {
  const command = program
    .command("soak")
    .description("take numbers from virtual cards while they are broken at random, and check every number")
    .addOption(new Option("--engine <kind>", "what runs the cards").choices(["xs", "node"]).default("xs"))
    .option("--cards <count>", "3 to 8, a host each; with two fabrics 3 or 4 in each", wholeNumber(3, 8), 3)
    .option("--fabrics <count>", "2: each host has a card on both, and a daemon", wholeNumber(1, 2), 1)
    .option("--seconds <seconds>", "how long faults go on", wholeNumber(1, 86_400), 60)
    .option("--faults <kinds>", `some of ${FAULT_KINDS.join(",")}; default: all but handover`, parseFaults)
    .option(
      "--callers <count>",
      "callers at each host, each waiting for its number",
      wholeNumber(1, 10_000),
      64,
    )
    .option(
      "--seed <number>",
      "of the faults; default: one at random, which is printed",
      wholeNumber(0, 0xffff_ffff),
    )
    .option("--ports <paths>", "real cards instead of a rig", (text) => text.split(","))
    .option("--keep <folder>", "keep deliveries and faults there; without it only where something broke")
    .option("--json", "print the result as a JSON object and nothing else");
  for (const name of TIMING_OPTIONS)
    command.option(`--${name} <ms>`, "of the rig: longer on a busy computer", parseMs);
  command.addHelpText("after", EXAMPLES).action(runSoak);
}

async function runSoak(options: SoakCommandOptions): Promise<void> {
  const { callers, cards, engine, fabrics, json, keep, ports, seconds } = options;
  const faults = options.faults ?? (ports === undefined ? rigFaults(fabrics) : ["handover" as const]);
  const seed = options.seed ?? randomInt(0xffff_ffff);
  await runInScope(async (scope) => {
    if (ports === undefined && fabrics === 1 && faults.includes("fabric")) {
      throw new Error("One fabric has no other to go on: say --fabrics 2, or leave fabric out of --faults.");
    }
    if (ports !== undefined && faults.some((kind) => kind !== "handover")) {
      throw new Error("Real cards cannot be broken from here: leave --faults out, or say --faults handover.");
    }
    const screen = json ? DARK_SCREEN : makeScreen(process.stdout, process.env["NO_COLOR"] === undefined);
    const result = await soak(scope, screen, {
      engine,
      cards,
      fabrics,
      seconds,
      faults,
      callers,
      seed,
      timing: timingOf(options),
      ...(ports !== undefined && { ports }),
      ...(keep !== undefined && { keep }),
    });
    if (json) console.log(JSON.stringify(result));
    screen.say(screen.bold("Soak"), ...describeSoak(result));
    return result.held ? 0 : 1;
  });
}

function rigFaults(fabrics: number): readonly FaultKind[] {
  return fabrics === 1 ? RIG_FAULTS : [...RIG_FAULTS, "fabric"];
}

function timingOf({ beaconMs, leaseMs, retryMs, helloMs }: SoakCommandOptions): string[] {
  return [beaconMs, leaseMs, retryMs, helloMs].flatMap((ms, index) =>
    ms === undefined ? [] : [`--${TIMING_OPTIONS[index]}`, `${ms}`],
  );
}

function parseFaults(text: string): FaultKind[] {
  const kinds = text.split(",");
  const isKind = (kind: string): kind is FaultKind => FAULT_KINDS.some((known) => known === kind);
  if (!kinds.every(isKind)) throw new InvalidArgumentError(`Give some of ${FAULT_KINDS.join(",")}.`);
  return kinds;
}

function parseMs(text: string): number {
  const ms = Number(text);
  if (!(ms > 0 && ms <= 60_000))
    throw new InvalidArgumentError("Give milliseconds, above 0 and up to 60,000.");
  return ms;
}
