import { once } from "node:events";
import test from "ava";
import { PROTOCOL_VERSION } from "../../../firmware/wire/constants.js";
import {
  FRAME_HOST_ANSWER,
  FRAME_HOST_OPEN,
  FRAME_HOST_REFUSE,
  FRAME_HOST_REQUEST,
  FRAME_HOST_VIEW,
  FRAME_HOST_WELCOME,
  REFUSE_BUSY,
  REFUSE_COUNT,
  REFUSE_NO_SESSION,
} from "../../../firmware/wire/frame-types.js";
import {
  decodeHostAnswer,
  decodeHostRefuse,
  encodeEmptyBody,
  encodeHostRequest,
  HostAnswerFields,
  HostRefuseFields,
} from "../../../firmware/wire/host-frames.js";
import { DaemonBench } from "./daemon-bench.js";
import { RawClient } from "./raw-client.js";
import { SocketClientBench } from "./socket-client-bench.js";

const SESSION = 0x5e55_1041;

async function refusalOf(client: RawClient): Promise<HostRefuseFields> {
  const fields = new HostRefuseFields();
  decodeHostRefuse(await client.first(FRAME_HOST_REFUSE), fields);
  return fields;
}

test("a session is opened with a welcome and the view, and its requests are answered", async (t) => {
  const bench = await new DaemonBench(t).start();
  const client = await RawClient.connect(t, bench.socket);
  client.open(SESSION);
  const welcome = await client.first(FRAME_HOST_WELCOME);
  t.is(welcome.view.getUint32(2, true), SESSION);
  await client.first(FRAME_HOST_VIEW);
  client.request(SESSION, 9, 5);
  const fields = new HostAnswerFields();
  t.true(decodeHostAnswer(await client.first(FRAME_HOST_ANSWER), fields));
  t.like(fields, { tag: 9, count: 5 });
});

test("a request outside of a session is refused under its own session", async (t) => {
  const bench = await new DaemonBench(t).start();
  const client = await RawClient.connect(t, bench.socket);
  client.request(77, 1, 1);
  t.like(await refusalOf(client), { tag: 1, code: REFUSE_NO_SESSION });
  t.is(client.of(FRAME_HOST_REFUSE)[0]?.view.getUint32(2, true), 77);
  t.is(bench.blocks.length, 0);
});

for (const count of [0, 32_769]) {
  test(`a request for ${count} numbers is refused`, async (t) => {
    const bench = await new DaemonBench(t).start();
    const client = await RawClient.connect(t, bench.socket);
    client.open(SESSION);
    client.request(SESSION, 1, count);
    t.like(await refusalOf(client), { tag: 1, code: REFUSE_COUNT });
  });
}

test("a request that is repeated is one request, while it waits and when its answer is on its way", async (t) => {
  const bench = await new DaemonBench(t, [{ manual: true }]).start();
  const client = await RawClient.connect(t, bench.socket);
  client.open(SESSION);
  for (let repeat = 0; repeat < 5; repeat += 1) client.request(SESSION, 3, 2);
  await bench.heard(1);
  const [request] = bench.blocks;
  if (request !== undefined) bench.port.card.answer(request);
  await client.first(FRAME_HOST_ANSWER);
  client.request(SESSION, 3, 2);
  client.request(SESSION, 4, 1);
  await bench.heard(2);
  t.deepEqual(
    bench.blocks.map(({ count }) => count),
    [2, 1],
  );
  t.is(client.of(FRAME_HOST_ANSWER).length, 1);
});

test("a tag that comes again with another count is refused", async (t) => {
  const bench = await new DaemonBench(t, [{ manual: true }]).start();
  const client = await RawClient.connect(t, bench.socket);
  client.open(SESSION);
  client.request(SESSION, 3, 2);
  client.request(SESSION, 3, 7);
  t.like(await refusalOf(client), { tag: 3, code: REFUSE_COUNT });
});

test("a new session ends the old one: its answers are nobody's", async (t) => {
  const bench = await new DaemonBench(t, [{ manual: true }]).start();
  const client = await RawClient.connect(t, bench.socket);
  client.open(SESSION);
  client.request(SESSION, 3, 2);
  await bench.heard(1);
  client.open(SESSION + 1);
  client.request(SESSION + 1, 3, 4);
  await bench.heard(2);
  for (const request of bench.blocks) bench.port.card.answer(request);
  const fields = new HostAnswerFields();
  decodeHostAnswer(await client.first(FRAME_HOST_ANSWER), fields);
  t.like(fields, { tag: 3, count: 4 });
  t.is(client.of(FRAME_HOST_ANSWER).length, 1);
});

test("a client that vanishes with a request in flight: its number is nobody's, and others are served", async (t) => {
  const bench = await new DaemonBench(t, [{ manual: true }]).start();
  const stayer = await bench.connect();
  const leaver = await RawClient.connect(t, bench.socket);
  leaver.open(SESSION);
  leaver.request(SESSION, 1, 10);
  await bench.heard(1);
  const stayed = stayer.next();
  await bench.heard(2);
  leaver.socket.destroy();
  await bench.until(() => bench.daemon.listeners[0]?.clients === 1);
  for (const request of bench.blocks) bench.port.card.answer(request);
  t.is(await stayed, 11n);
  t.is(bench.daemon.numbers.openOrders, 0);
});

