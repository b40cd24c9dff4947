import type { Command } from "commander";
import { addCardOptions, type CardOptions, withCard } from "./card-options.js";
import { printJson, printLine } from "./output.js";
import { statusTables } from "./status-tables.js";

/** `seqcard status`: what a card tells about itself. */
export function addStatusCommand(program: Command): void {
  addCardOptions(program.command("status"))
    .description("show card, fabric, roles, view, ceiling, lease, links, routes and counters")
    .addHelpText(
      "after",
      `
Examples:
  seqcard status --port /dev/ttyACM0
  seqcard status --json | jq .state`,
    )
    .action((options: CardOptions) =>
      withCard(options, async (sequence, port) => {
        const status = await sequence.status();
        if (options.json) printJson({ port, ...status, host: sequence.hostCounters });
        else printLine(statusTables(port, status));
      }),
    );
}
