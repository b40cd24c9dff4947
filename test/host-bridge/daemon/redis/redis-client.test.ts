import { Socket } from "node:net";
import test from "ava";
import fc from "fast-check";
import type { NumberSource } from "../../../../host-bridge/daemon/number-source.js";
import { RedisClient } from "../../../../host-bridge/daemon/redis/redis-client.js";
import { type HeldOrder, holdOrder } from "../held-orders.js";

/** A client of which only the daemon's side is real, in time of its own. */
class ClientBench {
  readonly client: RedisClient;
  readonly refused: string[] = [];
  readonly orders: HeldOrder[] = [];
  sent = "";
  unread = 0;
  isPaused = false;
  nowMs = 0;
  readonly socket = new Socket();
  private next = 1n;

  constructor() {
    const { socket } = this;
    socket.write = (text: Uint8Array | string): boolean => {
      this.sent += String(text);
      return true;
    };
    socket.pause = () => {
      this.isPaused = true;
      return socket;
    };
    socket.resume = () => {
      this.isPaused = false;
      return socket;
    };
    socket.end = () => socket.destroy();
    Object.defineProperty(socket, "writableLength", { get: () => this.unread });
    const numbers: Pick<NumberSource, "order" | "latest" | "leave"> = {
      leave: () => {},
      latest: () => this.next - 1n,
      order: (order) => holdOrder(this.orders, order),
    };
    this.client = new RedisClient(socket, {
      id: 1,
      password: null,
      timeoutMs: 1_000,
      numbers: numbers as NumberSource,
      nowMs: () => this.nowMs,
      info: () => "",
      onWritten: () => {},
      onCommand: () => {},
      onFailed: () => {},
      onRefused: (reason) => this.refused.push(reason),
    });
  }

  push(text: string): void {
    this.client.push(Buffer.from(text, "latin1"));
    this.client.flush();
  }

  /** Serves one of the orders that wait. */
  serve(index: number): void {
    const waiting = this.orders.filter(({ isOpen }) => isOpen);
    const entry = waiting[index % Math.max(1, waiting.length)];
    if (entry === undefined) return;
    entry.isOpen = false;
    const first = this.next;
    this.next += BigInt(entry.order.count);
    entry.order.onFirst(first);
    this.client.flush();
  }

  get waiting(): number {
    return this.orders.filter(({ isOpen }) => isOpen).length;
  }
}

test("a client that does not read is read no further, and is sent away when that has lasted ten seconds", (t) => {
  const bench = new ClientBench();
  bench.unread = 300_000;
  bench.push("INCR a\r\n".repeat(10));
  t.true(bench.isPaused);
  t.is(bench.orders.length, 0);
  bench.client.sweep(0);
  bench.client.sweep(9_999);
  t.false(bench.socket.destroyed);
  bench.client.sweep(10_000);
  t.true(bench.socket.destroyed);
  t.deepEqual(bench.refused, ["does not read"]);
});

test("one that reads again goes on where it was", (t) => {
  const bench = new ClientBench();
  bench.unread = 300_000;
  bench.push("INCR a\r\nPING\r\n");
  bench.client.sweep(0);
  bench.client.sweep(9_000);
  bench.unread = 299_000;
  bench.client.sweep(11_000);
  t.false(bench.socket.destroyed, "it reads, though slowly");
  bench.unread = 0;
  bench.nowMs = 20_000;
  bench.client.flush();
  t.false(bench.isPaused);
  bench.client.sweep(20_000);
  bench.serve(0);
  t.is(bench.sent, ":1\r\n+PONG\r\n");
});

test("what waits behind a number that does not come is bounded in bytes, too", (t) => {
  const bench = new ClientBench();
  bench.push("INCR a\r\n");
  const echo = `ECHO ${"x".repeat(4_000)}\r\n`;
  for (let index = 0; index < 80 && !bench.isPaused; index += 1) bench.push(echo);
  t.true(bench.isPaused);
  t.is(bench.sent, "");
  bench.serve(0);
  t.false(bench.isPaused);
  t.true(bench.sent.startsWith(":1\r\n$4000\r\n"));
});

test("an order whose time is over is cancelled and told so; those behind it keep theirs", (t) => {
  const bench = new ClientBench();
  bench.push("INCR a\r\n");
  bench.nowMs = 600;
  bench.push("INCR a\r\n");
  bench.client.sweep(1_000);
  bench.client.flush();
  t.regex(bench.sent, /^-ERR TIMEOUT [^\r]*\r\n$/);
  t.is(bench.waiting, 1);
  bench.serve(0);
  t.true(bench.sent.endsWith("\r\n:1\r\n"));
});

test("whatever a client sends, and in whatever order numbers come, replies keep the commands' order and no number comes twice", (t) => {
  const command = fc.constantFrom("incr", "incrby", "ping", "get", "bad");
  const event = fc.oneof(command, fc.nat(20));
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), (events) => {
      const bench = new ClientBench();
      const sent: string[] = [];
      const texts = { incr: "INCR a", incrby: "INCRBY a 3", ping: "PING", get: "GET a", bad: "NONSENSE" };
      for (const each of events) {
        if (typeof each === "number") {
          bench.serve(each);
          continue;
        }
        sent.push(each);
        bench.push(`${texts[each]}\r\n`);
      }
      while (bench.waiting > 0) bench.serve(0);
      const replies = bench.sent
        .replace(/\$\d+\r\n/g, "$")
        .split("\r\n")
        .slice(0, -1);
      const kinds = { incr: ":", incrby: ":", ping: "+", get: "$", bad: "-" };
      t.deepEqual(
        replies.map((reply) => reply[0]),
        sent.map((each) => kinds[each as keyof typeof kinds]),
      );
      const numbers = replies.flatMap((reply, index) => {
        if (reply[0] !== ":") return [];
        const last = Number(reply.slice(1));
        return sent[index] === "incrby" ? [last - 2, last - 1, last] : [last];
      });
      t.is(new Set(numbers).size, numbers.length);
    }),
    { numRuns: 300 },
  );
});
