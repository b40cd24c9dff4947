import test, { type ExecutionContext } from "ava";
import type { Clock } from "../../../host-bridge/clock.js";
import type { NumberOrder } from "../../../host-bridge/daemon/number-source.js";
import type { SequenceError } from "../../../host-bridge/errors.js";
import { notReadyAdvice } from "../../../host-bridge/http/readiness.js";
import type { FakeCardSettings } from "../fake-card-settings.js";
import { VirtualClock } from "../virtual-clock.js";
import { DaemonBench } from "./daemon-bench.js";

const SILENT_MS = 100;
/** The look behind `SILENT_MS` at the latest. */
const SEEN_MS = SILENT_MS + 50;

/** A clock that jumps ahead, as where a whole computer stood still, before timers were called. */
class JumpingClock implements Clock {
  readonly inner = new VirtualClock();
  private jumpedMs = 0;

  nowMs(): number {
    return this.inner.nowMs() + this.jumpedMs;
  }

  setTimer(callback: () => void, delayMs: number): () => void {
    return this.inner.setTimer(callback, delayMs);
  }

  jump(durationMs: number): void {
    this.jumpedMs += durationMs;
  }
}

interface Bench {
  readonly bench: DaemonBench;
  readonly clock: JumpingClock;
  /** What came of each order: a number, or a code with its reason. */
  readonly outcomes: string[];
  order(whenNotReady: NumberOrder["whenNotReady"]): void;
  /** null where numbers can be had. */
  reason(): string | null;
  pass(durationMs: number): Promise<void>;
}

async function start(t: ExecutionContext, ...cards: Partial<FakeCardSettings>[]): Promise<Bench> {
  const clock = new JumpingClock();
  const bench = await new DaemonBench(t, cards, { clock, silentMs: SILENT_MS }).start();
  const { numbers } = bench.daemon;
  const outcomes: string[] = [];
  await clock.inner.settle();
  // Else the daemon's end would wait for what this clock never brings.
  t.teardown(() => numbers.stop());
  return {
    bench,
    clock,
    outcomes,
    order: (whenNotReady) => {
      const index = outcomes.push("open") - 1;
      numbers.order({
        count: 1,
        whenNotReady,
        onFirst: (first) => {
          outcomes[index] = first.toString();
        },
        onError: ({ code, reason }) => {
          outcomes[index] = `${code} ${reason}`;
        },
      });
    },
    reason: () => {
      const advice = notReadyAdvice(numbers);
      t.is(numbers.isReady, advice === null);
      return advice?.reason ?? null;
    },
    pass: (durationMs) => clock.inner.pass(durationMs),
  };
}

test("a card that leaves orders unanswered is not ready, though it is the only one, until it answers", async (t) => {
  const { bench, order, outcomes, reason, pass } = await start(t, { manual: true });
  let changes = 0;
  bench.daemon.numbers.subscribe({
    onChange: () => {
      changes += 1;
    },
  });
  order("wait");
  await pass(SILENT_MS - 1);
  t.is(reason(), null);
  await pass(SEEN_MS - SILENT_MS + 1);
  t.is(reason(), "card-silent");
  t.deepEqual(
    bench.daemon.numbers.cards().map(({ state, isSilent }) => [state, isSilent]),
    [["in-use", true]],
  );
  t.is(changes, 1, "who passes it on is told");
  await pass(10 * SILENT_MS);
  t.is(reason(), "card-silent", "its status alone says nothing of an order that waits");
  const { card } = bench.port;
  card.answer(card.heard[0] as (typeof card.heard)[0]);
  await pass(0);
  t.is(reason(), null);
  t.is(changes, 2);
  t.deepEqual(outcomes, ["1"]);
});

test("a card that answers slowly, and again and again, is ready all the time", async (t) => {
  const { bench, order, reason, pass } = await start(t, { manual: true });
  const { card } = bench.port;
  for (let turn = 0; turn < 10; turn += 1) {
    order("wait");
    await pass(SILENT_MS - 10);
    t.is(reason(), null);
    card.answer(card.heard.at(-1) as (typeof card.heard)[0]);
    await pass(0);
  }
});

test("who does not wait is told NOT_READY by a silent card; with no order left it is asked whether it is back", async (t) => {
  const { bench, order, outcomes, reason, pass } = await start(t, {});
  bench.port.card.settings.silent = true;
  order("reject");
  await pass(SEEN_MS);
  t.deepEqual(outcomes, ["NOT_READY card-silent"]);
  order("reject");
  await pass(0);
  t.deepEqual(outcomes, ["NOT_READY card-silent", "NOT_READY card-silent"], "at once");
  await pass(60_000);
  t.is(reason(), "card-silent");
  bench.port.card.settings.silent = false;
  await pass(3_000);
  t.is(reason(), null);
  order("reject");
  await pass(0);
  t.is(outcomes[2], "1");
});

test("a client at the socket that does not wait is told, and served when the card is back", async (t) => {
  const { bench, pass } = await start(t, {});
  const sequence = await bench.connect({ whenNotReady: "reject", timeoutMs: 3_600_000 });
  bench.port.card.settings.silent = true;
  const refused = t.throwsAsync<SequenceError>(sequence.next(), { code: "NOT_READY" });
  await bench.until(() => bench.daemon.numbers.openOrders === 1);
  await pass(SEEN_MS);
  t.is(
    (await refused).reason,
    "no-view",
    "as where no card is plugged in: the wire has no word of its own for it",
  );
  bench.port.card.settings.silent = false;
  await pass(3_000);
  t.is(await sequence.next(), 1n);
});

test("two cards that are both silent are not ready; the first that answers serves", async (t) => {
  const { bench, order, outcomes, reason, pass } = await start(
    t,
    { cardId: 2, silent: false },
    { cardId: 3, next: 50n },
  );
  for (const { card } of bench.ports) card.settings.silent = true;
  order("wait");
  await pass(2 * SEEN_MS);
  t.is(reason(), "card-silent");
  await pass(20_000);
  t.is(reason(), "card-silent", "they are not tried in turns for ever, each time as if it were ready");
  const other = bench.daemon.numbers.cards().findIndex(({ state }) => state !== "in-use");
  const { settings } = (bench.ports[other] as (typeof bench.ports)[0]).card;
  settings.silent = false;
  await pass(8_000);
  t.is(reason(), null);
  t.deepEqual(outcomes, [other === 0 ? "1" : "50"]);
});

test("a line that is lost is no silence", async (t) => {
  const { bench, order, reason, pass } = await start(t, { manual: true });
  order("wait");
  await pass(SEEN_MS);
  t.is(reason(), "card-silent");
  bench.port.unplug();
  await pass(0);
  t.is(reason(), "no-card");
  bench.port.plugIn();
  bench.port.card.settings.manual = false;
  await pass(3_000);
  t.is(reason(), null);
});

test("a daemon that stood still itself does not blame the card", async (t) => {
  const { clock, order, reason, pass } = await start(t, { manual: true });
  order("wait");
  clock.jump(60_000);
  await pass(50);
  t.is(reason(), null);
  await pass(SILENT_MS);
  t.is(reason(), "card-silent");
});
