import type { NatsConnection } from "@nats-io/transport-node";
import test from "ava";
import { addMember, removeMember, replaceMember } from "../../../host-bridge/index.js";
import { statusText } from "../../../host-bridge/nats/fabric-messages.js";
import { isNoResponders } from "../../../host-bridge/nats/no-responders.js";
import { Sequence } from "../../../host-bridge/sequence.js";
import { findNatsServer } from "../../../scripts/processes/nats-server-process.js";
import type { DaemonBench } from "../daemon/daemon-bench.js";
import { NatsBench } from "./nats-bench.js";

const needsServer = findNatsServer() === undefined ? test.serial.skip : test.serial;
const FABRIC = "seqcard.000fab1c";
const INFO = { card: 3, fabricId: 0xfab1c, chipId: "5", newest: "0", view: null };

/** Resolves when a bridge answers for the card: one of two cards may be known before the other. */
async function isServed(plain: NatsConnection, card: number): Promise<void> {
  for (;;) {
    try {
      await plain.request(`${FABRIC}.status.${card}`, "", { timeout: 60_000 });
      return;
    } catch (error) {
      if (!isNoResponders(error)) throw error;
    }
  }
}

/** A bridge of a test: answers `info` as one does, and other endpoints with whatever the test says. */
function pretend(plain: NatsConnection, endpoints: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries({ info: JSON.stringify(INFO), ...endpoints })) {
    plain.subscribe(`${FABRIC}.${name}`, { callback: (_, message) => void message.respond(text) });
  }
}

needsServer(
  "status and survey by NATS (needs nats-server) are what the daemon's own host is told",
  async (t) => {
    const bench = await NatsBench.start(t);
    const bridge = await bench.registered([{ next: 2n ** 62n + 1n }]);
    const [remote, local] = [await bench.connect(), await bridge.connect()];
    t.deepEqual(await remote.status(), await local.status());
    t.deepEqual(await remote.survey(), await local.survey());
    t.is((await remote.status()).latest, 2n ** 62n);
    t.is(remote.latest(), 2n ** 62n, "what a status tells is known from then on");
  },
);

needsServer(
  "a sequence (needs nats-server) is told of the same card again and again, and of another once that is gone",
  async (t) => {
    const bench = await NatsBench.start(t);
    const bridges = [
      await bench.registered([{ cardId: 3 }]),
      await bench.registered([{ cardId: 4 }, { cardId: 5 }]),
    ] as [DaemonBench, DaemonBench];
    const plain = await bench.plain();
    await Promise.all([3, 4, 5].map((each) => isServed(plain, each)));
    const sequence = await bench.connect();
    const [card, other] = sequence.card.id === 3 ? [3, 4] : [sequence.card.id, 3];
    for (let turn = 0; turn < 20; turn += 1) t.is((await sequence.status()).card, card);
    const [first, second] = bridges;
    await (card === 3 ? first : second).daemon.stop();
    const others = other === 3 ? [3] : [4, 5];
    t.true(others.includes((await sequence.status()).card));
    t.true(others.includes((await sequence.survey()).askedCard));
  },
);

needsServer("any NATS client (needs nats-server) may ask, and bad questions are coded", async (t) => {
  const bench = await NatsBench.start(t);
  await bench.registered();
  const plain = await bench.plain();
  for (const [endpoint, question] of [
    ["survey", ""],
    ["survey", '{"timeoutMs":5000}'],
  ] as const) {
    const { version, fabric } = (await plain.request(`${FABRIC}.${endpoint}`, question)).json<{
      version: number;
      fabric: { fabricId: number; cards: unknown[]; latest: string };
    }>();
    t.like({ version, ...fabric }, { version: 1, fabricId: 0xfab1c, latest: "0" });
  }
  for (const endpoint of ["status", "status.3"]) {
    const { status } = (await plain.request(`${FABRIC}.${endpoint}`, "")).json<{ status: object }>();
    t.like(status, { card: 3, fabricId: 0xfab1c, chipId: String(0xe660_1234_89ab_cdefn) });
  }
  await t.throwsAsync(plain.request(`${FABRIC}.status.9`, ""), { message: /no responders/i });
  for (const endpoint of ["survey", "status", "status.3"]) {
    for (const [payload, code] of [
      ["x", "BAD_OPTION"],
      ['{"timeoutMs":0}', "BAD_OPTION"],
      ['{"timeoutMs":1000,"more":1}', "BAD_OPTION"],
      [" ".repeat(300), "BAD_OPTION"],
      ['{"version":2}', "WRONG_VERSION"],
    ] as const) {
      const reply = await plain.request(`${FABRIC}.${endpoint}`, payload);
      t.is(reply.headers?.get("Nats-Service-Error-Code"), "400", payload);
      t.regex(reply.headers?.get("Nats-Service-Error") ?? "", new RegExp(`^${code} `), payload);
      t.like(JSON.parse(reply.string()), { code });
    }
  }
});

