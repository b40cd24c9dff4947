import test, { type ExecutionContext } from "ava";
import { REFUSE_NO_VIEW } from "../../../firmware/wire/frame-types.js";
import { CardPool } from "../../../host-bridge/daemon/card-pool.js";
import { CardPort } from "../../../host-bridge/daemon/card-port.js";
import { Metrics } from "../../../host-bridge/daemon/metrics.js";
import { Regular } from "../../../host-bridge/daemon/rounds.js";
import { SharedNumbers } from "../../../host-bridge/daemon/shared-numbers.js";
import type { SequenceError } from "../../../host-bridge/errors.js";
import type { HeardRequest } from "../fake-card.js";
import type { FakeCardSettings } from "../fake-card-settings.js";
import { VirtualClock } from "../virtual-clock.js";
import { VirtualPort } from "../virtual-port.js";

interface Bench {
  readonly clock: VirtualClock;
  readonly ports: readonly VirtualPort[];
  readonly cards: readonly CardPort[];
  readonly numbers: SharedNumbers;
  readonly metrics: Metrics;
  /** Ends a turn of the event loop. */
  flush(): Promise<void>;
  /** What came of each order: a first number, or a code. */
  readonly outcomes: (bigint | string)[];
  order(
    count?: number,
    whenNotReady?: "wait" | "reject",
    from?: Regular,
  ): { cancel(): void; readonly isOpen: boolean };
}

async function bench(t: ExecutionContext, ...settings: Partial<FakeCardSettings>[]): Promise<Bench> {
  const clock = new VirtualClock();
  const ports = settings.map((one) => new VirtualPort({ manual: true, ...one }));
  let random = 7;
  const cards = ports.map(
    (port, index) =>
      new CardPort(
        {
          path: `card${index + 1}`,
          openTransport: port.open,
          clock,
          random32: () => {
            random += 1;
            return random;
          },
          openTimeoutMs: 1_000,
        },
        {
          onHealth: () => numbers.onHealth(),
          onForeignFrame: () => {},
          onTrunkFrame: () => {},
          onNewest: (_, number) => numbers.raise(number),
          onHeld: () => {},
          onError: () => {},
        },
      ),
  );
  const metrics = new Metrics();
  const deferred: (() => void)[] = [];
  const numbers: SharedNumbers = new SharedNumbers({
    pool: new CardPool(cards),
    metrics,
    clock,
    silentMs: 100,
    defer: (flush) => deferred.push(flush),
  });
  for (const card of cards) await card.start();
  await clock.settle();
  const outcomes: (bigint | string)[] = [];
  t.teardown(() => numbers.stop());
  return {
    clock,
    ports,
    cards,
    numbers,
    metrics,
    outcomes,
    flush: async () => {
      for (const flush of deferred.splice(0)) flush();
      await clock.settle();
    },
    order: (count = 1, whenNotReady = "wait", from = new Regular()) => {
      const index = outcomes.push("open") - 1;
      return numbers.order({
        count,
        whenNotReady,
        from,
        onFirst: (first) => {
          outcomes[index] = first;
        },
        onError: (error) => {
          outcomes[index] = error.code;
        },
      });
    },
  };
}

function heard(port: VirtualPort | undefined, index: number): HeardRequest {
  return port?.card.heard[index] as HeardRequest;
}

test("orders of one turn travel in one block, each with its own numbers", async (t) => {
  const made = await bench(t, {});
  made.order();
  made.order(5);
  made.order();
  await made.flush();
  t.is(made.ports[0]?.card.heard.length, 1);
  t.is(heard(made.ports[0], 0).count, 7);
  made.ports[0]?.card.answer(heard(made.ports[0], 0));
  await made.clock.settle();
  t.deepEqual(made.outcomes, [1n, 2n, 7n]);
});

test("a block that was asked for before an order was placed never serves it", async (t) => {
  const made = await bench(t, {});
  made.order();
  await made.flush();
  made.order();
  await made.flush();
  const card = made.ports[0]?.card;
  // The older block gets the larger numbers: whoever ordered later is in the other one all the same.
  card?.answer(heard(made.ports[0], 1));
  card?.answer(heard(made.ports[0], 0));
  await made.clock.settle();
  t.deepEqual(made.outcomes, [2n, 1n]);
});

