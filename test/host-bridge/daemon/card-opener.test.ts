import test, { type ExecutionContext } from "ava";
import { SequenceError } from "../../../host-bridge/errors.js";
import type { FakeCardSettings } from "../fake-card-settings.js";
import { VirtualClock } from "../virtual-clock.js";
import type { VirtualPort } from "../virtual-port.js";
import { DaemonBench } from "./daemon-bench.js";
import { LogLines } from "./log-lines.js";

const DEBUG = 20;
const WARN = 40;
const ERROR = 50;
const OPEN_MS = 2_000;
const RETRY_MS = 1_000;
const missing = new SequenceError("PORT_NOT_FOUND", "not plugged in");

interface Bench {
  readonly bench: DaemonBench;
  readonly clock: VirtualClock;
  readonly lines: LogLines;
  readonly second: VirtualPort;
  states(): (string | undefined)[];
  /** Resolves when `start` has. */
  start(): Promise<void>;
}

function twoCards(
  t: ExecutionContext,
  first: Partial<FakeCardSettings>,
  other: Partial<FakeCardSettings>,
): Bench {
  const clock = new VirtualClock();
  const lines = new LogLines(t);
  const bench = new DaemonBench(t, [first, { cardId: 4, ...other }], { clock, logs: lines.logs });
  return {
    bench,
    clock,
    lines,
    second: bench.ports[1] as VirtualPort,
    states: () => bench.daemon.numbers.cards().map(({ state }) => state),
    start: async () => {
      const started = bench.daemon.start();
      // It may be rejected before anybody awaits it.
      started.catch(() => {});
      await clock.pass(OPEN_MS);
      await started;
    },
  };
}

test("a card that hangs at the start keeps nobody from the other one, and is used when it answers", async (t) => {
  const { bench, clock, lines, second, states, start } = twoCards(t, {}, { silent: true });
  await start();
  t.is(await bench.daemon.numbers.next(), 1n);
  t.deepEqual(states(), ["in-use", "disconnected"]);
  t.deepEqual(lines.withCode("NOT_A_CARD"), [{ level: WARN, port: "card2" }]);
  await clock.pass(2 * (RETRY_MS + OPEN_MS));
  t.deepEqual(
    lines.withCode("NOT_A_CARD").map(({ level }) => level),
    [WARN, DEBUG, DEBUG],
    "told once, tried on",
  );
  second.card.settings.silent = false;
  await clock.pass(RETRY_MS);
  t.deepEqual(states(), ["in-use", "ready"]);
});

test("a card that is not there at the start is used when it is plugged in, and each new obstacle told once", async (t) => {
  const { bench, clock, lines, second, states, start } = twoCards(t, {}, { next: 500n });
  second.unplug(missing);
  await start();
  second.failure = new SequenceError("PORT_DENIED", "may not");
  await clock.pass(3 * RETRY_MS);
  t.deepEqual(
    lines.withCode("PORT_DENIED").map(({ level }) => level),
    [WARN, DEBUG, DEBUG],
  );
  second.plugIn();
  await clock.pass(RETRY_MS);
  t.deepEqual(states(), ["in-use", "ready"]);
  bench.port.unplug();
  await clock.settle();
  t.is(await bench.daemon.numbers.next(), 500n);
});

for (const [what, settings, failure, code] of [
  ["a card of another fabric", { fabricId: 77 }, null, "WRONG_FABRIC"],
  ["a card that another process has", {}, new SequenceError("PORT_BUSY", "taken"), "PORT_BUSY"],
  ["a card of another version", { version: 99 }, null, "WRONG_VERSION"],
] as const) {
  test(`${what} beside one that answers ends the start with ${code}`, async (t) => {
    const { second, start } = twoCards(t, {}, settings);
    second.failure = failure;
    await t.throwsAsync(start(), { code });
    t.is(second.opened, second.closed + (failure === null ? 0 : 1), "it was given back");
  });
}

test("where no card answers the start ends with what says most", async (t) => {
  const { second, start } = twoCards(t, { silent: true }, {});
  second.unplug(missing);
  await t.throwsAsync(start(), { code: "NOT_A_CARD" });
});

test("a card of another fabric that comes later is not used, and told, also after a replug", async (t) => {
  const { clock, lines, second, states, start } = twoCards(t, {}, { fabricId: 77 });
  second.unplug(missing);
  await start();
  t.deepEqual(lines.withCode("WRONG_FABRIC"), []);
  second.plugIn();
  await clock.pass(RETRY_MS);
  t.deepEqual(states(), ["in-use", "disconnected"]);
  const told = lines.withCode("WRONG_FABRIC");
  t.true(told.length > 0);
  t.deepEqual(told[0], { level: ERROR, port: "card2" });
  second.unplug();
  await clock.settle();
  second.plugIn();
  await clock.pass(RETRY_MS);
  t.true(lines.withCode("WRONG_FABRIC").length > told.length);
  t.deepEqual(states(), ["in-use", "disconnected"]);
});
