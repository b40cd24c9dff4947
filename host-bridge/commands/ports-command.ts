import type { Command } from "commander";
import { listPorts } from "../ports.js";
import { addJsonOption } from "./card-options.js";
import { drawTable, printJson, printLine } from "./output.js";

/** `seqcard ports`: the ports that look like cards. */
export function addPortsCommand(program: Command): void {
  addJsonOption(program.command("ports"))
    .description("list the serial ports that look like cards, by their USB vendor; opens none")
    .addHelpText("after", "\nExamples:\n  seqcard ports\n  seqcard ports --json")
    .action(async ({ json }: { json?: true }) => {
      const ports = await listPorts();
      if (json) {
        for (const port of ports) printJson(port);
      } else if (ports.length === 0) {
        printLine("No port looks like a card.");
      } else {
        const rows = ports.map(({ path, vendor, vendorId, productId, serialNumber }) => [
          path,
          vendor,
          `${vendorId}:${productId ?? "?"}`,
          serialNumber ?? "",
        ]);
        printLine(drawTable(rows, ["port", "vendor", "USB id", "serial number"]));
      }
    });
}
