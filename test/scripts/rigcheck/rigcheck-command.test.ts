import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { ProcessScope } from "../../../scripts/processes/process-scope.js";
import { commandRig } from "../../../scripts/processes/rig-control.js";
import { startRigProcess } from "../../../scripts/processes/rig-process.js";
import { type CommandRun, runSeqcard } from "../../support/seqcard-command.js";

const NAME = `rigcheck-${process.pid}`;
/** A busy machine is a slow card: it must not look like a lost one. */
const CALM = ["--lease-ms", "1500", "--beacon-ms", "50", "--hello-ms", "100"];

function rigcheck(args: readonly string[]): Promise<CommandRun> {
  return runSeqcard(["rigcheck", ...args]);
}

test.serial(
  "cards on XS: a good rig pulls its own plugs and passes; a one-way cable makes it fail",
  async (t) => {
    const scope = new ProcessScope();
    t.teardown(() => scope.close());
    const directory = scope.makeDirectory();
    const { cards, name } = await startRigProcess(scope, { engine: "xs", cards: 3, name: NAME, more: CALM });
    const ports = cards.map(({ path }) => path).join(",");
    const report = join(directory, "rig.md");
    const quick = [
      "--ports",
      ports,
      "--seconds",
      "1",
      "--numbers",
      "20",
      "--timeout-ms",
      "30000",
      "--echoes",
      "3",
      "--echo-wait-ms",
      "10000",
    ];
    const good = await rigcheck([
      ...quick,
      "--stay-seconds",
      "0",
      "--auto",
      "--rig",
      name,
      "--report",
      report,
    ]);
    t.is(good.code, 0, good.err);
    t.regex(good.out, /^passed/);
    const page = readFileSync(report, "utf8");
    t.regex(page, /\*\*Verdict: passed/);
    t.regex(page, /\| card 3 \| passed \| 1, 2 \|/);
    t.regex(page, /\| 1A to 2A and back \| 23 \| 23 \| 0 \| 0 \| - \| 4,740 \| 0 \| 0 \|/);
    t.regex(page, /0 came twice \(P1\), 0 came out of order \(P2\)/);

    const status = await commandRig(name, { command: "cut", from: 2, to: 3, oneWay: true });
    t.true(status > 0n);
    let bad = await rigcheck([...quick, "--no-failover", "--echoes", "0", "--json"]);
    for (let round = 0; bad.code === 0 && round < 20; round += 1) {
      bad = await rigcheck([...quick, "--no-failover", "--echoes", "0", "--json"]);
    }
    t.is(bad.code, 1);
    t.is(JSON.parse(bad.err.trim().split("\n").at(-1) as string).error.code, "RIG_FAULTY");
    const result = JSON.parse(bad.out);
    t.false(result.passed);
    t.true(result.findings.some(({ code }: { code: string }) => code === "ONE_WAY_CABLE"));
  },
);

test.serial("cards on XS: every cable at other rates, and each as good as before behind that", async (t) => {
  const scope = new ProcessScope();
  t.teardown(() => scope.close());
  const directory = scope.makeDirectory();
  const report = join(directory, "rig.md");
  const more = [...CALM, "--max-bit-rate", "4000000"];
  const { cards } = await startRigProcess(scope, { engine: "xs", cards: 3, name: `${NAME}-baud`, more });
  const { code, out, err } = await rigcheck([
    ...["--ports", cards.map(({ path }) => path).join(","), "--no-failover", "--timeout-ms", "30000"],
    ...["--seconds", "1", "--numbers", "20", "--echoes", "1", "--echo-wait-ms", "10000"],
    ...["--baud", "1000000,4000000,4000001", "--yes", "--json", "--report", report],
  ]);
  t.is(code, 0, err);
  const result = JSON.parse(out);
  t.deepEqual(
    result.bauds.map(({ cable, maxBaud, bestBaud }: Record<string, unknown>) => [cable, maxBaud, bestBaud]),
    ["1A-2A", "1B-3A", "2B-3B"].map((cable) => [cable, 4_000_000, 4_000_000]),
  );
  t.deepEqual(
    result.bauds[0].rates.map(({ baud, outcome }: Record<string, unknown>) => [baud, outcome]),
    [
      [1_000_000, "clean"],
      [4_000_000, "clean"],
      [4_000_001, "bad-baud"],
    ],
  );
  t.true(result.promises.held);
  t.regex(readFileSync(report, "utf8"), /## Other rates\n/);
});

test.serial("wrong usage is told before a port is touched", async (t) => {
  const nobody = await rigcheck(["--ports", "/dev/none"]);
  t.is(nobody.code, 2);
  t.regex(nobody.err, /BAD_OPTION: there is nobody to pull plugs/);
  t.is((await rigcheck(["--no-failover"])).code, 2);
  t.is((await rigcheck(["--ports", "a,,b", "--no-failover"])).code, 2);
  for (const [more, words] of [
    [["--baud", "fast"], /--baud: give "all"/],
    [["--baud", "all"], /there is nobody to ask whether cables may be tested: give --yes/],
    [["--yes"], /--yes and --force go with --baud/],
  ] as const) {
    const wrong = await rigcheck(["--ports", "/dev/none", "--no-failover", ...more]);
    t.is(wrong.code, 2);
    t.regex(wrong.err, words);
  }
  const missing = await rigcheck(["--ports", "/dev/none", "--no-failover"]);
  t.is(missing.code, 1);
  t.regex(missing.err, /RIG_FAULTY: 1 found\n {2}PORT_UNUSABLE: \/dev\/none: PORT_NOT_FOUND/);
});
