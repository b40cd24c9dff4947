import type { Command } from "commander";
import { MAX_BLOCK_COUNT } from "../../firmware/wire/constants.js";
import type { NumberBlock, Sequence } from "../sequence.js";
import {
  addCardOptions,
  addNatsOptions,
  addWaitOption,
  type CardOptions,
  wholeNumber,
  withCard,
} from "./card-options.js";
import { printJson, printLine } from "./output.js";

/** Calls under way at once: enough to fill blocks, and output keeps coming. */
const CALLS_AT_ONCE = 1_024;

interface NextOptions extends CardOptions {
  readonly count: number;
  readonly block?: number;
}

/** `seqcard next`: takes numbers and prints them. */
export function addNextCommand(program: Command): void {
  const command = program
    .command("next")
    .description("take the next number, or several")
    .option("-n, --count <count>", "how many numbers or blocks", wholeNumber(1, 1_000_000_000), 1)
    .option(
      "--block <size>",
      "take blocks without gaps, printed as first and last",
      wholeNumber(1, MAX_BLOCK_COUNT),
    );
  addWaitOption(addNatsOptions(addCardOptions(command)))
    .addHelpText(
      "after",
      `
Examples:
  seqcard next                     one number, from the only card
  seqcard next -n 5 --json         five, as {"number":"1"} and so on
  seqcard next --block 1000        a thousand in a row, as "first last"
  seqcard next --nats nats://10.0.0.5:4222   from a host without a card`,
    )
    .action((options: NextOptions) => withCard(options, (sequence) => printNumbers(sequence, options)));
}

async function printNumbers(sequence: Sequence, { count, block, json }: NextOptions): Promise<void> {
  for (let left = count; left > 0; left -= CALLS_AT_ONCE) {
    const length = Math.min(left, CALLS_AT_ONCE);
    if (block === undefined) {
      const numbers = await Promise.all(Array.from({ length }, () => sequence.next()));
      for (const number of numbers) json ? printJson({ number }) : printLine(number.toString());
    } else {
      const blocks = await Promise.all(Array.from({ length }, () => sequence.nextBlock(block)));
      for (const one of blocks) json ? printJson(one) : printLine(blockText(one));
    }
  }
}

function blockText({ first, last }: NumberBlock): string {
  return `${first} ${last}`;
}
