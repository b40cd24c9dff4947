import { writeFileSync } from "node:fs";
import { confirm } from "@clack/prompts";
import type { Command } from "commander";
import { DEFAULT_RIG_NAME } from "../../boards/virtual/control-path.js";
import { wholeNumber } from "../../host-bridge/commands/card-options.js";
import { printLine, toJson } from "../../host-bridge/commands/output.js";
import { SequenceError } from "../../host-bridge/errors.js";
import { AskingOperator } from "./asking-operator.js";
import type { BaudOptions } from "./baud-check.js";
import { type BaudChoice, parseBauds } from "./baud-rates.js";
import { hasFailed, markdownReport, verdict } from "./report.js";
import { checkRig, type RigCheckOptions } from "./rig-check.js";
import { RigCheckError } from "./rig-check-error.js";
import { RigOperator } from "./rig-operator.js";

/** What commander makes of the command line. */
interface RigCheckCommandOptions {
  readonly ports: readonly string[];
  readonly report?: string;
  readonly auto?: true;
  readonly rig: string;
  /** false with --no-failover. */
  readonly failover: boolean;
  readonly seconds: number;
  readonly numbers: number;
  readonly staySeconds: number;
  readonly echoes: number;
  readonly echoWaitMs: number;
  readonly baud?: BaudChoice;
  readonly yes?: true;
  readonly force?: true;
  readonly maxErrorsPpm: number;
  readonly timeoutMs: number;
  readonly baudRate?: number;
  readonly json?: true;
}

const EXAMPLES = `
Which card is at which port, every cable both ways, error rates, latency, and what happens when a plug is pulled: you are
asked to pull one after the other. Exits with 1 and RIG_FAULTY where something is wrong. docs/rigcheck.md tells what each
code means.

Examples:
  $ seqcard rigcheck --ports /dev/ttyACM0,/dev/ttyACM1,/dev/ttyACM2 --report rig.md
  $ seqcard rigcheck --ports /tmp/cards/card1,/tmp/cards/card2,/tmp/cards/card3 --auto    a virtual rig pulls its own plugs
  $ seqcard rigcheck --ports /dev/ttyACM0,/dev/ttyACM1,/dev/ttyACM2 --no-failover --json
  $ seqcard rigcheck --ports /dev/ttyACM0,/dev/ttyACM1,/dev/ttyACM2 --no-failover --baud all    also at every other rate`;

/** How long a cable is at each rate. */
const BAUD_MS = 2_000;

/** Adds `rigcheck`. */
export function addRigCheckCommand(program: Command): void {
  program
    .command("rigcheck")
    .description("check a rig: cards, cables, error rates, latency, and what happens when plugs are pulled")
    .requiredOption("--ports <paths>", "the ports of all its cards", parsePorts)
    .option("--report <file>", "write the report there, as Markdown; without it, to the terminal")
    .option("--auto", "on a virtual rig: have it pull its own plugs")
    .option("--rig <name>", "which virtual rig, with --auto", DEFAULT_RIG_NAME)
    .option("--no-failover", "pull no plugs")
    .option("--seconds <seconds>", "how long cables are measured under load", wholeNumber(1, 86_400), 5)
    .option("--numbers <count>", "for the latency, at each card", wholeNumber(1, 1_000_000), 200)
    .option(
      "--echoes <count>",
      "of each pattern over each cable, from each end; 0: none",
      wholeNumber(0, 1_000_000),
      20,
    )
    .option("--echo-wait-ms <ms>", "how long a card waits for an echo", wholeNumber(1, 10_000), 1_000)
    .option("--baud <rates>", "also at other rates: all, or such as 1000000,3000000", parseBauds)
    .option("--yes", "with --baud: do not ask first")
    .option("--force", "with --baud: also cables without which cards get no numbers")
    .option("--stay-seconds <seconds>", "how long a plug stays out", wholeNumber(0, 3_600), 1)
    .option(
      "--max-errors-ppm <count>",
      "bad or lost frames in a million, at the most",
      wholeNumber(0, 1_000_000),
      100,
    )
    .option(
      "--timeout-ms <ms>",
      "how long a call, a cable or a card may take to come back",
      wholeNumber(100, 600_000),
      10_000,
    )
    .option("--baud-rate <rate>", "speed of boards behind a USB bridge", wholeNumber(1, 100_000_000))
    .option("--json", "print the result as a JSON object, and errors too")
    .addHelpText("after", EXAMPLES)
    .action(runRigCheck);
}