needsServer("a bridge whose card is unplugged (needs nats-server) is DISCONNECTED, and coded", async (t) => {
  const bench = await NatsBench.start(t);
  const bridge = await bench.registered();
  const sequence = await bench.connect();
  bridge.port.unplug();
  await bridge.until(() => bridge.daemon.numbers.cards()[0]?.state === "disconnected");
  await t.throwsAsync(sequence.status(), { code: "DISCONNECTED" });
  await t.throwsAsync(sequence.survey(), { code: "DISCONNECTED" });
});

needsServer("a card that does not answer (needs nats-server) is TIMEOUT", async (t) => {
  const bench = await NatsBench.start(t);
  const bridge = await bench.registered();
  const sequence = await bench.connect({ timeoutMs: 600 });
  bridge.port.card.settings.silent = true;
  await t.throwsAsync(sequence.status(), { code: "TIMEOUT" });
});

needsServer(
  "bridges that know no questions (needs nats-server) are told from bridges that are not there",
  async (t) => {
    const bench = await NatsBench.start(t);
    const plain = await bench.plain();
    pretend(plain, {});
    await plain.flush();
    const sequence = await bench.connect({ fabricId: 0xfab1c });
    await t.throwsAsync(sequence.status(), { code: "NOT_CARRIED", message: /status\(\).*update seqcard/ });
    await t.throwsAsync(sequence.survey(), { code: "NOT_CARRIED", message: /survey\(\)/ });
    await plain.close();
    await t.throwsAsync(sequence.survey(), { code: "DAEMON_NOT_RUNNING" });
  },
);

needsServer("what answers like no bridge (needs nats-server) is not believed", async (t) => {
  const bench = await NatsBench.start(t);
  const bridge = await bench.registered();
  const status = await (await bridge.connect()).status();
  await bridge.daemon.stop();
  const plain = await bench.plain();
  let text = "";
  for (const endpoint of ["status", "survey"]) {
    plain.subscribe(`${FABRIC}.${endpoint}`, { callback: (_, message) => void message.respond(text) });
  }
  pretend(plain, {});
  await plain.flush();
  const sequence = await bench.connect({ fabricId: 0xfab1c });
  for (const [lie, code] of [
    ["", "DAEMON_SILENT"],
    ["{", "DAEMON_SILENT"],
    ["x".repeat(900_000), "DAEMON_SILENT"],
    [statusText({ ...status, latest: 2n ** 63n }), "DAEMON_SILENT"],
    [statusText({ ...status, fabricId: 7 }), "DAEMON_SILENT"],
    [statusText({ ...status, card: 1_000 }), "DAEMON_SILENT"],
    ['{"version":2}', "WRONG_VERSION"],
  ] as const) {
    text = lie;
    await Promise.all([
      t.throwsAsync(sequence.status(), { code }, lie.slice(0, 100)),
      t.throwsAsync(sequence.survey(), { code }, lie.slice(0, 100)),
    ]);
  }
  text = statusText(status);
  t.deepEqual(await sequence.status(), status);
  t.is(sequence.latest(), status.latest);
});

needsServer(
  "questions wait while the server is away (needs nats-server), and end with the sequence",
  async (t) => {
    const bench = await NatsBench.start(t);
    await bench.registered();
    const sequence = await bench.connect({ timeoutMs: 60_000 });
    await bench.stopServer();
    const waiting = sequence.survey();
    await bench.startServer();
    t.is((await waiting).askedCard, 3);
    await bench.stopServer();
    const late = t.throwsAsync(sequence.status(), { code: "CLOSED" });
    await sequence.close();
    await late;
    await t.throwsAsync(sequence.status(), { code: "CLOSED" });
  },
);

