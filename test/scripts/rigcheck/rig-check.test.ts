import { PassThrough } from "node:stream";
import test, { type ExecutionContext } from "ava";
import { type Rig, startRig } from "../../../boards/virtual/rig.js";
import type { RigOptions } from "../../../boards/virtual/rig-options.js";
import { AskingOperator } from "../../../scripts/rigcheck/asking-operator.js";
import type { Operator, Target } from "../../../scripts/rigcheck/operator.js";
import { hasFailed, markdownReport } from "../../../scripts/rigcheck/report.js";
import { checkRig, type RigCheckOptions, type RigCheckResult } from "../../../scripts/rigcheck/rig-check.js";

/** A busy machine is a slow card: it must not look like a lost one. */
const CALM = {
  leaseUs: 1_500_000,
  beaconUs: 50_000,
  leaseMarginUs: 50_000,
  patienceUs: 5_000_000,
  linkStaleUs: 600_000,
  linkDeadUs: 1_200_000,
};

async function rigOf(t: ExecutionContext, options: RigOptions = {}): Promise<Rig> {
  const rig = await startRig({ engine: "node", timing: CALM, ...options });
  t.teardown(() => rig.stop());
  return rig;
}

function pathsOf(rig: Rig): string[] {
  return rig.cards.map(({ path }) => path ?? "");
}

const NO_ECHOES = { count: 0, waitMs: 1 };

function checkOf(ports: readonly string[], more: Partial<RigCheckOptions> = {}): Promise<RigCheckResult> {
  return checkRig({
    ports,
    timeoutMs: 20_000,
    limitMs: 20_000,
    loadMs: 300,
    stayMs: 200,
    latencyNumbers: 10,
    maxErrorsPpm: 100,
    // The longest that a card waits: a busy machine must not look like a bad cable.
    echoes: { count: 3, waitMs: 10_000 },
    ...more,
  });
}

const codesOf = ({ findings }: RigCheckResult): string[] =>
  findings.filter(({ severity }) => severity === "error").map(({ code }) => code);

/** Pulls plugs of a rig in this process, or what `twist` makes of it. */
class Hands implements Operator {
  constructor(
    private readonly rig: Rig,
    private readonly twist: { pulls?: false; restores?: false } = {},
  ) {}

  async pull(target: Target): Promise<bigint> {
    const atNs = process.hrtime.bigint();
    if (this.twist.pulls === false) return atNs;
    if (target.kind === "card") await this.rig.kill(target.card);
    else this.rig.cut(target.cable.a.card, target.cable.a.neighbour);
    return atNs;
  }

  async restore(target: Target): Promise<string | undefined> {
    if (target.kind === "card") {
      return this.twist.pulls === false ? target.path : this.rig.start(target.card);
    }
    if (this.twist.restores !== false) this.rig.mend(target.cable.a.card, target.cable.a.neighbour);
    return undefined;
  }
}

test.serial(
  "a good rig passes: every plug is pulled, every card is served, every number is in order",
  async (t) => {
    const rig = await rigOf(t);
    const result = await checkOf(pathsOf(rig), { makeOperator: async () => new Hands(rig) });
    t.deepEqual(result.findings, []);
    t.deepEqual(
      result.failover.map(({ name, outcome, served }) => `${name} ${outcome} ${served.join()}`),
      [
        "cable 1A-2A passed 1,2,3",
        "cable 1B-3A passed 1,2,3",
        "cable 2B-3B passed 1,2,3",
        "card 1 passed 2,3",
        "card 2 passed 1,3",
        "card 3 passed 1,2",
      ],
    );
    t.true(result.failover.every(({ nextNumberMs, numbers }) => nextNumberMs !== undefined && numbers > 0));
    t.deepEqual(
      result.echoes.map(({ at, to, sent, back, bytes }) => [at, to, sent, back, bytes]),
      [
        ["1A", "2A", 23, 23, 20 * 237],
        ["2A", "1A", 23, 23, 20 * 237],
        ["1B", "3A", 23, 23, 20 * 237],
        ["3A", "1B", 23, 23, 20 * 237],
        ["2B", "3B", 23, 23, 20 * 237],
        ["3B", "2B", 23, 23, 20 * 237],
      ],
    );
    // 257 bytes each way at 2 Mbaud, or 20; a little less, as the cards count whole microseconds.
    t.true(result.echoes.every(({ p50Us }) => p50Us !== undefined && p50Us >= 2_560));
    t.true(result.echoes.every(({ perHopUs }) => perHopUs !== undefined && perHopUs >= 85));
    t.is(result.ways.length, 6);
    t.true(result.ways.every(({ sent, bad, lost }) => sent > 0 && bad === 0 && lost === 0));
    t.deepEqual(
      result.latency.map(({ numbers }) => numbers),
      [10, 10, 10],
    );
    t.true(result.promises.held && result.promises.records > 100);
    t.regex(markdownReport(result, new Date(0)), /\*\*Verdict: passed\*\*/);
  },
);

