import test from "ava";
import { addBenchCommand } from "../../host-bridge/commands/bench-command.js";
import { addInitCommand } from "../../host-bridge/commands/init-command.js";
import { addLatestCommand } from "../../host-bridge/commands/latest-command.js";
import { addNextCommand } from "../../host-bridge/commands/next-command.js";
import { addPortsCommand } from "../../host-bridge/commands/ports-command.js";
import {
  createProgram,
  EXIT_ERROR,
  EXIT_OK,
  EXIT_USAGE,
  runProgram,
} from "../../host-bridge/commands/program.js";
import { addStatusCommand } from "../../host-bridge/commands/status-command.js";
import { SequenceError } from "../../host-bridge/errors.js";

const ADD = [
  addNextCommand,
  addLatestCommand,
  addStatusCommand,
  addPortsCommand,
  addInitCommand,
  addBenchCommand,
];

function createAll() {
  const program = createProgram();
  for (const add of ADD) add(program);
  return program;
}

for (const args of [
  ["no-such-command"],
  ["next", "--no-such-option"],
  ["next", "-n", "0"],
  ["next", "-n", "1e3"],
  ["next", "--block", "32769"],
  ["bench", "--seconds", "0"],
  ["init"],
  ["init", "--ports", "/dev/a", "--id", "1"],
  ["init", "--id", "1", "--members", "1,x"],
  ["init", "--id", "4", "--members", "1,2,3"],
  ["init", "--id", "1", "--members", "1", "--first", "0"],
  ["init", "--id", "1", "--members", "1", "--first", "1.5"],
  ["init", "--id", "1", "--members", "1", "--fabric-id", "xyz"],
  ["init", "--id", "1", "--members", "1", "--fabric-id", "0"],
]) {
  test(`wrong usage exits with 2: seqcard ${args.join(" ")}`, async (t) => {
    let error = "";
    const code = await runProgram(createAll(), ["node", "seqcard", ...args], (text) => {
      error += text;
    });
    t.is(code, EXIT_USAGE);
    t.regex(error, /^seqcard: (USAGE|BAD_\w+): /);
  });
}

for (const [thrown, args, told] of [
  [new SequenceError("TIMEOUT", "too slow"), ["fail"], "seqcard: TIMEOUT: too slow\n"],
  [new Error("odd"), ["fail"], "seqcard: FAILED: odd\n"],
  ["text", ["fail"], "seqcard: FAILED: text\n"],
  [new Error("odd"), ["fail", "--json"], '{"error":{"code":"FAILED","message":"odd"}}\n'],
] as const) {
  test(`what a command throws is told and exits with 1: ${told.trim()}`, async (t) => {
    const program = createProgram();
    program
      .command("fail")
      .option("--json")
      .action(() => {
        throw thrown;
      });
    let error = "";
    const code = await runProgram(program, ["node", "seqcard", ...args], (text) => {
      error += text;
    });
    t.is(code, EXIT_ERROR);
    t.is(error, told);
  });
}

test("a command that ends well exits with 0", async (t) => {
  const program = createProgram();
  program.command("work").action(() => {});
  t.is(await runProgram(program, ["node", "seqcard", "work"]), EXIT_OK);
});

test("every command has help with examples, and --json", (t) => {
  for (const command of createAll().commands) {
    let help = "";
    command.configureOutput({
      writeOut: (text) => {
        help += text;
      },
    });
    command.outputHelp();
    t.regex(help, /Examples:\n {2}seqcard/, command.name());
    t.regex(help, /--json/, command.name());
  }
});
