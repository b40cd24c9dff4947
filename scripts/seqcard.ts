import { addRigCommand } from "../boards/virtual/commands/rig-command.js";
import { addBenchCommand } from "../host-bridge/commands/bench-command.js";
import { addHandoverCommand, addSeedCommand } from "../host-bridge/commands/change-commands.js";
import { addInitCommand } from "../host-bridge/commands/init-command.js";
import { addLatestCommand } from "../host-bridge/commands/latest-command.js";
import {
  addAddCommand,
  addRemoveCommand,
  addReplaceCommand,
} from "../host-bridge/commands/member-commands.js";
import { addMirrorCommand } from "../host-bridge/commands/mirror-command.js";
import { addNextCommand } from "../host-bridge/commands/next-command.js";
import { addPortsCommand } from "../host-bridge/commands/ports-command.js";
import { createProgram, runProgram, stopAtClosedPipe } from "../host-bridge/commands/program.js";
import { addRecoverCommand } from "../host-bridge/commands/recover-command.js";
import { addServeCommand } from "../host-bridge/commands/serve-command.js";
import { addStatusCommand } from "../host-bridge/commands/status-command.js";
import { addTopCommand } from "../host-bridge/commands/top-command.js";
import { addEngineBench } from "./emulated-bench/bench-options.js";
import { addRigCheckCommand } from "./rigcheck/rigcheck-command.js";
import { addSoakCommand } from "./soak/soak-command.js";

/** The command line: every module adds its command. */
const program = createProgram();
addNextCommand(program);
addLatestCommand(program);
addStatusCommand(program);
addTopCommand(program);
addPortsCommand(program);
addInitCommand(program);
addSeedCommand(program);
addHandoverCommand(program);
addAddCommand(program);
addReplaceCommand(program);
addRemoveCommand(program);
addRecoverCommand(program);
addEngineBench(addBenchCommand(program));
addServeCommand(program);
addMirrorCommand(program);
addRigCommand(program);
addSoakCommand(program);
addRigCheckCommand(program);

process.stdout.on("error", stopAtClosedPipe);
process.exitCode = await runProgram(program, process.argv);
