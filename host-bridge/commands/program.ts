import { Command, CommanderError } from "commander";
import type { SequenceErrorCode } from "../errors.js";
import { toJson } from "./output.js";

/** Exit codes of the command line. */
export const EXIT_OK = 0;
export const EXIT_ERROR = 1;
export const EXIT_USAGE = 2;

/** Codes that come of what the user typed. */
const USAGE_CODES: ReadonlySet<string> = new Set<SequenceErrorCode | "BAD_TOPOLOGY">([
  "BAD_OPTION",
  "BAD_COUNT",
  "BAD_MEMBERS",
  "BAD_FIRST",
  "BAD_FABRIC",
  "BAD_TOPOLOGY",
  "BAD_CONFIG",
]);

/** The program without its commands, which each module adds. */
export function createProgram(): Command {
  return new Command("seqcard")
    .description("Highly available, strictly increasing 64-bit numbers from microcontroller cards.")
    .showHelpAfterError("Add --help for what is possible.")
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .addHelpText(
      "after",
      `
Exit codes: 0 all went well, 1 an error, 2 wrong usage.
Errors go to stderr as "seqcard: CODE: message", and as a JSON object with --json.

Examples:
  seqcard ports                          list the ports that look like cards
  seqcard next --port /dev/ttyACM0       one number
  SEQCARD_PORT=/dev/ttyACM0 seqcard status`,
    );
}

/**
 * Runs the command of `argv`, and reports its errors on stderr.
 * @returns the exit code.
 */
export async function runProgram(
  program: Command,
  argv: readonly string[],
  writeError: (text: string) => void = (text) => process.stderr.write(text),
): Promise<number> {
  const report = (code: string, message: string): void => {
    const isJson = argv.includes("--json");
    writeError(isJson ? `${toJson({ error: { code, message } })}\n` : `seqcard: ${code}: ${message}\n`);
  };
  let written = "";
  forEachCommand(program, (command) =>
    command.configureOutput({
      writeErr: (text) => {
        written += text;
      },
    }),
  );
  try {
    await program.parseAsync(argv);
    return EXIT_OK;
  } catch (thrown) {
    if (thrown instanceof CommanderError) {
      if (thrown.exitCode === 0) return EXIT_OK;
      const text = thrown.code === "commander.help" ? written : thrown.message.replace(/^error: /, "");
      report("USAGE", thrown.code === "commander.help" ? `name a command\n${text}` : `${text}; see --help`);
      return EXIT_USAGE;
    }
    const code = codeOf(thrown);
    report(code, thrown instanceof Error ? thrown.message : String(thrown));
    return USAGE_CODES.has(code) ? EXIT_USAGE : EXIT_ERROR;
  }
}

/** The code of our own errors, which have advice. Node's have codes too, and none. */
function codeOf(thrown: unknown): string {
  if (!(thrown instanceof Error) || "syscall" in thrown || !("code" in thrown)) return "FAILED";
  return typeof thrown.code === "string" && !thrown.code.startsWith("ERR_") ? thrown.code : "FAILED";
}

function forEachCommand(command: Command, visit: (command: Command) => void): void {
  visit(command);
  for (const child of command.commands) forEachCommand(child, visit);
}

/** For stdout's errors, as with `seqcard next -n 1000 | head`: whoever read has had enough. */
export function stopAtClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
  process.exit(EXIT_OK);
}
