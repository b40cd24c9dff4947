import { setTimeout as sleep } from "node:timers/promises";
import { RawRedis } from "../redis/redis-bench.js";
import type { Abuse } from "./abuse.js";
import { CROWD_NEEDS, Crowd, TEN_THOUSAND } from "./crowd.js";
import { PASSWORD } from "./served-daemon.js";

const AUTH = `AUTH ${PASSWORD}\r\n`;

export const REDIS_ABUSES: readonly Abuse[] = [
  {
    name: "half commands, of which the rest never comes",
    async commit(t, { redisPort }) {
      const half = "*3\r\n$6\r\nINCRBY\r\n$1\r\na\r\n$1\r\n9\r\n";
      for (let index = 1; index < half.length; index += 1) {
        const client = await RawRedis.connect(t, redisPort);
        client.send(AUTH + half.slice(0, index));
        t.is(await client.read(5), "+OK\r\n");
      }
    },
  },
  {
    name: "oversized commands: told so, and ended",
    async commit(t, { redisPort }) {
      for (const text of ["x".repeat(1_000_000), "*1000000\r\n", "*2\r\n$4\r\nINCR\r\n$1000000000\r\n"]) {
        const client = await RawRedis.connect(t, redisPort);
        client.send(`${AUTH}${text}`);
        t.regex(await client.readToEnd(), /^\+OK\r\n-ERR Protocol error: [^\r]*\r\n$/);
      }
    },
  },
  {
    name: "clients that vanish with INCR in flight",
    async commit(t, { redisPort }) {
      for (let index = 0; index < 100; index += 1) {
        const client = await RawRedis.connect(t, redisPort);
        client.send(AUTH + "INCR a\r\n".repeat(200));
        if (index % 3 > 0) await client.read(5);
        if (index % 2 > 0) client.socket.destroy();
        else client.socket.resetAndDestroy();
      }
    },
  },
  {
    name: "wrong passwords: WRONGPASS, and the eighth ends the connection",
    async commit(t, { redisPort }) {
      for (let index = 0; index < 20; index += 1) {
        const client = await RawRedis.connect(t, redisPort);
        client.send("AUTH wrong\r\nINCR a\r\n".repeat(20));
        const replies = (await client.readToEnd()).split("\r\n").slice(0, -1);
        t.is(replies.filter((reply) => reply.startsWith("-WRONGPASS ")).length, 8);
        t.is(replies.filter((reply) => reply.startsWith("-NOAUTH ")).length, 7, "no number without one");
      }
    },
  },
  {
    name: "ten thousand connections that each ask: all are served, each with a number of its own",
    needs: CROWD_NEEDS,
    async commit(t, { redisPort, deliveries }) {
      let received = "";
      const to = { port: redisPort, host: "127.0.0.1" };
      const crowd = await Crowd.gather(t, TEN_THOUSAND, to, (bytes) => {
        received += bytes.toString("latin1").replaceAll("+OK\r\n", "");
      });
      const askedNs = process.hrtime.bigint();
      crowd.say(`${AUTH}INCR a\r\n`);
      while (received.split("\r\n").length <= TEN_THOUSAND) await sleep(20);
      const lines = received.trimEnd().split("\r\n");
      const deliveredNs = process.hrtime.bigint();
      for (const [index, line] of lines.entries()) {
        t.regex(line, /^:\d+$/);
        deliveries.append(101, index, askedNs, deliveredNs, BigInt(line.slice(1)));
      }
      t.is(lines.length, TEN_THOUSAND);
      t.is(crowd.closed, 0);
      crowd.leave();
    },
  },
  {
    name: "a client that asks for more and more, and reads nothing",
    async commit(t, { redisPort }) {
      const client = await RawRedis.connect(t, redisPort);
      await client.ask(AUTH, "+OK\r\n");
      client.socket.pause();
      client.send(
        "ECHO aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n".repeat(50_000),
      );
      t.false(client.isClosed);
    },
  },
  {
    name: "a web page's request",
    async commit(t, { redisPort }) {
      const client = await RawRedis.connect(t, redisPort);
      client.send(`POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n${AUTH}INCR a\r\n`);
      t.is(await client.readToEnd(), "");
    },
  },
];
