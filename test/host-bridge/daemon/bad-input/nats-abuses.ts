import { setTimeout as sleep } from "node:timers/promises";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import type { ExecutionContext } from "ava";
import type { Abuse } from "./abuse.js";
import type { ServedDaemon } from "./served-daemon.js";

const NEXT = "seqcard.000fab1c.next";
const QUESTIONS = ["seqcard.000fab1c.survey", "seqcard.000fab1c.status", "seqcard.000fab1c.status.3"];
const FLOOD = 10_000;
const PATIENCE_MS = 60_000;

async function client(t: ExecutionContext, { natsUrl }: ServedDaemon): Promise<NatsConnection> {
  const connection = await connect({ servers: natsUrl });
  t.teardown(() => connection.close());
  return connection;
}

export const NATS_ABUSES: readonly Abuse[] = [
  {
    name: "half, oversized and senseless payloads: 400 BAD_COUNT",
    async commit(t, served) {
      const plain = await client(t, served);
      for (const payload of ['{"count":', "9".repeat(900_000), "\u0000".repeat(5_000), "-1", "[1]"]) {
        const reply = await plain.request(NEXT, payload, { timeout: PATIENCE_MS });
        t.is(reply.headers?.get("Nats-Service-Error-Code"), "400", payload.slice(0, 20));
        t.regex(reply.headers?.get("Nats-Service-Error") ?? "", /^BAD_COUNT /);
      }
    },
  },
  {
    name: "senseless questions about the fabric: 400, each with its code",
    async commit(t, served) {
      const plain = await client(t, served);
      for (const subject of QUESTIONS) {
        for (const [payload, code] of [
          ['{"version":', "BAD_OPTION"],
          ["9".repeat(900_000), "BAD_OPTION"],
          ["[".repeat(200), "BAD_OPTION"],
          ['{"timeoutMs":1e9}', "BAD_OPTION"],
          ['{"version":65535}', "WRONG_VERSION"],
        ] as const) {
          const reply = await plain.request(subject, payload, { timeout: PATIENCE_MS });
          t.is(reply.headers?.get("Nats-Service-Error-Code"), "400", payload.slice(0, 20));
          t.regex(reply.headers?.get("Nats-Service-Error") ?? "", new RegExp(`^${code} `));
        }
      }
    },
  },
  {
    name: "ten thousand questions at once, of which half want no answer or leave: the others are answered or told BUSY",
    async commit(t, served) {
      const plain = await client(t, served);
      const leaving = await connect({ servers: served.natsUrl });
      const replies = Array.from({ length: FLOOD / 2 }, async (_, index) => {
        const subject = QUESTIONS[index % QUESTIONS.length] as string;
        leaving.publish(subject, "", index % 2 > 0 ? {} : { reply: `_INBOX.left${index}` });
        const reply = await plain.request(subject, "", { timeout: PATIENCE_MS });
        return reply.headers?.get("Nats-Service-Error")?.split(" ")[0] ?? "answered";
      });
      await leaving.flush();
      await leaving.close();
      const outcomes = new Set(await Promise.all(replies));
      t.true(outcomes.has("answered"));
      outcomes.delete("answered");
      // On a busy computer the card itself may be too late for some.
      for (const outcome of outcomes) t.true(["BUSY", "TIMEOUT"].includes(outcome), outcome);
    },
  },
  {
    name: "clients that vanish with requests in flight",
    async commit(t, served) {
      for (let index = 0; index < 30; index += 1) {
        const leaving = await connect({ servers: served.natsUrl });
        for (let call = 0; call < 100; call += 1)
          leaving.publish(NEXT, "7", { reply: `_INBOX.gone${index}` });
        if (index % 2 > 0) await leaving.flush();
        await leaving.close();
      }
      t.pass();
    },
  },
  {
    name: "ten thousand requests at once: each is served, with a number of its own",
    async commit(t, served) {
      const plain = await client(t, served);
      const askedNs = process.hrtime.bigint();
      const replies = Array.from({ length: FLOOD }, async (_, index) => {
        const reply = await plain.request(NEXT, "", { timeout: PATIENCE_MS });
        const { first } = reply.json<{ first: string }>();
        served.deliveries.append(102, index, askedNs, process.hrtime.bigint(), BigInt(first));
      });
      await Promise.all(replies);
      t.is(replies.length, FLOOD);
    },
  },
  {
    name: "messages that want no answer take no number",
    async commit(t, served) {
      const plain = await client(t, served);
      const ask = async (): Promise<bigint> => {
        const reply = await plain.request(NEXT, "", { timeout: PATIENCE_MS });
        return BigInt(reply.json<{ first: string }>().first);
      };
      const before = await ask();
      for (let index = 0; index < 1_000; index += 1) plain.publish(NEXT, "32768");
      // Comes to the same bridge behind them.
      const after = await ask();
      t.true(after - before < 32_768n * 500n, `${before} and ${after}`);
    },
  },
  {
    name: "the server goes away in mid-stream, and comes back: calls wait, other ways are served meanwhile",
    cutOff: ["nats"],
    async commit(t, served) {
      served.natsServer?.child.kill("SIGKILL");
      await served.natsServer?.ended;
      const others = served.witnesses.filter(({ name }) => name !== "nats");
      await Promise.all(others.map((witness) => witness.isServed()));
      for (const { name, complaints } of others) t.deepEqual(complaints, [], name);
      await sleep(100);
      await served.startNatsServer();
    },
  },
];
