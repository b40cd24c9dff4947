import test from "ava";
import { findNatsServer } from "../../../scripts/processes/nats-server-process.js";
import { runSeqcard } from "../../support/seqcard-command.js";
import { NatsBench } from "./nats-bench.js";

const needsServer = findNatsServer() === undefined ? test.serial.skip : test.serial;

needsServer(
  "a host without a card (needs nats-server) sees the fabric, and takes numbers, by --nats",
  async (t) => {
    const bench = await NatsBench.start(t);
    await bench.registered([{ next: 2n ** 53n + 1n }]);
    // A port that stands in the environment does not count.
    const run = (...args: string[]): ReturnType<typeof runSeqcard> =>
      runSeqcard([...args, "--nats", bench.url], { SEQCARD_PORT: "/dev/none" });
    const whole = await run("status");
    t.is(whole.err, "");
    t.regex(whole.out, /^Fabric 000fab1c, as card 3 at nats:\S+ sees it: ready\n/);
    t.regex(whole.out, /card 2 is silent/);
    t.regex(whole.out, /^counters of card 3$/m);
    const json = JSON.parse((await run("status", "--json")).out);
    t.like(json, { port: bench.url, card: 3, latest: "9007199254740992" });
    t.like(json.fabric, { fabricId: 0xfab1c, latest: "9007199254740992" });
    t.regex((await run("status", "--card")).out, /numbersSkipped/);
    t.regex((await run("top", "--once")).out, /^Fabric 000fab1c, as card 3 at nats:/);
    t.is((await run("latest")).out, "9007199254740992\n");
    t.is((await run("latest", "--json")).out, '{"latest":"9007199254740992"}\n');
    t.is((await run("next", "-n", "2")).out, "9007199254740993\n9007199254740994\n");
    t.is(
      (await run("next", "--block", "3", "--fabric", "000fab1c")).out,
      "9007199254740995 9007199254740997\n",
    );
  },
);

needsServer("errors by --nats (needs nats-server) have their codes", async (t) => {
  const bench = await NatsBench.start(t);
  const alone = await runSeqcard(["status", "--nats", bench.url]);
  t.is(alone.code, 1);
  t.regex(alone.err, /^seqcard: DAEMON_NOT_RUNNING: .*seqcard serve --nats/);
  await bench.registered();
  const other = await runSeqcard(["status", "--nats", bench.url, "--fabric", "00000007", "--json"]);
  t.is(JSON.parse(other.err).error.code, "DAEMON_SILENT");
  await bench.stopServer();
  t.regex((await runSeqcard(["top", "--nats", bench.url])).err, /^seqcard: NATS_UNREACHABLE: /);
});

test("what does not go together is wrong usage", async (t) => {
  const server = "nats://127.0.0.1:1";
  for (const [args, told] of [
    [["status", "--nats", server, "--port", "/dev/a"], /BAD_OPTION: .*give one/],
    [["status", "--fabric", "0000fab1"], /BAD_OPTION: .*go with --nats/],
    [["next", "--nats-subject", "a"], /BAD_OPTION: .*go with --nats/],
    [["status", "--nats", server, "--fabric", "00000000"], /USAGE: .*eight hexadecimal digits/],
    [["status", "--nats", server, "--fabric", "fab1"], /USAGE: .*eight hexadecimal digits/],
    [["status", "--nats", "http://a"], /BAD_OPTION: .*no server/],
    [["latest", "--nats", server, "--nats-subject", "a.*"], /BAD_OPTION: .*subject/],
    [["seed", "5", "--nats", server], /USAGE: unknown option/],
  ] as const) {
    const { code, err } = await runSeqcard(args);
    t.is(code, 2, args.join(" "));
    t.regex(err, told, args.join(" "));
  }
});
