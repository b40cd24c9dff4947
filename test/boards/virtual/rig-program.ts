import { Command } from "commander";
import { addRigCommand } from "../../../boards/virtual/commands/rig-command.js";
import { RigError } from "../../../boards/virtual/rig-error.js";

/** A command line with the rig's commands only, for the tests. */
const program = new Command("seqcard");
addRigCommand(program);
try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${error instanceof RigError ? error.code : String(error)}\n`);
  process.exitCode = 1;
}
