import type { CardStatus } from "../card-status.js";
import { hexadecimal } from "../session-errors.js";
import { drawColumns, drawTable } from "./output.js";

/** Draws a card's status for a terminal. */
export function statusTables(port: string, status: CardStatus): string {
  const sections = [summary(port, status)];
  if (status.links.length > 0) sections.push(links(status));
  if (status.routes.length > 0) sections.push(routes(status));
  sections.push(counters(status));
  return sections.join("\n");
}

function summary(port: string, status: CardStatus): string {
  const flags = [
    status.cold ? "cold" : "",
    status.forgot ? "forgot" : "",
    status.storageFailed ? "flash failed" : "",
  ].filter(Boolean);
  return drawTable([
    ["port", port],
    ["card", status.blank ? "blank" : `${status.card}`],
    ["chip", status.chipId.toString(16).padStart(16, "0")],
    ["fabric", status.blank ? "none" : hexadecimal(status.fabricId)],
    ["members", status.members.map(({ card, votes }) => `${card} (votes: ${votes})`).join(", ")],
    ["state", [status.state, ...flags].join(", ")],
    ["roles", status.roles.length > 0 ? status.roles.join(", ") : "none"],
    ["view", `${status.view}: primary ${status.primary}, secondary ${status.secondary}, base ${status.base}`],
    ["promised", `${status.promised}`],
    ["ceiling", `${status.ceiling} in flash, ${status.quorumCeiling} at a quorum`],
    ["latest", `${status.latest}`],
    ["lease", status.hasLease ? `${status.leaseLeftUs / 1_000} ms left` : "none"],
    ["uptime", `${status.uptimeMs / 1_000} s`],
  ]);
}

function links({ links }: CardStatus): string {
  const rows = links.map(({ link, neighbour, state, framesIn, framesOut, badFrames, dropped }) => [
    link,
    neighbour || "?",
    state,
    framesIn,
    framesOut,
    badFrames,
    dropped,
  ]);
  return drawTable(rows, ["link", "neighbour", "state", "frames in", "frames out", "bad", "dropped"]);
}

function routes({ routes }: CardStatus): string {
  return drawTable(
    routes.map(({ card, link, cost }) => [card, link, cost]),
    ["to card", "by link", "cost"],
  );
}

/** The counters of a card that have counted anything, in columns of three. */
export function counterTable({ card, counters }: CardStatus): string {
  const entries = Object.entries(counters).filter(([, count]) => count > 0);
  const height = Math.ceil(entries.length / 3);
  const rows = Array.from({ length: height }, (_, row) =>
    [0, 1, 2].map((column) => entries[row + column * height]?.join(" ") ?? ""),
  );
  return drawColumns(rows, [`counters of ${card === 0 ? "the card" : `card ${card}`}`, "", ""]);
}

/** Counters in columns of three, as there are many. */
function counters({ counters }: CardStatus): string {
  const entries = Object.entries(counters);
  const height = Math.ceil(entries.length / 3);
  const rows = Array.from({ length: height }, (_, row) =>
    [0, 1, 2].flatMap((column) => entries[row + column * height] ?? ["", ""]),
  );
  return drawTable(rows, ["counter", "", "counter", "", "counter", ""]);
}
