import test from "ava";
import type { Listener, ListenerMaker } from "../../../host-bridge/daemon/listener.js";
import { VirtualClock } from "../virtual-clock.js";
import { DaemonBench } from "./daemon-bench.js";

/** A listener that takes its time to begin, and notes what is asked of it. */
class SlowListener implements Listener {
  readonly name = "http";
  readonly address = null;
  readonly clients = 0;
  readonly asked: string[] = [];
  begin: () => void = () => {};
  readonly maker: ListenerMaker = { name: "http", make: () => this };

  start(): Promise<void> {
    this.asked.push("start");
    return new Promise((resolve) => {
      this.begin = () => {
        this.asked.push("begun");
        resolve();
      };
    });
  }

  drain(): void {
    this.asked.push("drain");
  }

  async close(): Promise<void> {
    this.asked.push("close");
  }
}

test("stopped while a card that hangs is opened: the start is CLOSED, and the card given back", async (t) => {
  const clock = new VirtualClock();
  const bench = new DaemonBench(t, [{}, { silent: true }], { clock });
  const started = t.throwsAsync(bench.daemon.start(), { code: "CLOSED" });
  await clock.settle();
  await bench.daemon.stop();
  await started;
  t.deepEqual(
    bench.ports.map(({ opened, closed }) => [opened, closed]),
    [
      [1, 1],
      [1, 1],
    ],
  );
});

test("stopped while a card that hangs is looked for: nothing is tried any more", async (t) => {
  const clock = new VirtualClock();
  const bench = new DaemonBench(t, [{}, { silent: true }], { clock });
  const started = bench.daemon.start();
  await clock.pass(2_000);
  await started;
  await clock.pass(1_500);
  await bench.daemon.stop();
  await clock.pass(10_000);
  t.deepEqual([bench.ports[1]?.opened, bench.ports[1]?.closed], [2, 2]);
});

test("stopped while a listener begins: it is ended when it has begun, and no other one begins", async (t) => {
  const [slow, never] = [new SlowListener(), new SlowListener()];
  const bench = new DaemonBench(t, [{}], { listeners: [slow.maker, never.maker] });
  const started = t.throwsAsync(bench.daemon.start(), { code: "CLOSED" });
  await bench.until(() => slow.asked.length > 0);
  const stopped = bench.daemon.stop();
  await new Promise((resolve) => setImmediate(resolve));
  slow.begin();
  await Promise.all([stopped, started]);
  t.deepEqual(slow.asked, ["start", "begun", "drain", "close"]);
  t.false(never.asked.includes("start"));
  await t.throwsAsync(bench.daemon.start(), { code: "CLOSED" }, "nor is it started again");
});
