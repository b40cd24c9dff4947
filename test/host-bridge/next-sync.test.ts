import { once } from "node:events";
import test from "ava";
import { REFUSE_NO_VIEW } from "../../firmware/wire/frame-types.js";
import { open } from "../../host-bridge/index.js";
import { startCardProcess } from "./card-process.js";

for (const spinUs of [0, 200, 1_000_000]) {
  test(`nextSync takes numbers from a card, spinning for ${spinUs} us`, async (t) => {
    const { path } = await startCardProcess(t, { next: 2n ** 60n });
    const sequence = await open({ path });
    t.teardown(() => sequence.close());
    const async = [sequence.next(), sequence.next()];
    t.is(sequence.nextSync({ spinUs }), 2n ** 60n + 2n);
    for (let index = 3n; index < 50n; index += 1n) t.is(sequence.nextSync({ spinUs }), 2n ** 60n + index);
    t.deepEqual(await Promise.all(async), [2n ** 60n, 2n ** 60n + 1n]);
    t.is(await sequence.next(), 2n ** 60n + 50n);
    t.is(sequence.latest(), 2n ** 60n + 50n);
  });
}

test("nextSync sleeps until the fabric is ready", async (t) => {
  const card = await startCardProcess(t, { refuseWith: REFUSE_NO_VIEW, state: REFUSE_NO_VIEW });
  const sequence = await open({ path: card.path });
  t.teardown(() => sequence.close());
  await card.tell({ viewAfterMs: 150 });
  t.is(sequence.nextSync(), 1n);
});

test("nextSync gives up in time, and its number is nobody's", async (t) => {
  const card = await startCardProcess(t);
  const sequence = await open({ path: card.path });
  t.teardown(() => sequence.close());
  await card.tell({ set: { silent: true } });
  t.throws(() => sequence.nextSync({ timeoutMs: 30 }), { code: "TIMEOUT" });
  t.throws(() => sequence.nextSync({ timeoutMs: 400 }), { code: "TIMEOUT" });
  await card.tell({ set: { silent: false } });
  t.is(sequence.nextSync(), 1n);
});

test("nextSync notices that the card is unplugged while it sleeps", async (t) => {
  const card = await startCardProcess(t);
  const sequence = await open({ path: card.path });
  t.teardown(() => sequence.close());
  const disconnected = once(sequence, "disconnect");
  await card.tell({ set: { silent: true }, unplugAfterMs: 20 });
  t.throws(() => sequence.nextSync(), { code: "DISCONNECTED" });
  await disconnected;
});

test("nextSync rejects as next does", async (t) => {
  const card = await startCardProcess(t, { refuseWith: REFUSE_NO_VIEW });
  const sequence = await open({ path: card.path, whenNotReady: "reject" });
  t.teardown(() => sequence.close());
  t.throws(() => sequence.nextSync(), { code: "NOT_READY" });
});
