import { element } from "./elements.js";
import { duration, grouped, short } from "./format.js";
import type { Fabric, NamedCount } from "./snapshot.js";

/** @param numbers which columns stand to the right. */
export function fillTable(
  table: HTMLElement,
  head: readonly string[],
  rows: readonly (readonly (string | Node)[])[],
  numbers: readonly number[],
): void {
  const kind = (column: number): Record<string, string> =>
    numbers.includes(column) ? { class: "number" } : {};
  table.replaceChildren(
    element(
      "thead",
      {},
      element("tr", {}, ...head.map((text, index) => element("th", { scope: "col", ...kind(index) }, text))),
    ),
    element(
      "tbody",
      {},
      ...rows.map((row) =>
        element(
          "tr",
          {},
          ...row.map((text, index) =>
            index === 0 ? element("th", { scope: "row" }, text) : element("td", kind(index), text),
          ),
        ),
      ),
    ),
  );
}

export function fillCards(table: HTMLElement, { cards, ceiling }: Fabric): void {
  fillTable(
    table,
    ["card", "role", "state", "votes", "view", "ceiling", "newest number", "up", "firmware", "port"],
    cards.map((card) => [
      `${card.card}`,
      card.roles.join(", ") || "-",
      card.state,
      `${card.votes}`,
      ...(card.answered
        ? [
            `${card.view}`,
            card.ceiling === ceiling ? "same" : grouped(card.ceiling),
            card.latest === "0" ? "-" : grouped(card.latest),
            duration(card.uptimeMs),
            card.firmware,
          ]
        : ["-", "-", "-", "-", "-"]),
      card.port === null ? "-" : `${card.port}${card.inUse ? " (in use)" : ""}`,
    ]),
    [3, 4, 5, 6],
  );
}

export function fillCables(table: HTMLElement, { cables }: Fabric): void {
  const pair = (values: readonly (number | null)[], cards: readonly number[]): string =>
    values.map((value, end) => `${value === null ? "?" : short(value)} at ${cards[end]}`).join(", ");
  fillTable(
    table,
    ["cable", "state", "frames a second in", "bad frames in"],
    cables.map(({ cards, state, isTrunk, framesPerSecond, badFrames }) => [
      `${cards.join("–")}${isTrunk ? " (trunk)" : ""}`,
      state,
      pair(framesPerSecond, cards),
      pair(badFrames, cards),
    ]),
    [],
  );
}

export function fillCounts(table: HTMLElement, counts: readonly NamedCount[]): void {
  fillTable(
    table,
    ["what", "count"],
    counts.map(({ name, help, count }) => [
      element("span", {}, name, element("small", {}, help)),
      grouped(count),
    ]),
    [1],
  );
}