/** What a sequence may be asked that is no matter of numbers: each is carried, or refused before anything is done. */
const CHANGES = ["echo", "testLink", "initialise", "seed", "handover", "changeMembers"] as const;
const CARRIED = [
  "status",
  "survey",
  "next",
  "nextBlock",
  "nextSync",
  "latest",
  "waitForReady",
  "close",
  "constructor",
];

needsServer(
  "what changes something (needs nats-server) is NOT_CARRIED, before anything is done",
  async (t) => {
    const bench = await NatsBench.start(t);
    const bridge = await bench.registered();
    const sequence = await bench.connect();
    t.false(sequence.carriesChanges);
    for (const name of CHANGES) {
      const change = sequence[name] as (this: Sequence) => Promise<unknown>;
      await t.throwsAsync(change.call(sequence), { code: "NOT_CARRIED", message: new RegExp(name) });
    }
    const publicly = Object.getOwnPropertyNames(Sequence.prototype).filter((name) => {
      const { value } = Object.getOwnPropertyDescriptor(Sequence.prototype, name) ?? {};
      return typeof value === "function" && !["begin", "raiseLatest", "refusal"].includes(name);
    });
    const internal = ["change", "finish", "ask", "checkIdle", "announce"];
    t.deepEqual(
      publicly.filter((name) => !internal.includes(name)).sort(),
      [...CHANGES, ...CARRIED].sort(),
      "a new method is carried or refused",
    );
    const newCard = await bridge.connect();
    await t.throwsAsync(addMember(sequence, newCard), { code: "NOT_CARRIED" });
    await t.throwsAsync(replaceMember(1, sequence, newCard), { code: "NOT_CARRIED" });
    await t.throwsAsync(removeMember(1, sequence), { code: "NOT_CARRIED" });
    t.is(bridge.port.card.inits, 0);
  },
);

interface EndpointOfMicro {
  readonly name: string;
  readonly subject: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly num_requests?: number;
  readonly data?: { readonly refused: Readonly<Record<string, number>> };
}

needsServer(
  "NATS's own monitoring (needs nats-server) shows the bridge, what it can be asked, and how it went",
  async (t) => {
    const bench = await NatsBench.start(t);
    await bench.registered([{ cardId: 3 }, { cardId: 4 }]);
    const plain = await bench.plain();
    await Promise.all([3, 4].map((card) => isServed(plain, card)));
    const ask = async <Reply>(verb: string): Promise<Reply> =>
      (await plain.request(`$SRV.${verb}.seqcard`, "")).json<Reply>();
    t.like(await ask("PING"), {
      name: "seqcard",
      type: "io.nats.micro.v1.ping_response",
      metadata: { fabric: "000fab1c", prefix: "seqcard" },
    });
    const { endpoints } = await ask<{ endpoints: readonly EndpointOfMicro[] }>("INFO");
    t.deepEqual(endpoints.map(({ name, subject }) => [name, subject]).sort(), [
      ["info", `${FABRIC}.info`],
      ["next", `${FABRIC}.next`],
      ["status", `${FABRIC}.status`],
      ["status-3", `${FABRIC}.status.3`],
      ["status-4", `${FABRIC}.status.4`],
      ["survey", `${FABRIC}.survey`],
    ]);
    for (const { name, metadata } of endpoints) {
      for (const key of ["description", "request", "reply"]) t.truthy(metadata?.[key], `${name}: ${key}`);
    }
    await plain.request(`${FABRIC}.next`, "5");
    await plain.request(`${FABRIC}.next`, "x");
    await plain.request(`${FABRIC}.survey`, "x");
    const stats = await ask<{ endpoints: readonly EndpointOfMicro[] }>("STATS");
    const of = (name: string): EndpointOfMicro | undefined =>
      stats.endpoints.find((one) => one.name === name);
    t.like(of("next"), { num_requests: 2, data: { refused: { BAD_COUNT: 1 } } });
    t.like(of("survey"), { num_requests: 1, data: { refused: { BAD_OPTION: 1 } } });
    t.like(of("status"), { num_requests: 0, data: { refused: {} } });
    t.like(of("status-4"), { num_requests: 1 });
  },
);
