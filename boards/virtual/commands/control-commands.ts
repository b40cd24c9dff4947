import { Argument, type Command } from "commander";
import { askRig, subscribeRig } from "../control-client.js";
import { type ControlRequest, FABRIC_ACTIONS, type FabricAction } from "../control-request.js";
import type { RigStatus } from "../rig-events.js";
import type { TraceEvent } from "../trace.js";
import { parseEnds, parseWhole } from "./option-values.js";

/** What `seqcard rig` and every command below it take. */
interface CommonOptions {
  readonly name: string;
  readonly json?: true;
}

type Ends = readonly [number, number];

interface TraceOptions extends CommonOptions {
  readonly count: number;
  readonly turns?: true;
}

/** Adds the commands that speak to a running rig. `--name` and `--json` are those of `rig` itself. */
export function addControlCommands(rig: Command): void {
  for (const [name, description] of [
    ["kill", "take the power from a card"],
    ["start", "give it back"],
    ["pause", "make a card hang"],
    ["resume", "let it go on, late"],
  ] as const) {
    rig
      .command(name)
      .argument("<card>", "its id", parseWhole)
      .description(description)
      .action(async (card: number, _options: unknown, command: Command) => {
        await tell(command, { command: name, card });
      });
  }
  rig
    .command("power")
    .addArgument(new Argument("<state>", "of all cards at once").choices(["off", "on"]))
    .description("take the power from all cards at once, or give it back")
    .option("--bounces", "with on: it fails once more, within the first write to flash of each card")
    .action(async (state: string, options: { bounces?: true }, command: Command) => {
      await tell(command, { command: "power", on: state === "on", bounces: options.bounces ?? false });
    });
  rig
    .command("fabric")
    .addArgument(
      new Argument("<action>", "cut or mend all its cables, kill or start all its cards").choices(
        FABRIC_ACTIONS,
      ),
    )
    .argument("<fabric>", "1, or 2 where there are two", parseWhole)
    .description("do something to a whole fabric at once")
    .action(async (action: FabricAction, fabric: number, _options: unknown, command: Command) => {
      await tell(command, { command: "fabric", action, fabric });
    });
  rig
    .command("cut")
    .argument("<cards>", "the two at its ends", parseEnds)
    .description("cut a cable, such as 1-2")
    .option("--one-way", "only from the first to the second")
    .action(async ([from, to]: Ends, options: { oneWay?: true }, command: Command) => {
      await tell(command, { command: "cut", from, to, oneWay: options.oneWay ?? false });
    });
  rig
    .command("mend")
    .argument("<cards>", "the two at its ends", parseEnds)
    .description("mend it")
    .action(async ([from, to]: Ends, _options: unknown, command: Command) => {
      await tell(command, { command: "mend", from, to });
    });
  rig
    .command("status")
    .description("cards, ports and cables of a running rig")
    .action(async (_options: unknown, command: Command) => {
      await tell(command, { command: "status" }, (result) => describeStatus(result as RigStatus));
    });
  rig
    .command("stop")
    .description("end a running rig")
    .action(async (_options: unknown, command: Command) => tell(command, { command: "stop" }));
  rig
    .command("trace")
    .description("show frames as they arrive")
    .option("--count <count>", "end after so many; 0: never", parseWhole, 0)
    .option("--turns", "show what each turn of a card cost, too")
    .action(async (_options: unknown, command: Command) => trace(command.optsWithGlobals()));
}

async function tell(
  command: Command,
  request: ControlRequest,
  describe: (result: unknown) => string = () => "Done.",
): Promise<void> {
  const { json, name } = command.optsWithGlobals<CommonOptions>();
  const result = await askRig(name, request);
  const answer = typeof result === "object" && result !== null ? result : {};
  process.stdout.write(`${json ? JSON.stringify({ ok: true, ...answer }) : describe(result)}\n`);
}

async function trace({ count, json, name, turns }: TraceOptions): Promise<void> {
  const done = new AbortController();
  process.once("SIGINT", () => done.abort());
  process.stdout.once("error", () => done.abort());
  await subscribeRig(
    name,
    { command: "trace", count, turns: turns ?? false },
    (event) => process.stdout.write(`${json ? JSON.stringify(event) : describeTrace(event as TraceEvent)}\n`),
    done.signal,
  );
}

function describeTrace(event: TraceEvent): string {
  const time = `${(event.timeUs / 1_000).toFixed(3).padStart(12)} ms`;
  if (event.event === "turn") {
    const inputs = event.inputs.join(" ") || "alarm";
    return `${time}  card${event.card}: ${inputs} => ${event.outputs.join(" ") || "nothing"}, ${event.compute} units`;
  }
  if (event.event !== "frame") return JSON.stringify(event);
  const outcome = event.outcome === "delivered" ? "" : `  ${event.outcome}`;
  return `${time}  ${event.from} -> ${event.to}  ${event.type}  ${event.bytes} bytes${outcome}`;
}

function describeStatus(status: RigStatus): string {
  const cards = status.cards.map(({ id, path, paused, processId, running }) => {
    const process = processId === undefined ? "" : `, process ${processId}`;
    const hangs = paused ? ", hangs" : "";
    return `  card ${id}   ${running ? `${path}${process}${hangs}` : "no power"}`;
  });
  const cables = status.cables.map(
    ({ a, b, cut }) => `  ${a}-${b}   ${cut === "no" ? "whole" : `cut: ${cut}`}`,
  );
  const up = `up ${Math.floor(status.uptimeMs / 1_000)} s`;
  return [`${status.engine}, ${status.topology}, ${up}, seed ${status.seed}`, ...cards, ...cables].join("\n");
}