async function runRigCheck(options: RigCheckCommandOptions): Promise<void> {
  const { auto, baud, baudRate, failover, json, report } = options;
  if (failover && auto !== true && !process.stdin.isTTY) {
    throw new SequenceError(
      "BAD_OPTION",
      "there is nobody to pull plugs: give --no-failover, or --auto on a virtual rig",
    );
  }
  if (baud === undefined && (options.yes ?? options.force) !== undefined) {
    throw new SequenceError("BAD_OPTION", "--yes and --force go with --baud");
  }
  if (baud !== undefined && options.yes !== true) await askForBauds();
  const result = await checkRig({
    ports: options.ports,
    timeoutMs: options.timeoutMs,
    limitMs: options.timeoutMs,
    loadMs: options.seconds * 1_000,
    stayMs: options.staySeconds * 1_000,
    latencyNumbers: options.numbers,
    echoes: { count: options.echoes, waitMs: options.echoWaitMs },
    maxErrorsPpm: options.maxErrorsPpm,
    ...(baud === undefined ? {} : { bauds: baudOptions(baud, options) }),
    onProgress: (text) => process.stderr.write(`rigcheck: ${text}\n`),
    ...(baudRate === undefined ? {} : { baudRate }),
    ...(failover ? { makeOperator: operatorMaker(options) } : {}),
  });
  const page = markdownReport(result, new Date());
  if (report !== undefined) writeReport(report, page);
  if (json) printLine(toJson({ passed: !hasFailed(result), ...result }));
  else if (report === undefined) process.stdout.write(page);
  else printLine(`${verdict(result)}; the report is in ${report}`);
  if (hasFailed(result)) throw RigCheckError.of(result.findings);
}

/** A quarter of the wait for an echo: at a rate that is too high many are lost, and a test is short. */
function baudOptions(choice: BaudChoice, { echoWaitMs, force }: RigCheckCommandOptions): BaudOptions {
  const waitMs = Math.ceil(echoWaitMs / 4);
  return { choice, durationMs: BAUD_MS, waitMs, force: force === true };
}

async function askForBauds(): Promise<void> {
  if (!process.stdin.isTTY) {
    throw new SequenceError("BAD_OPTION", "there is nobody to ask whether cables may be tested: give --yes");
  }
  const message =
    "Cables are tested at other rates, one after the other. Each carries no numbers for a few seconds. Go on?";
  const answer = await confirm({ message, initialValue: false, output: process.stderr });
  if (answer !== true) throw new SequenceError("NOT_CONFIRMED", "not confirmed; no cable was touched");
}

function operatorMaker({ auto, rig }: RigCheckCommandOptions): NonNullable<RigCheckOptions["makeOperator"]> {
  if (auto) return (cards) => RigOperator.make(rig, cards);
  return async () => new AskingOperator(process.stdin, process.stderr);
}

function writeReport(path: string, page: string): void {
  try {
    writeFileSync(path, page);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SequenceError("BAD_OPTION", `the report cannot be written to ${path}: ${reason}`);
  }
}

function parsePorts(text: string): string[] {
  const ports = text.split(",").map((path) => path.trim());
  if (ports.some((path) => path === "")) throw new SequenceError("BAD_OPTION", "--ports: a path is empty");
  return ports;
}
