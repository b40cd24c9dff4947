import test from "ava";
import {
  formatMarkdown,
  formatNotes,
  formatTable,
  makeRows,
} from "../../../../scripts/bench/report/table.js";
import { sampleResult } from "../sample-result.js";

test("a row for each measurement, and one that says why where there is none", (t) => {
  t.deepEqual(makeRows(sampleResult()), [
    ["seqcard on XS", "1", "900", "1.10 ms", "1.90 ms", "0.15x", "1"],
    ["seqcard on XS", "1,024", "300,000", "3.30 ms", "9.00 ms", "12.5x", "1,024"],
    ["Redis INCR + WAIT 1", "1", "6,000", "140 µs", "500 µs", "1.0x", "1"],
    ["Redis INCR + WAIT 1", "1,024", "24,000", "40.00 ms", "83.00 ms", "1.0x", "1,024"],
    ["PostgreSQL <nextval>", "1", "9,000", "68 µs", "989 µs", "1.5x", "1"],
    ["PostgreSQL <nextval>", "1,024", "failed: out of luck", "", "", "", ""],
    ["etcd put", "", "not installed: apt-get install etcd-server", "", "", "", ""],
  ]);
});

test("the table names each system once, and has no escape sequence without color", (t) => {
  const table = formatTable(sampleResult(), false);
  t.is(table.split("seqcard on XS").length, 2);
  t.regex(table, /12\.5x/);
  t.regex(table, /apt-get install etcd-server/);
  t.false(table.includes("\u001b"));
  const widths = new Set(table.split("\n").map((line) => line.length));
  t.is(widths.size, 1, "every line is as wide as the others");
});

test("the table has color where it is wanted", (t) => {
  t.true(formatTable(sampleResult(), true).includes("\u001b"));
});

test("Markdown has one table, whose rows have as many cells as its head, and all the promises", (t) => {
  const markdown = formatMarkdown(sampleResult());
  const rows = markdown.split("\n").filter((line) => line.startsWith("|"));
  t.is(rows.length, 2 + 7);
  t.deepEqual(new Set(rows.map((row) => row.split("|").length)), new Set([9]));
  for (const { promise } of sampleResult().systems) t.true(markdown.includes(promise));
  t.regex(markdown, /3 client processes/);
});

test("what would break a Markdown table is made harmless", (t) => {
  const [first, ...others] = sampleResult().systems;
  const broken = { ...first, title: "a|b\nc" } as (typeof others)[number];
  t.true(formatMarkdown({ ...sampleResult(), systems: [broken] }).includes("| a\\|b c |"));
});

test("targets are told as met, not met or not measured", (t) => {
  t.deepEqual(formatNotes(sampleResult()), [
    "XS compute units for one request: originator 1,234, primary 2,345, secondary 999.",
    "Target: fast: met (12x).",
    "Target: small: NOT MET (2 kg).",
    "Target: cheap: NOT MEASURED.",
  ]);
});

test("a machine that was busy before is told, a quiet one is not", (t) => {
  const result = sampleResult();
  const busy = { ...result, machine: { ...result.machine, loadBefore: 0.51 } };
  t.regex(formatNotes(busy)[0] ?? "", /busy with other work \(load 0\.51 on 2 cores/);
  t.is(formatNotes(busy).length, formatNotes(result).length + 1);
});

test("a long reason is folded and stretches no column", (t) => {
  const result = sampleResult();
  const systems = result.systems.map((system) =>
    system.id === "etcd" ? { ...system, missing: `failed: ${"a long story of it ".repeat(10)}` } : system,
  );
  const width = (table: string): number => table.split("\n")[0]?.length ?? 0;
  t.is(width(formatTable({ ...result, systems }, false)), width(formatTable(result, false)));
});
