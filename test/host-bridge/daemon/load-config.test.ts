import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { describeConfig, loadConfig } from "../../../host-bridge/daemon/load-config.js";
import { LOG_NAMESPACES } from "../../../host-bridge/daemon/log.js";
import { temporaryDirectory } from "./daemon-bench.js";

function file(t: ExecutionContext, name: string, content: string): string {
  const path = join(temporaryDirectory(t), name);
  writeFileSync(path, content);
  return path;
}

const ports = ["/dev/ttyACM0"];

test("flags count before the environment, that before the file, that before the defaults", (t) => {
  const config = loadConfig({
    flags: { drainMs: 3 },
    environment: { SEQCARD_DRAIN_MS: "2", SEQCARD_SILENT_MS: "22", SEQCARD_SOCKET: "/tmp/of-environment" },
    file: file(t, "daemon.toml", 'ports = ["/dev/a"]\ndrainMs = 1\nsilentMs = 11\nopenTimeoutMs = 111\n'),
  });
  t.like(config, {
    ports: ["/dev/a"],
    drainMs: 3,
    silentMs: 22,
    openTimeoutMs: 111,
    maxClients: 16_384,
    socket: "/tmp/of-environment",
    mirror: "/tmp/of-environment.mirror",
  });
});

test("each variable of the environment, and none turns a file off", (t) => {
  const environment = {
    SEQCARD_PORTS: "/dev/a, /dev/b",
    SEQCARD_BAUD_RATE: "9600",
    SEQCARD_SOCKET: "/s",
    SEQCARD_GROUP: "users",
    SEQCARD_MAX_CLIENTS: "5",
    SEQCARD_OPEN_TIMEOUT_MS: "6",
    SEQCARD_HTTP: "[::1]:8080",
    SEQCARD_HTTP_HOSTS: "a.lan, b.lan",
    SEQCARD_SILENT_MS: "7",
    SEQCARD_DRAIN_MS: "8",
    SEQCARD_MIRROR: "none",
    SEQCARD_DURABLE_MIRROR: "/d",
    SEQCARD_DURABLE_EVERY_MS: "9",
    SEQCARD_REDIS: "127.0.0.1:6390",
    SEQCARD_REDIS_PASSWORD_FILE: "/p",
    SEQCARD_REDIS_TIMEOUT_MS: "10",
    SEQCARD_NATS: "nats://a:1, tls://b",
    SEQCARD_NATS_CREDENTIALS_FILE: "/c",
    SEQCARD_NATS_SUBJECT: "my.numbers",
    SEQCARD_LOG_LEVEL: "warn",
    SEQCARD_LOG_LEVELS: "socket=debug,card=trace",
  };
  t.deepEqual(loadConfig({ flags: {}, environment, file: null }), {
    ports: ["/dev/a", "/dev/b"],
    baudRate: 9_600,
    socket: "/s",
    group: "users",
    maxClients: 5,
    openTimeoutMs: 6,
    http: "[::1]:8080",
    httpHosts: ["a.lan", "b.lan"],
    silentMs: 7,
    drainMs: 8,
    mirror: null,
    durableMirror: "/d",
    durableEveryMs: 9,
    redis: "127.0.0.1:6390",
    redisPasswordFile: "/p",
    redisTimeoutMs: 10,
    nats: "nats://a:1, tls://b",
    natsCredentialsFile: "/c",
    natsSubject: "my.numbers",
    logLevel: "warn",
    logLevels: { socket: "debug", card: "trace" },
  });
});

test("what --print-config prints can be read again, and says the same", (t) => {
  const config = loadConfig({ flags: { ports, group: "g" }, environment: {}, file: null });
  const again = file(t, "daemon.json", describeConfig(config));
  t.deepEqual(loadConfig({ flags: {}, environment: {}, file: again }), config);
});

test("the copy on a disk goes where the system keeps state", (t) => {
  const socket = "/run/seqcard/seqcard.sock";
  t.is(durableOf(socket, { STATE_DIRECTORY: "/var/lib/x" }), "/var/lib/x/seqcard.sock.mirror");
  if (process.getuid?.() !== 0)
    t.is(durableOf(socket, { XDG_STATE_HOME: "/s" }), "/s/seqcard/seqcard.sock.mirror");
  else t.is(durableOf(socket, {}), "/var/lib/seqcard/seqcard.sock.mirror");
});

