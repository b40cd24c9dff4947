import { randomInt } from "node:crypto";
import { createInterface } from "node:readline/promises";
import { type Command, InvalidArgumentError } from "commander";
import { SequenceError } from "../errors.js";
import { readMirror } from "../mirror-reader.js";
import {
  carryOutRecovery,
  type RecoveryPort,
  type RecoveryProgress,
  readForRecovery,
  waitForFounding,
} from "../recovery.js";
import {
  type KnownNumber,
  planRecovery,
  RECOVERY_WINDOW,
  type RecoveryCard,
  type RecoveryPlan,
} from "../recovery-plan.js";
import { hexadecimal } from "../session-errors.js";
import { addLineOptions, type CardOptions, openPort } from "./card-options.js";
import { drawColumns, fold, printJson, printLine } from "./output.js";

interface RecoverOptions extends CardOptions {
  readonly force?: true;
  readonly ports: readonly string[];
  readonly first?: bigint;
  readonly atLeast?: bigint;
  readonly mirror?: readonly string[];
  readonly despiteQuorum?: true;
  readonly yes?: true;
}

/** `seqcard recover`: a new fabric from what is left of one that has lost its quorum for good. */
export function addRecoverCommand(program: Command): void {
  addLineOptions(program.command("recover"))
    .description(
      "make a new fabric of the cards that are left, when more than half of the votes are lost for good",
    )
    .requiredOption(
      "--ports <paths>",
      "the cards of the new fabric: those that are left, and blank ones",
      (text) => text.split(","),
    )
    .option("--force", "needed: this cannot be undone")
    .option("--first <number>", "first number of the new fabric, where you know better", parseNumber)
    .option(
      "--at-least <number>",
      "a number that is known to have been given, as from a database",
      parseNumber,
    )
    .option(
      "--mirror <files...>",
      "mirrors of the newest numbers that hosts keep; those of the old fabric count",
    )
    .option("--despite-quorum", "also where the cards that answer have more than half of the votes")
    .option("--yes", "do not ask")
    .addHelpText(
      "after",
      `
It reads every number that the cards, and those behind them, know of, and begins a window of ${RECOVERY_WINDOW}
above the highest. It shows what it read and what it cannot rule out before anything is changed.
Given again after it was broken off, with the ports in the same order, it goes on where it stopped.

Examples:
  seqcard recover --force --ports /dev/ttyACM0,/dev/ttyACM1
  seqcard recover --force --ports /dev/ttyACM0 --at-least 48151623`,
    )
    .action(recover);
}

async function recover(options: RecoverOptions): Promise<void> {
  if (options.force !== true) {
    throw new SequenceError(
      "BAD_OPTION",
      "recover ends the old fabric for good; give --force when the lost cards will not come back",
    );
  }
  const ports: RecoveryPort[] = [];
  try {
    for (const port of options.ports) ports.push({ port, sequence: await openPort(port, options) });
    await recoverAt(ports, options);
  } finally {
    await Promise.all(ports.map(({ sequence }) => sequence.close()));
  }
}

async function recoverAt(ports: readonly RecoveryPort[], options: RecoverOptions): Promise<void> {
  const cards = await readForRecovery(ports);
  const onProgress = (progress: RecoveryProgress): void => tell(options, progress);
  const founding = { timeoutMs: Math.max(options.timeoutMs, 30_000) };
  if (isAllBegun(cards)) {
    onProgress({ step: "waiting-for", cards: [] });
    const sequences = ports.map(({ sequence }) => sequence);
    await waitForFounding(
      sequences,
      (lacking) => onProgress({ step: "waiting-for", cards: lacking }),
      founding,
    );
    onProgress({ step: "ready" });
    return;
  }
  const plan = planRecovery(cards, {
    newFabricId: randomInt(1, 0x1_0000_0000),
    ...(options.first === undefined ? {} : { first: options.first }),
    ...(options.despiteQuorum === undefined ? {} : { despiteQuorum: true }),
    known: knownNumbers(options),
  });
  if (options.json) printJson({ event: "plan", ...plan });
  else printLine(drawPlan(plan));
  if (options.yes !== true) await confirm();
  await carryOutRecovery(ports, plan, onProgress, founding);
  if (options.json) printJson({ event: "done", fabricId: hexadecimal(plan.newFabricId), first: plan.first });
  else printLine(`Fabric ${hexadecimal(plan.newFabricId)} gives numbers from ${plan.first} on.`);
}

/** What is known from elsewhere than the cards. Read before anything is changed: a mirror that is damaged ends it. */
function knownNumbers({ atLeast, mirror = [] }: RecoverOptions): KnownNumber[] {
  const told = atLeast === undefined ? [] : [{ source: "--at-least", number: atLeast }];
  const mirrored = mirror.flatMap((path) =>
    readMirror(path).map(({ newest, fabricId }) => ({ source: `mirror ${path}`, number: newest, fabricId })),
  );
  return [...told, ...mirrored];
}

/** All cards were initialised before this was broken off: what is left is to wait. */
function isAllBegun(cards: readonly RecoveryCard[]): boolean {
  return cards.every(({ status }) => status.joining && status.fabricId === cards[0]?.status.fabricId);
}

function drawPlan(plan: RecoveryPlan): string {
  const readings = plan.readings.map(({ source, below }) => [source, `${below}`]);
  const cards = plan.cards.map(({ port, oldCard, newCard }) => [
    port,
    oldCard === 0 ? "a new card" : `card ${oldCard} of ${hexadecimal(plan.oldFabricId)}`,
    `card ${newCard} of ${hexadecimal(plan.newFabricId)}`,
  ]);
  const sections = [
    drawColumns(readings, ["read from", "numbers lie below"]),
    drawColumns(cards, ["port", "is", "becomes"]),
    `${plan.goesOn ? "Goes on with a recovery begun before. " : ""}First number: ${plan.first}.`,
    plan.doubts.length === 0
      ? "Every number that the old fabric ever gave lies below that: the cards read have a say in each."
      : `What nobody can rule out:\n${plan.doubts.map((doubt) => fold(`- ${doubt}`, "  ")).join("\n")}`,
  ];
  return sections.join("\n\n");
}

async function confirm(): Promise<void> {
  if (!process.stdin.isTTY) {
    throw new SequenceError(
      "NOT_CONFIRMED",
      "nothing was changed: there is nobody to ask; give --yes to go on",
    );
  }
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await lines.question('This cannot be undone. Type "recover" to go on: ');
    if (answer.trim() !== "recover") throw new SequenceError("NOT_CONFIRMED", "nothing was changed");
  } finally {
    lines.close();
  }
}

function tell({ json }: CardOptions, progress: RecoveryProgress): void {
  if (json) printJson({ event: "progress", ...progress });
  else if (progress.step === "initialised") printLine(`${progress.port} is card ${progress.card}.`);
  else if (progress.step === "waiting-for") printLine(waitingText(progress.cards));
}

/** What is told while a fabric is founded. */
export function waitingText(cards: readonly number[]): string {
  return cards.length === 0
    ? "Waiting until numbers can be had."
    : `Waiting for card ${cards.join(", ")} to be initialised and connected.`;
}

function parseNumber(text: string): bigint {
  if (!/^\d{1,20}$/.test(text)) throw new InvalidArgumentError("It must be a whole number.");
  return BigInt(text);
}