test("a question that the daemon does not know goes to the card, and the card's answer to who asked", async (t) => {
  const bench = await new DaemonBench(t).start();
  const [asker, other] = [await RawClient.connect(t, bench.socket), await RawClient.connect(t, bench.socket)];
  for (const client of [asker, other]) {
    client.open(SESSION);
    await client.first(FRAME_HOST_WELCOME);
  }
  const heard: number[] = [];
  bench.port.card.onHeard = (type) => {
    if (type !== 0x5a) return;
    heard.push(type);
    bench.port.card.sendRaw(0x7a, bench.port.card.session, (frame) => {
      frame.bytes[6] = 42;
      frame.length = 7;
    });
  };
  asker.socket.write(asker.bytesOf(0x5a, SESSION, encodeEmptyBody));
  const answer = await asker.first(0x7a);
  t.deepEqual(heard, [0x5a]);
  t.is(answer.view.getUint32(2, true), SESSION, "under the client's own session");
  t.is(answer.bytes[6], 42);
  asker.socket.write(asker.bytesOf(0x5a, SESSION + 1, encodeEmptyBody));
  other.request(SESSION, 1, 1);
  await other.first(FRAME_HOST_ANSWER);
  t.is(other.of(0x7a).length, 0);
  t.is(heard.length, 1, "not under another session");
});

test("a flood of questions does not reach the card: fifty in a tenth of a second", async (t) => {
  const bench = await new DaemonBench(t).start();
  const client = await RawClient.connect(t, bench.socket);
  client.open(SESSION);
  let heard = 0;
  bench.port.card.onHeard = (type) => {
    if (type === 0x5a) heard += 1;
  };
  const question = client.bytesOf(0x5a, SESSION, encodeEmptyBody);
  client.socket.write(Buffer.concat(Array<Buffer>(1_000).fill(question)));
  client.request(SESSION, 1, 1);
  await client.first(FRAME_HOST_ANSWER);
  t.true(heard >= 50 && heard <= 500, `${heard} of 1,000`);
});

test("half frames, noise and endless lines harm nobody; the client itself goes on at its next frame", async (t) => {
  const bench = await new DaemonBench(t).start();
  const other = await bench.connect();
  const client = await RawClient.connect(t, bench.socket);
  client.open(SESSION);
  await client.first(FRAME_HOST_WELCOME);
  const whole = client.bytesOf(FRAME_HOST_REQUEST, SESSION, (frame) => encodeHostRequest(frame, 5, 1));
  client.socket.write(whole.subarray(0, whole.length - 6));
  client.socket.write(Buffer.alloc(300_000, "INCR counter\r\n"));
  client.socket.write(Uint8Array.from({ length: 5_000 }, (_, index) => (index * 7_919) % 251));
  client.socket.write(Uint8Array.of(0));
  client.request(SESSION, 6, 1);
  const fields = new HostAnswerFields();
  decodeHostAnswer(await client.first(FRAME_HOST_ANSWER), fields);
  t.is(fields.tag, 6);
  t.is(await other.next(), 2n);
});

test("a client that sends nothing but rubbish is sent away, and others are served", async (t) => {
  const bench = await new DaemonBench(t).start();
  const other = await bench.connect();
  const client = await RawClient.connect(t, bench.socket);
  client.socket.write(Buffer.from("\u0000rubbish".repeat(2_000)));
  await once(client.socket, "close");
  t.is(await other.next(), 1n);
  const figures = await bench.daemon.metrics.registry.metrics();
  t.true(figures.includes('seqcard_socket_clients_refused_total{reason="speaks no frames"} 1'));
});

test("a client that does not read is sent away, and others are served", async (t) => {
  const bench = await new DaemonBench(t).start();
  const other = await bench.connect();
  const client = await RawClient.connect(t, bench.socket);
  client.socket.pause();
  for (let tag = 0; tag < 60_000 && !client.isClosed; tag += 1) client.request(1, tag, 1);
  const seen = async (): Promise<boolean> =>
    (await bench.daemon.metrics.registry.metrics()).includes('{reason="does not read"} 1');
  while (!(await seen())) await new Promise((resolve) => setImmediate(resolve));
  t.is(await other.next(), 1n);
});

test("a client of another version is told ours", async (t) => {
  const bench = await new DaemonBench(t).start();
  const client = await RawClient.connect(t, bench.socket);
  client.socket.write(client.bytesWith(PROTOCOL_VERSION + 9, FRAME_HOST_OPEN, SESSION));
  const welcome = await client.first(FRAME_HOST_WELCOME);
  t.is(welcome.bytes[0], PROTOCOL_VERSION);
});

test("more than 64 open blocks of one client are refused, and clients beyond the limit are closed", async (t) => {
  const bench = new DaemonBench(t, [{ manual: true }]);
  bench.daemon = bench.make({ socket: { path: bench.socket, group: null, maxClients: 2 } });
  await bench.start();
  const client = await RawClient.connect(t, bench.socket);
  client.open(SESSION);
  for (let tag = 0; tag < 65; tag += 1) client.request(SESSION, tag, 1);
  t.like(await refusalOf(client), { tag: 64, code: REFUSE_BUSY });
  await bench.connect();
  const third = await RawClient.connect(t, bench.socket);
  if (!third.isClosed) await once(third.socket, "close");
  t.is(bench.daemon.listeners[0]?.clients, 2);
});

test("what a client stops repeating for two seconds is forgotten; what it repeats is kept", (t) => {
  const bench = new SocketClientBench();
  bench.openSession(SESSION);
  bench.request(SESSION, 1, 10);
  bench.request(SESSION, 2, 20);
  for (let seconds = 0; seconds < 4; seconds += 1) {
    bench.nowMs += 1_000;
    bench.request(SESSION, 2, 20);
    bench.client.sweep(bench.nowMs);
    t.is(bench.client.openBlocks, seconds === 0 ? 2 : 1);
  }
  t.deepEqual(
    bench.open.map(({ order, isOpen }) => [order.count, isOpen]),
    [
      [10, false],
      [20, true],
    ],
  );
});
