import { type Command, InvalidArgumentError } from "commander";
import { MAX_CARD_ID, MIN_CARD_ID } from "../../firmware/wire/constants.js";
import { addCardOptions, type CardOptions, wholeNumber, withCard } from "./card-options.js";
import { printJson, printLine } from "./output.js";

interface HandoverOptions extends CardOptions {
  readonly primary?: number;
  readonly secondary?: number;
}

/** `seqcard seed`: raises the next number. */
export function addSeedCommand(program: Command): void {
  addCardOptions(program.command("seed"))
    .description("raise the next number of the fabric, for good; a seed can never lower it")
    .argument("<number>", "the next number, 1 to 2^63-1", parseNumber)
    .addHelpText(
      "after",
      `
The fabric goes on at this number or, where that has been passed already, refuses and shows both.

Examples:
  seqcard seed 1000000 --port /dev/ttyACM0`,
    )
    .action((number: bigint, options: CardOptions) =>
      withCard(options, async (sequence) => {
        const base = await sequence.seed(number);
        if (options.json) printJson({ event: "seed", base });
        else printLine(`The fabric goes on at ${base}.`);
      }),
    );
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
