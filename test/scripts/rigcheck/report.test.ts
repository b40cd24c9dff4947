import { readFileSync } from "node:fs";
import test from "ava";
import { check, Deliveries } from "../../../scripts/checker/index.js";
import { fault, warning } from "../../../scripts/rigcheck/finding.js";
import { markdownReport, verdict } from "../../../scripts/rigcheck/report.js";
import type { RigCheckResult } from "../../../scripts/rigcheck/rig-check.js";

const ROOT = new URL("../../../../", import.meta.url);

const EMPTY: RigCheckResult = {
  fabricId: 0,
  ports: [],
  cables: [],
  ways: [],
  loadMs: 1_000,
  echoes: [],
  bauds: [],
  latency: [],
  perHopUs: undefined,
  failover: [],
  promises: check(new Deliveries()),
  findings: [],
};

test("every code that a check can find is in docs/rigcheck.md", (t) => {
  const source = readFileSync(new URL("scripts/rigcheck/finding.ts", ROOT), "utf8");
  const page = readFileSync(new URL("docs/rigcheck.md", ROOT), "utf8");
  const codes = [...source.matchAll(/\| "([A-Z_]+)"/g)].map((match) => match[1] as string);
  t.true(codes.length > 15);
  for (const code of codes) t.true(page.includes(`| \`${code}\``), code);
});

test("a verdict counts errors and warnings", (t) => {
  t.is(verdict({ findings: [] }), "passed");
  t.is(verdict({ findings: [warning("NO_SPARE", "a", "b")] }), "passed, 1 warning");
  const findings = [
    fault("BLANK_CARD", "a", "b"),
    fault("BLANK_CARD", "a", "b"),
    warning("NO_SPARE", "a", "b"),
  ];
  t.is(verdict({ findings }), "failed, 2 errors, 1 warning");
});

test("a rig with nothing that works still gives a report, and no path or message breaks it", (t) => {
  const page = markdownReport(
    {
      ...EMPTY,
      ports: [{ path: "/tmp/a|b\n<x>", card: 0, fabricId: 0, chipId: 0n, firmware: "", state: "NOT_A_CARD" }],
      findings: [fault("PORT_UNUSABLE", "a `b`\n# c", "d.")],
    },
    new Date(0),
  );
  t.true(page.includes("| /tmp/a\\|b \\<x\\> | - | - | - | - | NOT\\_A\\_CARD |"), page);
  t.true(page.includes("- **error PORT_UNUSABLE** a \\`b\\` # c d."), page);
  t.regex(page, /No cable was seen/);
  t.regex(page, /No number was to be had/);
  t.regex(page, /has to be mended first/);
});
