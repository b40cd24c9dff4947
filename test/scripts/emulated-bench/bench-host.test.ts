import test, { type ExecutionContext } from "ava";
import { BenchHost } from "../../../scripts/emulated-bench/bench-host.js";
import { VirtualRig } from "../../boards/virtual/virtual-rig.js";

interface Answer {
  readonly first: bigint;
  readonly tookNanos: number;
}

/** A host at each of three virtual cards, which speak as emulated ones do. */
function makeHosts(t: ExecutionContext): { rig: VirtualRig; hosts: BenchHost[]; answers: Answer[] } {
  const rig = new VirtualRig({});
  t.true(rig.setUp());
  const { scheduler } = rig;
  const clock = {
    now: () => scheduler.now(),
    at: scheduler.at.bind(scheduler),
    get nanos(): number {
      return scheduler.now() * 1_000;
    },
  };
  const hosts = rig.parts.cards.map(({ id, line }) => new BenchHost(id, line, clock));
  for (const host of hosts) host.connect();
  rig.run(10_000);
  return { rig, hosts, answers: [] };
}

function ask(host: BenchHost | undefined, count: number, answers: Answer[]): void {
  host?.request(count, (first, requestedNanos, deliveredNanos) => {
    answers.push({ first, tookNanos: deliveredNanos - requestedNanos });
  });
}

test("it opens a session, knows the view, and gets numbers with the time that they took", (t) => {
  const { answers, hosts, rig } = makeHosts(t);
  t.true(hosts.every(({ isReady }) => isReady));
  const views = hosts.map(({ view }) => [view.primary, view.secondary].join());
  t.is(new Set(views).size, 1);
  ask(hosts[0], 10, answers);
  t.is(hosts[0]?.waiting, 1);
  rig.run(5_000);
  t.is(hosts[0]?.waiting, 0);
  ask(hosts[1], 1, answers);
  rig.run(5_000);
  t.deepEqual(
    answers.map(({ first }) => first),
    [1n, 11n],
  );
  t.true(answers.every(({ tookNanos }) => tookNanos > 0 && tookNanos < 1_000_000));
});

test("what a card without power owed is forgotten, and it is greeted until it is back", async (t) => {
  const { answers, hosts, rig } = makeHosts(t);
  const [host] = hosts;
  ask(host, 1, answers);
  await rig.parts.cards[0]?.card.kill();
  host?.disconnect();
  t.is(host?.waiting, 0);
  host?.connect();
  rig.run(600_000);
  t.false(host?.isReady);
  rig.parts.cards[0]?.card.start();
  rig.run(1_000_000);
  t.true(host?.isReady);
  ask(host, 1, answers);
  rig.run(5_000);
  t.is(answers.length, 1);
});

test("a refused block is asked for again, and keeps the time at which it was first asked for", async (t) => {
  const { answers, hosts, rig } = makeHosts(t);
  const primary = hosts[0]?.view.primary ?? 0;
  const other = hosts.find(({ id }) => id !== primary);
  await rig.parts.cards[primary - 1]?.card.kill();
  ask(other, 1, answers);
  rig.run(500_000);
  t.is(answers.length, 1);
  t.true((answers[0]?.tookNanos ?? 0) > 20_000_000, "over a view change");
});
