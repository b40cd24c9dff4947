import type { Command } from "commander";
import type { MirrorRecord } from "../daemon/mirror-layout.js";
import { readMirror } from "../mirror-reader.js";
import { hexadecimal } from "../session-errors.js";
import { findSocketPath } from "../socket-path.js";
import { addJsonOption } from "./card-options.js";
import { drawTable, printJson, printLine } from "./output.js";

/** `seqcard mirror`: the newest numbers as a daemon wrote them down, without a call to it or to a card. */
export function addMirrorCommand(program: Command): void {
  addJsonOption(program.command("mirror"))
    .description("print the newest number that each local card knows, from a daemon's mirror; calls nobody")
    .argument(
      "[file]",
      "a mirror, in memory or its copy on a disk; by default that beside the daemon's socket",
    )
    .addHelpText(
      "after",
      `
The largest of them is a lower bound of what the fabric has given out: for \`seqcard seed\`, never for less.

Examples:
  seqcard mirror
  seqcard mirror /var/lib/seqcard/seqcard.sock.mirror --json`,
    )
    .action((file: string | undefined, { json }: { json?: true }) => {
      const records = readMirror(file ?? `${findSocketPath()}.mirror`);
      if (json) for (const record of records) printJson(shown(record));
      else if (records.length === 0) printLine("No card has a number yet.");
      else printLine(drawTable(records.map(rowOf), ["card", "fabric", "newest", "held", "written"]));
    });
}

function shown({ cardId, fabricId, newest, held, writtenAtMs }: MirrorRecord): object {
  return { card: cardId, fabricId: hexadecimal(fabricId), newest, held, writtenAt: new Date(writtenAtMs) };
}

function rowOf({ cardId, fabricId, newest, held, writtenAtMs }: MirrorRecord): (string | number)[] {
  const writtenAt = new Date(writtenAtMs).toISOString();
  return [cardId, hexadecimal(fabricId), newest.toString(), held.toString(), writtenAt];
}
