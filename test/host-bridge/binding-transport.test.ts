import { once } from "node:events";
import { autoDetect } from "@serialport/bindings-cpp";
import test, { type ExecutionContext } from "ava";
import { BindingTransport } from "../../host-bridge/binding-transport.js";
import { SystemClock } from "../../host-bridge/clock.js";
import { Sequence } from "../../host-bridge/sequence.js";
import { FakeCard } from "./fake-card.js";
import type { FakeCardSettings } from "./fake-card-settings.js";
import { FakePort } from "./fake-port.js";

/** A sequence over the transport of platforms without descriptors; its calls are the same everywhere. */
async function start(t: ExecutionContext, settings: Partial<FakeCardSettings> = {}, reconnect = true) {
  const port = new FakePort();
  const card = new FakeCard((frame) => port.send(frame), settings);
  port.onFrame = (frame) => card.receive(frame);
  let random = 0;
  const sequence = await Sequence.start({
    openTransport: async (events) =>
      new BindingTransport(await autoDetect().open({ path: port.path, baudRate: 115_200 }), events),
    clock: new SystemClock(),
    random32: () => {
      random += 1;
      return random;
    },
    timeoutMs: 10_000,
    openTimeoutMs: 2_000,
    whenNotReady: "wait",
    reconnect,
  });
  t.teardown(async () => {
    await sequence.close();
    port.destroy();
  });
  return { port, card, sequence };
}

test("numbers come over asynchronous reads, and nextSync is SYNC_UNSUPPORTED", async (t) => {
  const { sequence } = await start(t);
  t.deepEqual(await Promise.all([sequence.next(), sequence.nextBlock(2)]), [1n, { first: 2n, last: 3n }]);
  t.throws(() => sequence.nextSync(), { code: "SYNC_UNSUPPORTED" });
  await sequence.close();
  await sequence.close();
  t.is((await sequence.closed).code, "CLOSED");
});

test("a line that takes no more refuses whole frames, and a closed one all", async (t) => {
  const port = new FakePort();
  t.teardown(() => port.destroy());
  const lost: string[] = [];
  const transport = new BindingTransport(await autoDetect().open({ path: port.path, baudRate: 115_200 }), {
    onBytes: () => {},
    onLost: ({ code }) => lost.push(code),
  });
  const bytes = new Uint8Array(40_000);
  t.true(transport.write(bytes, bytes.length));
  t.false(transport.write(bytes, bytes.length));
  t.throws(() => transport.poll(), { code: "SYNC_UNSUPPORTED" });
  t.throws(() => transport.wait(), { code: "SYNC_UNSUPPORTED" });
  await transport.close();
  t.false(transport.write(bytes, 1));
  t.deepEqual(lost, []);
});

test("an unplugged card is taken back", async (t) => {
  const { port, card, sequence } = await start(t, { manual: true });
  const call = sequence.next();
  const disconnected = once(sequence, "disconnect");
  port.unplug();
  await disconnected;
  const reconnected = once(sequence, "reconnect");
  card.reset();
  card.settings.manual = false;
  port.plugIn();
  await reconnected;
  t.is(await call, 1n);
});
