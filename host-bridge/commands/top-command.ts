import { type Command, Option } from "commander";
import type { CardStatus } from "../card-status.js";
import type { FabricSurvey } from "../fabric-survey.js";
import type { Sequence } from "../sequence.js";
import { addCardOptions, addNatsOptions, type CardOptions, wholeNumber, withCard } from "./card-options.js";
import { drawFabric } from "./fabric-drawing.js";
import { printJson, printLine } from "./output.js";
import { TopFigures } from "./top-figures.js";
import { TopScreen } from "./top-screen.js";

interface TopOptions extends CardOptions {
  readonly everyMs: number;
  readonly once?: true;
}

/** `seqcard top`: the fabric, live in a terminal. */
export function addTopCommand(program: Command): void {
  addNatsOptions(addCardOptions(program.command("top")))
    .description("watch the fabric live: cards, roles, view, cables, numbers a second, skipped numbers")
    .addOption(
      new Option("--every-ms <ms>", "how often it is looked")
        .argParser(wholeNumber(100, 3_600_000))
        .default(1_000),
    )
    .option("--once", "print it once, as where the output is no terminal")
    .addHelpText(
      "after",
      `
Keys: q or Ctrl-C ends it, p pauses. Where the output is no terminal it is printed once.

Examples:
  seqcard top
  seqcard top --port /dev/ttyACM0 --every-ms 500
  seqcard top --once | head
  seqcard top --nats nats://10.0.0.5:4222`,
    )
    .action((options: TopOptions) => withCard(options, (sequence, port) => watch(sequence, port, options)));
}

async function watch(sequence: Sequence, port: string, options: TopOptions): Promise<void> {
  const figures = new TopFigures();
  const look = async (): Promise<{ fabric: FabricSurvey; status: CardStatus }> => {
    const [fabric, status] = await Promise.all([sequence.survey(), sequence.status()]);
    figures.update(performance.now(), fabric, status);
    return { fabric, status };
  };
  if (options.once || options.json || !process.stdout.isTTY || !process.stdin.isTTY) {
    const { fabric, status } = await look();
    if (options.json) printJson({ port, fabric, counters: status.counters });
    else printLine(`${drawFabric(port, fabric)}\n\n${figures.draw()}`);
    return;
  }
  const screen = new TopScreen(process.stdin, process.stdout);
  try {
    while (!screen.isOver) {
      if (!screen.isPaused)
        await screen.showResult(
          async () => `${drawFabric(port, (await look()).fabric)}\n\n${figures.draw()}`,
        );
      await screen.pause(options.everyMs);
    }
  } finally {
    screen.close();
  }
}
