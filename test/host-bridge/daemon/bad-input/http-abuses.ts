import { once } from "node:events";
import { connect } from "node:net";
import type { Abuse } from "./abuse.js";
import { CROWD_NEEDS, Crowd, TEN_THOUSAND } from "./crowd.js";

const HEAD = "GET /state.json HTTP/1.1\r\nHost: 127.0.0.1\r\n";

/** Sends a text. @returns all that came until the other side ended; nothing where its end has overtaken the answer. */
async function send(port: number, text: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  let received = "";
  socket.on("data", (bytes) => (received += bytes.toString("latin1")));
  socket.on("error", () => {});
  socket.write(text);
  await once(socket, "close");
  return received;
}

export const HTTP_ABUSES: readonly Abuse[] = [
  {
    name: "half requests: told that it took too long, and ended",
    async commit(t, { httpPort }) {
      const halves = Array.from({ length: 20 }, (_, index) => send(httpPort, HEAD.slice(0, index + 5)));
      for (const answer of await Promise.all(halves)) t.regex(answer, /^(HTTP\/1.1 408 |$)/);
    },
  },
  {
    name: "oversized heads: 431",
    async commit(t, { httpPort }) {
      t.regex(await send(httpPort, `${HEAD}X: ${"x".repeat(20_000)}\r\n\r\n`), /^(HTTP\/1.1 431 |$)/);
      t.regex(await send(httpPort, `GET /${"x".repeat(20_000)} HTTP/1.1\r\n\r\n`), /^(HTTP\/1.1 431 |$)/);
    },
  },
  {
    name: "noise: 400, and ended",
    async commit(t, { httpPort }) {
      t.regex(await send(httpPort, "\u0000\u0001INCR a\r\n\r\n"), /^(HTTP\/1.1 400 |$)/);
    },
  },
  {
    name: "clients that vanish with requests in flight",
    async commit(t, { httpPort }) {
      for (const path of ["/events", "/metrics", "/state.json", "/"]) {
        for (let index = 0; index < 25; index += 1) {
          const socket = connect(httpPort, "127.0.0.1");
          socket.on("error", () => {});
          await once(socket, "connect");
          socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
          if (index % 2 === 0) socket.destroy();
          else socket.resetAndDestroy();
        }
      }
      t.pass();
    },
  },
  {
    name: "ten thousand connections: all but 64 are closed, and who reads already reads on",
    needs: CROWD_NEEDS,
    async commit(t, served) {
      const crowd = await Crowd.gather(t, TEN_THOUSAND, { port: served.httpPort, host: "127.0.0.1" });
      await served.judge(t);
      crowd.say(HEAD);
      await served.judge(t);
      while (crowd.closed < TEN_THOUSAND - 64) await new Promise((resolve) => setImmediate(resolve));
      crowd.leave();
      await served.untilMetrics(/seqcard_http_refused_total\{reason="connections"\} \d{4}/);
      t.true(crowd.closed >= TEN_THOUSAND - 64);
    },
  },
  {
    name: "a page of elsewhere, by a name that leads here: 403; another method than GET: 405",
    async commit(t, { httpPort }) {
      const foreign = "GET /state.json HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n";
      t.regex(await send(httpPort, foreign), /^HTTP\/1.1 403 /);
      t.regex(await send(httpPort, foreign.replace("GET", "POST").replace("evil.example", "[::1]")), / 405 /);
    },
  },
];
