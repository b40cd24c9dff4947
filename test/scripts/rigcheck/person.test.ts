import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import test from "ava";
import { type Rig, startRig } from "../../../boards/virtual/rig.js";
import { AskingOperator } from "../../../scripts/rigcheck/asking-operator.js";
import { hasFailed, markdownReport, verdict } from "../../../scripts/rigcheck/report.js";
import { checkRig } from "../../../scripts/rigcheck/rig-check.js";

const ENTER = "\r";
const DOWN = "j";
/** A busy machine is a slow card: it must not look like a lost one. */
const CALM = {
  leaseUs: 1_500_000,
  beaconUs: 50_000,
  leaseMarginUs: 50_000,
  patienceUs: 5_000_000,
  linkStaleUs: 600_000,
  linkDeadUs: 1_200_000,
};

/** Reads what is asked on a terminal, does it to a rig, and presses a key. Knows nothing but the words. */
class Person {
  readonly input = new PassThrough();
  readonly output = new PassThrough();
  readonly asked: string[] = [];
  private text = "";
  private readonly deeds: readonly (readonly [
    question: RegExp,
    act: (...ids: number[]) => Promise<string>,
  ])[];

  /** @param linkOf the path of each card's port, which stays when the card is without power. */
  constructor(rig: Rig, linkOf: (card: number) => string, leavesOut: RegExp) {
    this.deeds = [
      [leavesOut, async () => DOWN + ENTER],
      [
        /Pull cable (\d)[A-H]-(\d)[A-H] out of connector \1[A-H]\./g,
        async (one, other) => {
          rig.cut(one as number, other as number);
          return ENTER;
        },
      ],
      [
        /Plug cable (\d)[A-H]-(\d)[A-H] in again\./g,
        async (one, other) => {
          rig.mend(one as number, other as number);
          return ENTER;
        },
      ],
      [
        /Take the power from card (\d) \(/g,
        async (card) => {
          await rig.kill(card as number);
          return ENTER;
        },
      ],
      [
        /Give card (\d) its power back\./g,
        async (card) => {
          const path = await rig.start(card as number);
          rmSync(linkOf(card as number));
          symlinkSync(path, linkOf(card as number));
          return ENTER;
        },
      ],
    ];
    this.output.on("data", (bytes: Buffer) => {
      this.text += stripVTControlCharacters(bytes.toString());
      void this.read();
    });
  }

  private async read(): Promise<void> {
    for (const [question, act] of this.deeds) {
      // What was asked stays on the screen, and is drawn again when it is answered.
      const found = [...this.text.matchAll(question)].find(([words]) => !this.asked.includes(words));
      if (found === undefined) continue;
      this.text = "";
      this.asked.push(found[0]);
      this.input.write(await act(...found.slice(1).map(Number)));
      return;
    }
  }
}

test.serial("a person does what is asked, step by step, and leaves one out", async (t) => {
  t.timeout(240_000);
  const rig = await startRig({ engine: "node", timing: CALM });
  t.teardown(() => rig.stop());
  const folder = mkdtempSync(join(tmpdir(), "seqcard-test-"));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const linkOf = (card: number): string => join(folder, `card${card}`);
  for (const { id, path } of rig.cards) symlinkSync(path ?? "", linkOf(id));
  const person = new Person(rig, linkOf, /Take the power from card 2 \(/g);
  const result = await checkRig({
    ports: rig.cards.map(({ id }) => linkOf(id)),
    timeoutMs: 60_000,
    limitMs: 60_000,
    loadMs: 100,
    stayMs: 100,
    latencyNumbers: 5,
    maxErrorsPpm: 100,
    echoes: { count: 1, waitMs: 10_000 },
    makeOperator: async () => new AskingOperator(person.input, person.output),
  });
  t.deepEqual(
    result.findings.map(({ code, severity, text }) => [code, severity, text]),
    [["STEP_LEFT_OUT", "warning", "Nobody pulled card 2, so what its loss does was not seen."]],
  );
  t.is(verdict(result), "passed, 1 warning");
  t.deepEqual(
    result.failover.map(({ name, outcome }) => `${name} ${outcome}`),
    [
      "cable 1A-2A passed",
      "cable 1B-3A passed",
      "cable 2B-3B passed",
      "card 1 passed",
      "card 2 left out",
      "card 3 passed",
    ],
  );
  t.deepEqual(person.asked, [
    "Pull cable 1A-2A out of connector 1A.",
    "Plug cable 1A-2A in again.",
    "Pull cable 1B-3A out of connector 1B.",
    "Plug cable 1B-3A in again.",
    "Pull cable 2B-3B out of connector 2B.",
    "Plug cable 2B-3B in again.",
    "Take the power from card 1 (",
    "Give card 1 its power back.",
    "Take the power from card 2 (",
    "Take the power from card 3 (",
    "Give card 3 its power back.",
  ]);
  t.false(hasFailed(result));
  t.true(result.promises.held && result.promises.records > 0);
  t.regex(markdownReport(result, new Date(0)), /^\| card 2 \| left out \| 1, 3 \| - \| - \| 0 \|$/m);
});
