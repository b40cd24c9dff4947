import { type Command, InvalidArgumentError } from "commander";
import { MAX_CARD_ID, MIN_CARD_ID } from "../../firmware/wire/constants.js";
import { SequenceError } from "../errors.js";
import { newestOfMirror } from "../mirror-reader.js";
import { RECOVERY_WINDOW } from "../recovery-plan.js";
import { addCardOptions, type CardOptions, wholeNumber, withCard } from "./card-options.js";
import { printJson, printLine } from "./output.js";

interface SeedOptions extends CardOptions {
  readonly mirror?: readonly string[];
}

interface HandoverOptions extends CardOptions {
  readonly primary?: number;
  readonly secondary?: number;
}

/** `seqcard seed`: raises the next number. */
export function addSeedCommand(program: Command): void {
  addCardOptions(program.command("seed"))
    .description("raise the next number of the fabric, for good; a seed can never lower it")
    .argument("[number]", "the next number, 1 to 2^63-1", parseNumber)
    .option(
      "--mirror <files...>",
      `instead of a number: ${RECOVERY_WINDOW} above the newest in these mirrors, of whatever fabric`,
    )
    .addHelpText(
      "after",
      `
The fabric goes on at this number or, where that has been passed already, refuses and shows both.
A mirror is a lower bound of what was given, and is behind: so --mirror leaves as much room as \`seqcard recover\` does.

Examples:
  seqcard seed 1000000 --port /dev/ttyACM0
  seqcard seed --mirror /var/lib/seqcard/seqcard.sock.mirror`,
    )
    .action(seed);
}

async function seed(number: bigint | undefined, options: SeedOptions): Promise<void> {
  const next = seedFrom(number, options);
  await withCard(options, async (sequence) => {
    const base = await sequence.seed(next);
    if (options.json) printJson({ event: "seed", base });
    else printLine(`The fabric goes on at ${base}.`);
  });
}

function seedFrom(number: bigint | undefined, { mirror = [] }: SeedOptions): bigint {
  if ((number === undefined) === (mirror.length === 0)) {
    throw new SequenceError("BAD_OPTION", "name the next number, or mirrors with --mirror; one of the two");
  }
  if (number !== undefined) return number;
  let newest = 0n;
  for (const known of mirror.map(newestOfMirror)) if (known > newest) newest = known;
  if (newest === 0n) {
    throw new SequenceError("BAD_MIRROR", `no number is in ${mirror.join(", ")}: name the next one instead`);
  }
  return newest + RECOVERY_WINDOW;
}

/** `seqcard handover`: gives the roles to other cards, as before a card is unplugged. */
export function addHandoverCommand(program: Command): void {
  const id = wholeNumber(MIN_CARD_ID, MAX_CARD_ID);
  addCardOptions(program.command("handover"))
    .description("hand the roles to other cards; no number is skipped")
    .option("--primary <id>", "the card that is to assign numbers", id)
    .option("--secondary <id>", "the card that is to store them", id)
    .addHelpText(
      "after",
      `
Name one card or both; the fabric chooses the other. Do this before you unplug a card that holds a role.

Examples:
  seqcard handover --primary 3 --port /dev/ttyACM0
  seqcard handover --primary 3 --secondary 2`,
    )
    .action(({ primary, secondary, ...options }: HandoverOptions) =>
      withCard(options, async (sequence) => {
        const wishes = { ...(primary && { primary }), ...(secondary && { secondary }) };
        const base = await sequence.handover(wishes);
        const now = await sequence.status();
        if (options.json) {
          printJson({ event: "handover", base, primary: now.primary, secondary: now.secondary });
        } else {
          printLine(`Primary is ${now.primary}, secondary ${now.secondary}, from ${base} on.`);
        }
      }),
    );
}

function parseNumber(text: string): bigint {
  if (!/^[0-9]+$/.test(text)) throw new InvalidArgumentError("give a whole number.");
  return BigInt(text);
}