/** Lets both order again and again, each as soon as he is served, one block after the other. @returns how many blocks. */
async function alternate(made: Bench, regulars: readonly [Regular, Regular], times: number): Promise<number> {
  const card = made.ports[0]?.card;
  const before = card?.heard.length ?? 0;
  for (const regular of regulars) {
    made.order(1, "wait", regular);
    await made.flush();
  }
  for (let block = before; block < before + times; block += 1) {
    await made.clock.pass(0.4);
    const served = made.outcomes.map((outcome) => outcome === "open");
    card?.answer(heard(made.ports[0], block));
    await made.clock.settle();
    const orders = made.outcomes.length;
    for (let at = 0; at < orders; at += 1) {
      if (!served[at] || made.outcomes[at] === "open") continue;
      await made.clock.pass(0.2);
      made.order(1, "wait", regulars[at % 2]);
      await made.flush();
    }
  }
  return (card?.heard.length ?? 0) - before;
}

test("two who order again as soon as they are served come to share their blocks", async (t) => {
  const made = await bench(t, {});
  const regulars = [new Regular(), new Regular()] as const;
  t.true((await alternate(made, regulars, 16)) >= 16);
  const counts = made.ports[0]?.card.heard.map(({ count }) => count) ?? [];
  t.deepEqual(counts.slice(0, 3), [1, 1, 1], "nobody is kept before both have proved it");
  t.deepEqual(counts.slice(-3), [2, 2, 2]);
});

test("one who does not come back keeps the other for a millisecond, and nobody for long", async (t) => {
  const made = await bench(t, {});
  const regulars = [new Regular(), new Regular()] as const;
  await alternate(made, regulars, 16);
  const card = made.ports[0]?.card;
  card?.answer(heard(made.ports[0], card.heard.length - 1));
  await made.clock.settle();
  const blocks = card?.heard.length ?? 0;
  made.order(1, "wait", regulars[0]);
  await made.flush();
  t.is(card?.heard.length, blocks, "he is kept");
  await made.clock.pass(0.9);
  t.is(card?.heard.length, blocks);
  await made.clock.pass(0.1);
  t.is(card?.heard.length, blocks + 1);
  // The answer to that one is lost.
  made.order(1, "wait", regulars[1]);
  await made.flush();
  await made.clock.pass(24);
  t.is(card?.heard.length, blocks + 1);
  await made.clock.pass(1);
  t.is(card?.heard.length, blocks + 2);
});

test("who leaves, or wants no more, is not waited for", async (t) => {
  const made = await bench(t, {});
  const regulars = [new Regular(), new Regular()] as const;
  await alternate(made, regulars, 16);
  const card = made.ports[0]?.card;
  card?.answer(heard(made.ports[0], card.heard.length - 1));
  await made.clock.settle();
  const blocks = card?.heard.length ?? 0;
  made.order(1, "wait", regulars[0]);
  await made.flush();
  made.numbers.leave(regulars[1]);
  await made.flush();
  t.is(card?.heard.length, blocks + 1);
  const kept = made.order(1, "wait", regulars[1]);
  await made.flush();
  kept.cancel();
  await made.flush();
  await made.clock.pass(50);
  t.is(card?.heard.length, blocks + 1, "nobody wants what was kept");
});

test("what is kept for a round goes to another card with the rest, once", async (t) => {
  const made = await bench(t, {}, { cardId: 2, next: 1_000n });
  const regulars = [new Regular(), new Regular()] as const;
  await alternate(made, regulars, 16);
  const card = made.ports[0]?.card;
  card?.answer(heard(made.ports[0], card.heard.length - 1));
  await made.clock.settle();
  made.order(3, "wait", regulars[0]);
  await made.flush();
  made.ports[0]?.unplug();
  await made.clock.settle();
  await made.flush();
  await made.clock.pass(50);
  t.deepEqual(
    made.ports[1]?.card.heard.map(({ count }) => count),
    [3],
  );
});

test("an order that is cancelled is not asked for; one in flight is skipped and counted", async (t) => {
  const made = await bench(t, {});
  const early = made.order();
  early.cancel();
  t.false(early.isOpen);
  const late = made.order();
  made.order();
  await made.flush();
  t.is(heard(made.ports[0], 0).count, 2);
  late.cancel();
  made.ports[0]?.card.answer(heard(made.ports[0], 0));
  await made.clock.settle();
  t.deepEqual(made.outcomes, ["open", "open", 2n]);
  t.is(made.cards[0]?.numbersSkipped, 1);
  t.is(made.numbers.openOrders, 0);
});

for (const count of [0, 1.5, 32_769, Number.NaN]) {
  test(`an order of ${count} is BAD_COUNT, in a turn of its own`, async (t) => {
    const made = await bench(t, {});
    made.order(count);
    t.is(made.outcomes[0], "open");
    await made.clock.settle();
    t.is(made.outcomes[0], "BAD_COUNT");
  });
}

