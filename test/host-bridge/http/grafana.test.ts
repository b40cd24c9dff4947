import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
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

test("every figure that the Grafana dashboard names is in /metrics", async (t) => {
  const dashboard = JSON.parse(readFileSync(DASHBOARD, "utf8")) as Dashboard;
  const bench = await new HttpBench(t).start();
  const { body } = await bench.ask("/metrics");
  const known = new Set(
    [...body.matchAll(/^# TYPE (\S+) (\S+)$/gm)].flatMap(([, name = "", type]) =>
      type === "histogram" ? [name, `${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
    ),
  );
  const expressions = [
    ...dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
    ...dashboard.annotations.list.map(({ expr }) => expr),
    ...dashboard.templating.list.map(({ query }) => query),
  ];
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
