import { element } from "./elements.js";
import { duration, grouped } from "./format.js";
import { quantile } from "./latency-chart.js";
import type { Snapshot } from "./snapshot.js";

/** The few figures that are read from afar. */
export function fillFigures(into: HTMLElement, snapshot: Snapshot): void {
  const { fabric, latency, point } = snapshot;
  const roles = fabric?.cards.filter(({ roles }) => roles.length > 0) ?? [];
  const holder = (role: "primary" | "secondary"): string =>
    String(roles.find((card) => card.roles.includes(role))?.card ?? "-");
  const figures: [name: string, value: string][] = [
    ["Newest number", grouped(snapshot.latest)],
    ["Numbers a second", grouped(point.numbersPerSecond)],
    ["Latency, median", latency.orders === 0 ? "-" : quantile(latency.buckets, latency.orders, 0.5)],
    ["View", fabric === null ? "-" : `${fabric.view}`],
    ["Primary, secondary", fabric === null ? "-" : `${holder("primary")}, ${holder("secondary")}`],
    ["Votes answered", fabric === null ? "-" : `${fabric.votes.answered} of ${fabric.votes.all}`],
    ["Orders waiting", grouped(snapshot.openOrders)],
    ["Daemon up", duration(snapshot.uptimeMs)],
  ];
  into.replaceChildren(
    ...figures.map(([name, value], index) =>
      // The newest number may have nineteen digits.
      element(
        "div",
        index === 0 ? { class: "broad" } : {},
        element("dt", {}, name),
        element("dd", {}, value),
      ),
    ),
  );
}
