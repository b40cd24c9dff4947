import { join } from "node:path";
import { PassThrough } from "node:stream";
import type { ReadStream, WriteStream } from "node:tty";
import test from "ava";
import type { CardStatus } from "../../host-bridge/card-status.js";
import { sparkline, TopFigures } from "../../host-bridge/commands/top-figures.js";
import { TopScreen } from "../../host-bridge/commands/top-screen.js";
import { SequenceError } from "../../host-bridge/errors.js";
import type { FabricSurvey } from "../../host-bridge/fabric-survey.js";
import { startDaemonProcess } from "../../scripts/processes/daemon-process.js";
import { ProcessScope } from "../../scripts/processes/process-scope.js";
import { outputOfSeqcard } from "../support/seqcard-command.js";
import { startCardProcess } from "./card-process.js";
import { temporaryDirectory } from "./daemon/daemon-bench.js";

function survey(latest: bigint, view: number, primary: number, secondary: number): FabricSurvey {
  return { latest, view, primary, secondary } as unknown as FabricSurvey;
}

const status = {
  card: 3,
  counters: { numbersSkipped: 4, numbersSkippedByViews: 5 },
} as unknown as CardStatus;

/** A terminal that keeps what is written to it. */
class Terminal {
  readonly input = Object.assign(new PassThrough(), {
    isRaw: false,
    setRawMode: (raw: boolean) => this.setRaw(raw),
  });
  readonly output = Object.assign(new PassThrough(), { columns: 20, rows: 5 });
  isRaw = false;
  readonly screen = new TopScreen(this.input as unknown as ReadStream, this.output as unknown as WriteStream);

  private setRaw(raw: boolean): void {
    this.isRaw = raw;
  }

  /** What was written since the last call. */
  written(): string {
    return String(this.output.read() ?? "");
  }
}

test("numbers a second and views follow from several looks", (t) => {
  const figures = new TopFigures();
  figures.update(0, survey(100n, 257, 1, 2), status);
  t.false(figures.draw().includes("a second"), "one look shows no rate");
  figures.update(500, survey(600n, 257, 1, 2), status);
  figures.update(1_500, survey(600n, 514, 2, 3), status);
  t.deepEqual(figures.draw().split("\n"), [
    "numbers a second 0, at the most 1000",
    "  █▁",
    "skipped: 4 by repeats, 5 at the most by view changes, as card 3 has counted",
    "  since its start",
    "view 257 → 514: primary 1 → 2, secondary 2 → 3",
  ]);
});

test("a card that holds nothing any more makes no negative rate, and what is kept is bounded", (t) => {
  const figures = new TopFigures();
  for (let look = 0; look < 100; look += 1)
    figures.update(look * 1_000, survey(100n - BigInt(look), look, 1, 2), status);
  const lines = figures.draw().split("\n");
  t.is(lines[0], "numbers a second 0, at the most 0");
  t.is(lines[1]?.trim().length, 60);
  t.is(lines.filter((line) => line.startsWith("view ")).length, 5);
  t.is(sparkline([0, 5, 10], 10), "▁▅█");
});

test("the screen is drawn in place, cut to the terminal, and given back", async (t) => {
  const terminal = new Terminal();
  t.true(terminal.isRaw);
  t.true(terminal.written().includes("\u001b[?1049h"));
  await terminal.screen.showResult(async () => `${"x".repeat(30)}\n2\n3\n4\n5\n6`);
  const drawn = terminal.written();
  t.true(drawn.includes("x".repeat(20)) && !drawn.includes("x".repeat(21)));
  t.true(drawn.includes("3\u001b[K") && !drawn.includes("4\u001b[K"));
  t.true(drawn.includes("q ends, p pauses"));
  await terminal.screen.showResult(() => Promise.reject(new SequenceError("DISCONNECTED", "gone")));
  t.true(terminal.written().includes("DISCONNECTED: gone"));
  terminal.screen.close();
  t.false(terminal.isRaw);
  t.true(terminal.written().endsWith("\u001b[?1049l"));
});

for (const key of ["q", "\u0003"]) {
  test(`the key ${JSON.stringify(key)} ends it at once, and p pauses and goes on`, async (t) => {
    const { input, screen } = new Terminal();
    const paused = screen.pause(3_600_000);
    input.write("p");
    await paused;
    t.true(screen.isPaused);
    const resumed = screen.pause(3_600_000);
    input.write("p");
    await resumed;
    t.false(screen.isPaused);
    const ended = screen.pause(3_600_000);
    input.write(key);
    await ended;
    t.true(screen.isOver);
    await screen.pause(3_600_000);
    screen.close();
  });
}

test.serial(
  "seqcard top prints the fabric once where the output is no terminal, through the daemon too",
  async (t) => {
    t.timeout(60_000);
    const { path } = await startCardProcess(t);
    const scope = new ProcessScope();
    t.teardown(() => scope.close());
    const socket = join(temporaryDirectory(t), "s");
    await startDaemonProcess(scope, { ports: [path], socket });
    const run = (args: readonly string[]): Promise<string> =>
      outputOfSeqcard(["top", ...args], { SEQCARD_SOCKET: socket });
    const text = await run([]);
    t.regex(text, /^Fabric 000fab1c, as card 3 at .* sees it: ready/);
    t.regex(text, /skipped: \d+ by repeats/);
    t.false(text.includes("\u001b"), "no escapes");
    const json = JSON.parse(await run(["--json"]));
    t.is(json.fabric.askedCard, 3);
    t.is(typeof json.counters.numbersSkipped, "number");
  },
);
