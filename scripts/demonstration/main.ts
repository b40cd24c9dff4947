import { Command, InvalidArgumentError, Option } from "commander";
import { DEFAULT_RIG_NAME } from "../../boards/virtual/control-path.js";
import { runInScope } from "../processes/run-in-scope.js";
import { demonstrate } from "./demonstration.js";
import { DARK_SCREEN, makeScreen } from "./screen.js";
import { drawSummary } from "./summary.js";
import { showTwoFabrics } from "./two-fabrics.js";

interface Options {
  readonly engine: "xs" | "node";
  readonly seconds: number;
  readonly keep?: true;
  readonly json?: true;
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (!(seconds >= 0.5 && seconds <= 30)) throw new InvalidArgumentError("Give seconds from 0.5 to 30.");
  return seconds;
}

const command = new Command("npm start --")
  .description(
    "Shows seqcard at work: three virtual cards, three hosts that take numbers from all of them at once, and a check of " +
      "every number. Exits with 0 only if every promise held.",
  )
  .addOption(new Option("--engine <kind>", "what runs the firmware").choices(["xs", "node"]).default("xs"))
  .option("--seconds <seconds>", "how long numbers are taken", parseSeconds, 4)
  .option("--keep", "leave the cards running afterwards, until Ctrl-C")
  .option("--json", "print the result as JSON and nothing else");

await runInScope(async (scope, settle) => {
  command.parse();
  const { engine, seconds, keep, json } = command.opts<Options>();
  const screen = json ? DARK_SCREEN : makeScreen(process.stdout, process.env["NO_COLOR"] === undefined);
  // Whoever keeps the rig wants to command it without naming it.
  const rigName = keep ? DEFAULT_RIG_NAME : `demonstration-${process.pid}`;
  const { summary, rig } = await demonstrate(scope, screen, { engine, seconds, rigName });
  const fabrics = await showTwoFabrics(scope, screen, engine);
  const code = summary.held && fabrics.held ? 0 : 1;
  if (json) console.log(JSON.stringify({ ...summary, fabrics, cards: keep ? rig.cards : undefined }));
  screen.say(screen.bold("Summary"), ...drawSummary(summary));
  if (!fabrics.held) screen.say("  On two fabrics the promises did NOT hold.");
  if (keep) {
    settle(code);
    const [first] = rig.cards;
    screen.say(
      "",
      screen.bold("The cards go on until Ctrl-C. In another terminal:"),
      `  npx seqcard next --port ${first?.path ?? ""} -n 5`,
      `  npx seqcard status --port ${first?.path ?? ""}`,
      "  npx seqcard rig trace --count 20",
      "  npx seqcard rig kill 3",
      "  npx seqcard rig stop",
    );
    await rig.process.ended;
  }
  return code;
});
