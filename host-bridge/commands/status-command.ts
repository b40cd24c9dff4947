import type { Command } from "commander";
import { addCardOptions, addNatsOptions, type CardOptions, withCard } from "./card-options.js";
import { drawFabric } from "./fabric-drawing.js";
import { printJson, printLine } from "./output.js";
import { counterTable, statusTables } from "./status-tables.js";

interface StatusOptions extends CardOptions {
  readonly card?: true;
}

/** `seqcard status`: the whole fabric, as a card and all that it reaches tell it. */
export function addStatusCommand(program: Command): void {
  addNatsOptions(addCardOptions(program.command("status")))
    .description("show the whole fabric: cards, roles, view, ceiling, lease, votes, cables, counters")
    .option("--card", "everything about the card at the port, and nothing of the others")
    .addHelpText(
      "after",
      `
The card at the port asks all others. One that does not answer is shown as silent.

Examples:
  seqcard status --port /dev/ttyACM0
  seqcard status --card --port /dev/ttyACM0
  seqcard status --json | jq .fabric.cards
  seqcard status --nats nats://10.0.0.5:4222`,
    )
    .action((options: StatusOptions) =>
      withCard(options, async (sequence, port) => {
        if (options.card) {
          const status = await sequence.status();
          if (options.json) printJson({ port, ...status, host: sequence.hostCounters });
          else printLine(statusTables(port, status));
          return;
        }
        const fabric = await sequence.survey();
        const status = await sequence.status();
        if (options.json) printJson({ port, ...status, fabric, host: sequence.hostCounters });
        else printLine(`${drawFabric(port, fabric)}\n\n${counterTable(status)}`);
      }),
    );
}
