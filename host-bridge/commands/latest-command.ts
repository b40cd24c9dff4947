import type { Command } from "commander";
import { addCardOptions, addNatsOptions, type CardOptions, withCard } from "./card-options.js";
import { printJson, printLine } from "./output.js";

/** `seqcard latest`: the newest number that a card holds. */
export function addLatestCommand(program: Command): void {
  addNatsOptions(addCardOptions(program.command("latest")))
    .description("print the newest number that the card holds; takes none")
    .addHelpText(
      "after",
      `
Primary and secondary hold the newest number; other cards do not, and print 0.
With --nats it is the newest that any card holds.

Examples:
  seqcard latest --port /dev/ttyACM0
  seqcard latest --json            {"card":1,"roles":["primary"],"latest":"4711"}
  seqcard latest --nats nats://10.0.0.5:4222`,
    )
    .action((options: CardOptions) =>
      withCard(options, async (sequence) => {
        if (options.nats !== undefined) {
          const { latest } = await sequence.survey();
          if (options.json) printJson({ latest });
          else printLine(latest.toString());
          return;
        }
        const { card, roles, latest } = await sequence.status();
        if (options.json) printJson({ card, roles, latest });
        else printLine(latest.toString());
      }),
    );
}
