import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parser } from "@prometheus-io/lezer-promql";
import test from "ava";
import { HttpBench } from "./http-bench.js";

const DASHBOARD = join(
  fileURLToPath(new URL("../../../../", import.meta.url)),
  "scripts/grafana/seqcard.json",
);
const NAME = /\b(?:seqcard|process|nodejs)_[a-z_]+/g;

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[];
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
}

interface Dashboard {
  readonly panels: readonly Panel[];
  readonly annotations: { readonly list: readonly { readonly expr: string }[] };
  readonly templating: { readonly list: readonly { readonly query: string }[] };
}

function expressionsOf({ panels, annotations, templating }: Dashboard): string[] {
  return [
    ...panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
    ...annotations.list.map(({ expr }) => expr),
    ...templating.list.map(({ query }) => query),
  ];
}

/** Where an expression is no PromQL, as Prometheus's own grammar has it; null where it is. */
function promqlProblem(expression: string): string | null {
  // What Grafana puts in for its variables before it asks.
  const asked = expression.replace(/\$__(?:rate_interval|interval|range)/g, "1m").replace(/\$\w+/g, "x");
  let problem: string | null = null;
  parser.parse(asked).iterate({
    enter: ({ type, from }) => {
      if (type.isError) problem ??= `${expression}, from ${asked.slice(from)}`;
    },
  });
  return problem;
}

test("every expression of the Grafana dashboard is PromQL", (t) => {
  const dashboard = JSON.parse(readFileSync(DASHBOARD, "utf8")) as Dashboard;
  const [query, ...expressions] = expressionsOf(dashboard).reverse();
  // Grafana's own, around a metric.
  const inner = /^label_values\((\w+), ?\w+\)$/.exec(query ?? "")?.[1] ?? query ?? "";
  t.deepEqual(
    [inner, ...expressions].map(promqlProblem).filter((problem) => problem !== null),
    [],
  );
  t.not(promqlProblem("sum(rate(seqcard_numbers_total[1m])"), null, "the grammar notices what is wrong");
});

test("every figure that the Grafana dashboard names is in /metrics", async (t) => {
  const dashboard = JSON.parse(readFileSync(DASHBOARD, "utf8")) as Dashboard;
  const bench = await new HttpBench(t).start();
  const { body } = await bench.ask("/metrics");
  const known = new Set(
    [...body.matchAll(/^# TYPE (\S+) (\S+)$/gm)].flatMap(([, name = "", type]) =>
      type === "histogram" ? [name, `${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
    ),
  );
  const expressions = expressionsOf(dashboard);
  const named = expressions.flatMap((expression) => expression.match(NAME) ?? []);
  t.true(named.length >= 20, `${named.length}`);
  t.deepEqual(
    named.filter((name) => !known.has(name)),
    [],
  );
});

test("no two panels of the Grafana dashboard lie on each other, and none is without a query", (t) => {
  const { panels } = JSON.parse(readFileSync(DASHBOARD, "utf8")) as Dashboard;
  t.is(new Set(panels.map(({ id }) => id)).size, panels.length);
  const taken = new Set<string>();
  for (const { title, gridPos, targets } of panels) {
    t.true(targets.length > 0, title);
    t.true(gridPos.x + gridPos.w <= 24, title);
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
        t.false(taken.has(`${x},${y}`), title);
        taken.add(`${x},${y}`);
      }
    }
  }
});
