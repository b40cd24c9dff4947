import { connect as connectSocket } from "node:net";
import test from "ava";
import { REFUSE_NO_LEASE } from "../../../firmware/wire/frame-types.js";
import { HttpListener } from "../../../host-bridge/http/http-listener.js";
import { MAX_LIVE_CLIENTS } from "../../../host-bridge/http/live-clients.js";
import type { Snapshot } from "../../../host-bridge/page/snapshot.js";
import { HttpBench } from "./http-bench.js";

test("the page and all that it needs, and nothing else, come with headers that let nothing foreign in", async (t) => {
  const bench = await new HttpBench(t).start();
  const page = await bench.ask("/");
  t.is(page.status, 200);
  t.is(page.headers["content-type"], "text/html; charset=utf-8");
  t.is(page.headers["x-content-type-options"], "nosniff");
  const policy = String(page.headers["content-security-policy"]);
  t.true(policy.includes("default-src 'none'") && !policy.includes("unsafe"), policy);
  const named = [...page.body.matchAll(/(?:href|src)="(\/[^"]+)"/g)].map(([, path]) => path as string);
  t.true(named.includes("/main.js") && named.includes("/page.css"));
  for (const path of [...named, "/vendor/uplot.js", "/fabric-drawing.js"]) {
    t.is((await bench.ask(path)).status, 200, path);
  }
  t.false(/https?:\/\//.test(page.body), "nothing comes from elsewhere");
  for (const path of [
    "/package.json",
    "/../package.json",
    "/%2e%2e/package.json",
    "/main.ts",
    "/main.d.ts",
    "/nothing",
  ]) {
    t.is((await bench.ask(path)).status, 404, path);
  }
});

test("it can be read and nothing else, by no name that is not known here", async (t) => {
  const bench = await new HttpBench(t).start();
  for (const method of ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"]) {
    const reply = await bench.ask("/state.json", method);
    t.is(reply.status, 405, method);
    t.is(reply.headers["allow"], "GET, HEAD");
  }
  const head = await bench.ask("/state.json", "HEAD");
  t.is(head.status, 200);
  t.is(head.body, "");
  t.is((await bench.ask("/events", "HEAD")).status, 200);
  for (const path of ["/", "/state.json", "/events", "/metrics", "/healthz"]) {
    t.is((await bench.ask(path, "GET", { Host: "evil.example" })).status, 403, path);
  }
  t.is((await bench.ask("/healthz", "GET", { Host: "picture.LAN:80" })).status, 200);
  const metrics = (await bench.ask("/metrics")).body;
  t.true(metrics.includes('seqcard_http_refused_total{reason="host"} 5'), metrics);
  t.true(metrics.includes('seqcard_http_refused_total{reason="method"} 5'));
});

test("/healthz says why there are no numbers", async (t) => {
  const bench = await new HttpBench(t).start();
  t.deepEqual(JSON.parse((await bench.ask("/healthz")).body), { status: "ready" });
  bench.port.card.settings.state = REFUSE_NO_LEASE;
  bench.port.card.sendView();
  await bench.until(() => !bench.daemon.numbers.isReady);
  const reply = await bench.ask("/healthz");
  t.is(reply.status, 503);
  t.like(JSON.parse(reply.body), { status: "not-ready", reason: "no-lease" });
  t.truthy(JSON.parse(reply.body).advice);
  bench.port.unplug();
  await bench.until(() => bench.daemon.numbers.cards()[0]?.state === "disconnected");
  t.like(JSON.parse((await bench.ask("/healthz")).body), { status: "not-ready", reason: "no-card" });
});

test("/healthz says that a card leaves requests unanswered, as /metrics and the page do, until it answers", async (t) => {
  const bench = await new HttpBench(t, [{ manual: true }], { silentMs: 100 }).start();
  const { numbers } = bench.daemon;
  const number = numbers.next({ timeoutMs: 240_000 });
  await bench.until(() => !numbers.isReady);
  const reply = await bench.ask("/healthz");
  t.is(reply.status, 503);
  t.like(JSON.parse(reply.body), { status: "not-ready", reason: "card-silent" });
  t.regex((await bench.ask("/metrics")).body, /^seqcard_ready 0$/m);
  const events = await bench.events((text) => text.includes('"ready":false'));
  t.true(events.includes("No numbers: card-silent"));
  t.regex(events, /the card leaves requests unanswered/);
  // The request is repeated.
  bench.port.card.settings.manual = false;
  t.is(await number, 1n);
  await bench.until(() => numbers.isReady);
  t.is((await bench.ask("/healthz")).status, 200);
});

test("a page is told the history and then the picture: exact numbers, cards, counters, latency", async (t) => {
  const bench = await new HttpBench(t, [{ next: 2n ** 53n + 1n }]).start();
  const client = await bench.connect();
  await client.nextBlock(5);
  let last = "";
  const text = await bench.events((all) => {
    last = all.slice(all.lastIndexOf("\ndata: ") + 7);
    return /"orders":1,"buckets"/.test(last) && last.endsWith("\n\n");
  });
  t.regex(text, /^event: history\ndata: \[/);
  t.regex(text, /\nretry: 1000\n/);
  const snapshot = JSON.parse(last) as Snapshot;
  t.like(snapshot, { ready: true, advice: "", latest: `${2n ** 53n + 5n}`, openOrders: 0 });
  t.is(snapshot.latency.orders, 1);
  t.is(snapshot.counters.find(({ name }) => name === "seqcard_numbers_total")?.count, 5);
  t.deepEqual(snapshot.hostCards, [{ path: "card1", card: 3, state: "in-use" }]);
  t.is(snapshot.fabric?.cards.find(({ card }) => card === 3)?.port, "card1");
});

test("/state.json is the picture, /metrics what Prometheus reads", async (t) => {
  const bench = await new HttpBench(t).start();
  t.is((JSON.parse((await bench.ask("/state.json")).body) as Snapshot).ready, true);
  const metrics = await bench.ask("/metrics");
  t.regex(String(metrics.headers["content-type"]), /^text\/plain; version=/);
  for (const line of ["seqcard_ready 1", 'seqcard_card_up{card="3"} 1', "seqcard_numbers_total 0"]) {
    t.true(metrics.body.includes(line), line);
  }
});

test("pages beyond the limit are told to come later, and there is room again when one goes", async (t) => {
  const bench = await new HttpBench(t).start();
  const going = new AbortController();
  const looks = Array.from({ length: MAX_LIVE_CLIENTS }, () =>
    bench.events(() => false, going.signal).catch(() => "gone"),
  );
  await bench.until(() => bench.daemon.listeners[1]?.clients === MAX_LIVE_CLIENTS);
  const metrics = async (): Promise<string> => (await bench.ask("/metrics")).body;
  while (!(await metrics()).includes(`seqcard_http_clients ${MAX_LIVE_CLIENTS}`));
  const reply = await bench.ask("/events");
  t.is(reply.status, 503);
  t.is(reply.headers["retry-after"], "10");
  going.abort();
  await Promise.all(looks);
  while (!(await metrics()).includes("seqcard_http_clients 0"));
  t.regex(await bench.events((text) => text.includes("event: snapshot")), /event: history/);
});

test("noise and half requests do no harm, and connections are bounded", async (t) => {
  const bench = await new HttpBench(t).start();
  const { port } = new URL(bench.url);
  const sockets = Array.from({ length: 80 }, () => connectSocket(Number(port), "127.0.0.1"));
  let closed = 0;
  for (const socket of sockets) {
    socket.on("error", () => {});
    socket.on("close", () => {
      closed += 1;
    });
    socket.resume();
    socket.write("GET /state.json HTTP/1.1\r\nHost: 127");
  }
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
  });
  await bench.until(() => closed >= 16);
  t.is(bench.daemon.listeners[1]?.clients, 64);
  const client = await bench.connect();
  t.is(await client.next(), 1n, "who takes numbers is not disturbed");
  for (const socket of sockets) socket.destroy();
  await bench.until(() => bench.daemon.listeners[1]?.clients === 0);
  const noise = connectSocket(Number(port), "127.0.0.1");
  noise.on("error", () => {});
  noise.resume();
  noise.write(Buffer.alloc(20_000, 0xff));
  await new Promise((resolve) => noise.once("close", resolve));
  t.is((await bench.ask("/healthz")).status, 200);
});

test("an address that is in use is HTTP_FAILED, and the daemon gives everything back", async (t) => {
  const bench = await new HttpBench(t).start();
  const { host } = new URL(bench.url);
  const other = new HttpBench(t, [{}]);
  const daemon = other.make({
    listeners: [
      { name: "http", make: (environment) => new HttpListener({ address: host, hosts: [] }, environment) },
    ],
  });
  const error = await t.throwsAsync(daemon.start());
  t.is((error as { code?: string }).code, "HTTP_FAILED");
  t.true(error?.message.includes(host), error?.message);
});

test("it ends while pages look", async (t) => {
  const bench = await new HttpBench(t).start();
  const page = connectSocket(Number(new URL(bench.url).port), "127.0.0.1");
  let heard = "";
  page.on("data", (bytes) => {
    heard += bytes.toString();
  });
  const closed = new Promise((resolve) => page.once("close", resolve));
  page.write("GET /events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
  await bench.until(() => heard.includes("event: snapshot"));
  await bench.daemon.stop();
  await closed;
  t.is(bench.daemon.listeners[1]?.clients, 0);
});