test("a card that is unplugged loses its orders to the other one, and they are served once", async (t) => {
  const made = await bench(t, {}, { cardId: 2, next: 1_000n });
  made.order();
  await made.flush();
  const lost = heard(made.ports[0], 0);
  made.ports[0]?.unplug();
  await made.clock.settle();
  t.is(made.ports[1]?.card.heard.length, 1);
  made.ports[1]?.card.answer(heard(made.ports[1], 0));
  made.ports[0]?.plugIn();
  await made.clock.pass(100);
  made.ports[0]?.card.answer(lost);
  await made.clock.settle();
  t.deepEqual(made.outcomes, [1_000n]);
  t.is(made.ports[0]?.card.heard.length, 1, "nothing is asked for twice at the one that came back");
  t.is(made.numbers.cards()[1]?.state, "in-use", "no move back without need");
});

test("a card that loses its fabric loses its orders to one that has it", async (t) => {
  const made = await bench(t, {}, { cardId: 2 });
  made.order();
  await made.flush();
  const card = made.ports[0]?.card;
  if (card !== undefined) card.settings.state = REFUSE_NO_VIEW;
  card?.sendView();
  await made.clock.settle();
  t.deepEqual(
    made.numbers.cards().map(({ state }) => state),
    ["not-ready", "in-use"],
  );
  made.ports[1]?.card.answer(heard(made.ports[1], 0));
  await made.clock.settle();
  t.deepEqual(made.outcomes, [1n]);
});

test("a card that hears orders and answers none loses them after 100 ms; alone it keeps them", async (t) => {
  const made = await bench(t, {}, { cardId: 2, next: 50n });
  made.order();
  await made.flush();
  await made.clock.pass(99);
  t.is(made.ports[1]?.card.heard.length, 0);
  await made.clock.pass(60);
  t.is(made.ports[1]?.card.heard.length, 1);
  t.is(made.numbers.cards()[0]?.state, "suspect");
  made.ports[1]?.card.answer(heard(made.ports[1], 0));
  await made.clock.settle();
  t.deepEqual(made.outcomes, [50n]);
  const alone = await bench(t, {});
  alone.order();
  await alone.flush();
  await alone.clock.pass(200);
  t.is(alone.numbers.cards()[0]?.state, "in-use");
});

test("a card of another fabric is never used", async (t) => {
  const made = await bench(t, {}, { cardId: 2, fabricId: 77 });
  made.order();
  await made.flush();
  made.ports[0]?.unplug();
  await made.clock.settle();
  t.is(made.ports[1]?.card.heard.length, 0);
  t.is(made.numbers.cards()[1]?.state, "disconnected");
});

test("next and nextBlock are promises, with a time of their own", async (t) => {
  const made = await bench(t, { manual: false });
  const [one, block] = [made.numbers.next(), made.numbers.nextBlock(3)];
  await made.flush();
  t.is(await one, 1n);
  t.deepEqual(await block, { first: 2n, last: 4n });
  t.is(made.numbers.latest(), 4n);
  const [port] = made.ports;
  if (port !== undefined) port.card.settings.silent = true;
  const late = made.numbers.next({ timeoutMs: 50 });
  await made.flush();
  const failed = t.throwsAsync<SequenceError>(late, { code: "TIMEOUT" });
  await made.clock.pass(50);
  await failed;
  t.is(made.numbers.openOrders, 0);
});

test("at the end orders are CLOSED, those before are drained", async (t) => {
  const made = await bench(t, {});
  made.order();
  await made.flush();
  const drained = made.numbers.drain(1_000);
  made.order();
  await made.clock.settle();
  t.deepEqual(made.outcomes, ["open", "CLOSED"]);
  made.ports[0]?.card.answer(heard(made.ports[0], 0));
  await drained;
  t.deepEqual(made.outcomes, [1n, "CLOSED"]);
});

test("what happened can be read as figures", async (t) => {
  const made = await bench(t, { manual: false });
  made.order(10);
  made.order(0);
  await made.flush();
  const text = await made.metrics.registry.metrics();
  for (const line of [
    "seqcard_numbers_total 10",
    "seqcard_orders_total 2",
    'seqcard_orders_rejected_total{code="BAD_COUNT"} 1',
    "seqcard_order_seconds_count 1",
  ]) {
    t.true(text.includes(line), line);
  }
});