test.serial("a cable that is cut one way is named, and no plug is pulled on top of it", async (t) => {
  const rig = await rigOf(t);
  rig.cut(1, 2, true);
  await untilFound(t, rig, "ONE_WAY_CABLE");
  const result = await checkOf(pathsOf(rig), { makeOperator: async () => new Hands(rig) });
  t.deepEqual(codesOf(result), ["ONE_WAY_CABLE"]);
  t.regex(result.findings[0]?.text ?? "", /none arrives from 1A at 2A/);
  t.deepEqual(result.failover, []);
  t.true(hasFailed(result));
  t.regex(markdownReport(result, new Date(0)), /failed, 1 error/);
});

/** Checks again until the cards have noticed: for a while a cable that was cut still counts as alive. */
async function untilFound(t: ExecutionContext, rig: Rig, code: string): Promise<void> {
  for (let round = 0; round < 50; round += 1) {
    if (codesOf(await checkOf(pathsOf(rig), { loadMs: 50, echoes: NO_ECHOES })).includes(code)) return;
  }
  t.fail(`no ${code}`);
}

test.serial("a dead card is told by its port and by the others", async (t) => {
  const rig = await rigOf(t);
  const paths = pathsOf(rig);
  await rig.kill(2);
  const result = await checkOf(paths, { makeOperator: async () => new Hands(rig) });
  const codes = codesOf(result);
  t.true(codes.includes("PORT_UNUSABLE") && codes.includes("DEAD_CARD"), codes.join());
  t.is(result.ports[1]?.state, "PORT_NOT_FOUND");
});

test.serial("a blank card, and one of another fabric", async (t) => {
  const rig = await rigOf(t, { fabricId: 7 });
  const other = await rigOf(t, { fabricId: 8 });
  const blank = await rigOf(t, { blank: true });
  const result = await checkOf([...pathsOf(rig), pathsOf(other)[1] as string, pathsOf(blank)[0] as string]);
  t.deepEqual(codesOf(result).sort(), ["BLANK_CARD", "FOREIGN_CARD"]);
  t.is(result.fabricId, 7);
  t.is(result.ports[4]?.state, "blank");
  t.true(result.promises.records > 0);
});

test.serial("only blank cards: nothing is measured, and that is said", async (t) => {
  const rig = await rigOf(t, { blank: true });
  const result = await checkOf(pathsOf(rig));
  t.deepEqual(codesOf(result), ["BLANK_CARD", "BLANK_CARD", "BLANK_CARD"]);
  t.is(result.promises.records, 0);
  t.regex(markdownReport(result, new Date(0)), /Fabric none/);
});

test.serial("a member without a port", async (t) => {
  const rig = await rigOf(t);
  const [one, two] = pathsOf(rig);
  const result = await checkOf([one as string, two as string]);
  t.deepEqual(codesOf(result), []);
  t.deepEqual(
    result.findings.map(({ code }) => code),
    ["CARD_WITHOUT_PORT"],
  );
  t.deepEqual(result.ways.length, 6);
});

test.serial("two cards of one id", async (t) => {
  const rig = await rigOf(t, { fabricId: 7 });
  const copy = await rigOf(t, { fabricId: 7 });
  const result = await checkOf([...pathsOf(rig), pathsOf(copy)[1] as string]);
  t.true(codesOf(result).includes("SAME_ID"), codesOf(result).join());
});

test.serial("a cable that garbles is too bad", async (t) => {
  const rig = await rigOf(t, { cable: { garble: 0.002 } });
  const result = await checkOf(pathsOf(rig), { loadMs: 1_000, echoes: { count: 2, waitMs: 200 } });
  t.true(codesOf(result).includes("ECHOES_LOST"), codesOf(result).join());
  t.true(codesOf(result).includes("BAD_FRAMES"), codesOf(result).join());
});

test.serial("a cable that loses frames is too bad", async (t) => {
  const rig = await rigOf(t, { cable: { loss: 0.1 } });
  const result = await checkOf(pathsOf(rig), { loadMs: 2_000, echoes: { count: 2, waitMs: 200 } });
  t.true(codesOf(result).includes("ECHOES_LOST"), codesOf(result).join());
  t.true(codesOf(result).includes("LOST_FRAMES"), codesOf(result).join());
});

