import test from "ava";
import { initFields } from "../../host-bridge/initialisation.js";
import { seedFields } from "../../host-bridge/planned-change.js";
import { toBigint } from "../../host-bridge/uint64-bigint.js";
import { startCardProcess } from "../host-bridge/card-process.js";
import { SessionBench } from "../host-bridge/session-bench.js";
import { outputOfSeqcard as seqcard } from "../support/seqcard-command.js";
import { FabricTaker } from "./fabric-taker.js";

// Others' worst day: ids went through parseInt, and those that a double rounds alike were one (flake-idgen 8).

/** Where doubles, signed and unsigned halves, and low words come to their ends. */
const EDGES = [2n ** 31n, 2n ** 32n, 2n ** 52n, 2n ** 53n, 2n ** 54n, 2n ** 62n, 2n ** 63n - 1_000_000n];
const AROUND = [-3n, -2n, -1n, 0n, 1n, 2n, 3n];

test("cards count exactly over every edge, and over a change of the primary there", (t) => {
  for (const edge of EDGES) {
    const taker = new FabricTaker(edge - 2n);
    for (let at = 0; at < 3; at += 1) t.is(taker.take(at).first, edge - 2n + BigInt(at));
    taker.fabric.kill(taker.primary - 1);
    taker.fabric.run(150_000);
    for (const place of [0, 1, 2].filter((one) => taker.fabric.at(one).card !== undefined)) {
      taker.waitReady(place);
      const { end } = taker;
      t.is(taker.take(place).first, end, `behind ${edge}`);
    }
  }
});

test("a host hands every number on as it came", (t) => {
  for (const edge of EDGES) {
    const bench = new SessionBench({ card: { next: edge - 3n } }).open();
    const calls = AROUND.map(() => bench.call());
    bench.session.flush(bench.nowMs);
    bench.deliver();
    t.deepEqual(
      calls.map(({ first }) => first),
      AROUND.map((offset) => edge + offset),
    );
  }
});

test("what a host sends as first number or seed is what the caller gave", (t) => {
  for (const edge of EDGES) {
    for (const offset of AROUND) {
      const number = edge + offset;
      t.is(toBigint(seedFields(number, 1).seed), number);
      t.is(toBigint(initFields({ fabricId: 7, cardId: 1, members: [1], first: number }).first), number);
    }
  }
  const rounded = Number(2n ** 53n + 1n) as unknown as bigint;
  t.throws(() => seedFields(rounded, 1), { code: "BAD_FIRST" }, "a double is not taken at all");
  t.throws(() => initFields({ fabricId: 7, cardId: 1, members: [1], first: rounded }), { code: "BAD_FIRST" });
});

test("the command line prints neighbours above 2^53 apart, and JSON has them as strings of digits", async (t) => {
  const { path } = await startCardProcess(t, { next: 2n ** 53n });
  const plain = await seqcard(["next", "-n", "3", "--port", path]);
  t.is(plain, "9007199254740992\n9007199254740993\n9007199254740994\n");
  t.is(await seqcard(["next", "--json", "--port", path]), '{"number":"9007199254740995"}\n');
  t.is(
    await seqcard(["next", "--block", "2", "--json", "--port", path]),
    '{"first":"9007199254740996","last":"9007199254740997"}\n',
  );
  t.regex(await seqcard(["latest", "--json", "--port", path]), /"latest":"9007199254740997"/);
  const status = await seqcard(["status", "--json", "--port", path]);
  for (const field of ["latest", "ceiling", "quorumCeiling", "base"]) {
    t.regex(status, new RegExp(`"${field}":"\\d+"`), field);
  }
  t.notRegex(status, /[:,[]-?\d{16,}/, "no bare number that a JSON reader would round");
});