test("sockets of one name in two directories have a copy each, the same at every start", (t) => {
  const environment = { STATE_DIRECTORY: "/var/lib/x" };
  const paths = ["/run/a/b.sock", "/run/c/b.sock", "/run/c/seqcard.sock", "/run/seqcard/seqcard.sock"];
  const files = paths.map((path) => durableOf(path, environment));
  t.is(new Set(files).size, paths.length, files.join(" "));
  t.regex(files[0] ?? "", /^\/var\/lib\/x\/b\.sock\.[0-9a-f]{8}\.mirror$/);
  t.deepEqual(
    paths.map((path) => durableOf(path.replace("/run", "/run/../run/."), environment)),
    files,
  );
});

function durableOf(socket: string, environment: NodeJS.ProcessEnv): string | null {
  return loadConfig({ flags: { ports, socket }, environment, file: null }).durableMirror;
}

const wrong: readonly (readonly [
  what: string,
  flags: object,
  environment: NodeJS.ProcessEnv,
  words: RegExp,
])[] = [
  ["no port", {}, {}, /ports/],
  ["no port in the list", { ports: [] }, {}, /ports/],
  ["a negative time", { ports, drainMs: -1 }, {}, /drainMs.*from flags/],
  ["a time that is a word", { ports }, { SEQCARD_DRAIN_MS: "soon" }, /drainMs.*from environment/],
  ["an unknown level", { ports, logLevel: "loud" }, {}, /logLevel/],
  ["an unknown level of a namespace", { ports }, { SEQCARD_LOG_LEVELS: "socket=loud" }, /logLevels\.socket/],
  [
    "an unknown namespace",
    { ports, logLevels: { sokcet: "debug" } },
    {},
    /logLevels: .*sokcet.*socket.*from flags/,
  ],
  [
    "a port that is named twice",
    { ports: ["/dev/a", "/dev/b", "/dev/../dev/a"] },
    {},
    /ports: .*\/dev\/a.*from flags/,
  ],
  [
    "the same port twice",
    {},
    { SEQCARD_PORTS: "/dev/a,/dev/a" },
    /ports: \/dev\/a is named twice.*from environment/,
  ],
  ["the speed that restarts a pico", { ports, baudRate: 1_200 }, {}, /baudRate: .*boot loader.*from flags/],
  ["an address that is none", { ports, redis: "localhost" }, {}, /redis.*from flags/],
  ["Redis for other machines without a password", { ports, redis: "0.0.0.0:6390" }, {}, /redisPasswordFile/],
  ["a NATS server that is none", { ports, nats: "http://a" }, {}, /nats:.*http:/],
  [
    "a password among the servers",
    { ports, nats: "nats://u:secret@a" },
    {},
    /nats:(?!.*secret).*into a file/,
  ],
  ["a subject that takes everything", { ports, natsSubject: "a.>" }, {}, /natsSubject/],
  ["an HTTP address without a port", { ports, http: "127.0.0.1" }, {}, /http.*127\.0\.0\.1:8080.*from flags/],
  ["an HTTP address by name", { ports }, { SEQCARD_HTTP: "host.lan:80" }, /http.*from environment/],
  ["an unknown key", { ports, colour: "red" }, {}, /colour/],
];

for (const [what, flags, environment, words] of wrong) {
  test(`${what} is BAD_CONFIG, and the message says which key and from where`, (t) => {
    t.throws(() => loadConfig({ flags, environment, file: null }), { code: "BAD_CONFIG", message: words });
  });
}

test("two names of one device are BAD_CONFIG, and both named", (t) => {
  const device = file(t, "ttyACM0", "");
  const link = join(temporaryDirectory(t), "E66012340089ABCD");
  symlinkSync(device, link);
  const error = t.throws(
    () => loadConfig({ flags: { ports: [device, link] }, environment: {}, file: null }),
    {
      code: "BAD_CONFIG",
    },
  );
  t.true(error.message.includes(`${link} and ${device} are one device`), error.message);
});

test("each part of the daemon that logs can have a level, and the docs name it", (t) => {
  const page = readFileSync(new URL("../../../../docs/daemon.md", import.meta.url), "utf8");
  const row = page.split("\n").find((line) => line.startsWith("| `logLevels`")) ?? "";
  for (const name of LOG_NAMESPACES) {
    t.true(row.includes(`\`${name}\``), name);
    const environment = { SEQCARD_LOG_LEVELS: `${name}=debug` };
    t.deepEqual(loadConfig({ flags: { ports }, environment, file: null }).logLevels, { [name]: "debug" });
  }
});

test("a file that is not there, or makes no sense, is BAD_CONFIG and named", (t) => {
  for (const path of [
    "/no/such/file.toml",
    file(t, "bad.toml", "ports = [\n"),
    file(t, "bad.json", "{"),
    file(t, "list.json", "[1]"),
  ]) {
    const error = t.throws(() => loadConfig({ flags: {}, environment: {}, file: path }), {
      code: "BAD_CONFIG",
    });
    t.true(error.message.includes(path));
  }
});