test.serial("a plug that was not pulled is noticed", async (t) => {
  const rig = await rigOf(t);
  const makeOperator = async () => new Hands(rig, { pulls: false });
  const result = await checkOf(pathsOf(rig), { makeOperator, limitMs: 1_500 });
  t.true(codesOf(result).includes("PULL_NOT_SEEN"), codesOf(result).join());
});

test.serial("what is not plugged in again is noticed, and ends the check", async (t) => {
  const rig = await rigOf(t);
  const makeOperator = async () => new Hands(rig, { restores: false });
  const result = await checkOf(pathsOf(rig), { makeOperator, limitMs: 3_000 });
  t.deepEqual(codesOf(result), ["NOT_RESTORED"]);
  t.is(result.failover.length, 1);
});

test.serial("a line has nothing to spare: that is a warning", async (t) => {
  const rig = await rigOf(t, { topology: "line" });
  const result = await checkOf(pathsOf(rig), { makeOperator: async () => new Hands(rig) });
  t.deepEqual(codesOf(result), []);
  t.true(result.findings.some(({ code, text }) => code === "NO_SPARE" && text.includes("cable 1A-2A")));
});

const BAUDS = { durationMs: 2_000, waitMs: 2_000, force: false };

test.serial(
  "every cable is tested at other rates, while numbers flow; an impossible one is refused",
  async (t) => {
    const rig = await rigOf(t, { cable: { cleanBitRate: 2_500_000 } });
    const choice = [1_000_000, 3_000_000, 9_000_000];
    const result = await checkOf(pathsOf(rig), { bauds: { ...BAUDS, choice } });
    t.deepEqual(codesOf(result), []);
    t.deepEqual(
      result.bauds.map(({ cable, configuredBaud, maxBaud, bestBaud }) => [
        cable,
        configuredBaud,
        maxBaud,
        bestBaud,
      ]),
      ["1A-2A", "1B-3A", "2B-3B"].map((cable) => [cable, 2_000_000, 7_812_500, 1_000_000]),
    );
    for (const { rates } of result.bauds) {
      t.deepEqual(
        rates.map(({ baud, outcome }) => [baud, outcome]),
        [
          [1_000_000, "clean"],
          [3_000_000, "errors"],
          [9_000_000, "bad-baud"],
        ],
      );
      t.true((rates[0]?.echoes ?? 0) > 0 && (rates[1]?.echoes ?? 0) > 0);
    }
    t.is(result.findings.filter(({ code }) => code === "BAUD_REFUSED").length, 3);
    t.true(result.promises.held && result.promises.records > 100);
    const page = markdownReport(result, new Date(0));
    t.regex(page, /\| 1A-2A \| 2,000,000 \| 7,812,500 \| 1,000,000 \|/);
    t.regex(page, /\| 1A-2A \| 9,000,000 \| bad-baud \| 0 of 0 \| - \| - \|/);
  },
);

test.serial("a cable that others need is left alone, unless that is asked for", async (t) => {
  const rig = await rigOf(t, { topology: "line" });
  const bauds = { ...BAUDS, durationMs: 1_000, choice: [1_000_000] };
  const gentle = await checkOf(pathsOf(rig), { bauds, echoes: NO_ECHOES });
  t.deepEqual(
    gentle.bauds.map(({ cable, leftOut, rates }) => [cable, leftOut, rates.length]),
    [
      ["1A-2A", "card 1 would get no numbers meanwhile", 0],
      ["2B-3A", "card 3 would get no numbers meanwhile", 0],
    ],
  );
  t.is(gentle.findings.filter(({ code }) => code === "CABLE_NEEDED").length, 2);
  const forced = await checkOf(pathsOf(rig), { bauds: { ...bauds, force: true }, echoes: NO_ECHOES });
  t.deepEqual(codesOf(forced), []);
  t.deepEqual(
    forced.bauds.map(({ bestBaud }) => bestBaud),
    [1_000_000, 1_000_000],
  );
  t.true(forced.promises.held);
});

test.serial("a person is asked, may leave a step out, and may break off", async (t) => {
  const input = new PassThrough();
  const output = new PassThrough();
  output.resume();
  const operator = new AskingOperator(input, output);
  const target: Target = { kind: "card", card: 2, path: "/dev/two" };
  const answer = async <Value>(keys: string, asked: Promise<Value>): Promise<Value> => {
    setImmediate(() => input.write(keys));
    return asked;
  };
  t.is(typeof (await answer("\r", operator.pull(target))), "bigint");
  t.is(await answer("\r", operator.restore(target)), "/dev/two");
  t.is(await answer("j\r", operator.pull(target)), undefined);
  await t.throwsAsync(answer("\u0003", operator.pull(target)), { code: "NOT_CONFIRMED" });
});
