import { formatLatency } from "../text/quantities.js";
import type { Leg, NumberPath } from "./number-path.js";

const LABEL_WIDTH = 9;
const LANE_WIDTH = 18;

/** What a lane's owner does in this number's way. */
const ROLES: Partial<Record<Leg["type"], string>> = {
  HOST_REQUEST: "originator",
  REQUEST: "primary",
  STORE: "secondary",
};

/**
 * Draws the way of one number: a lane for the host and for each card, a line for each frame with the time at which it was
 * sent and how long it was on the cable.
 * @returns lines of text without escape sequences.
 */
export function drawPath(path: NumberPath): string[] {
  const lanes = [...new Set(path.legs.flatMap(({ from, to }) => [from, to]))];
  const roles = lanes.map((lane) => {
    const held = path.legs.flatMap((leg) => (leg.to === lane ? [ROLES[leg.type] ?? ""] : []));
    return [...new Set(held.filter((role) => role !== ""))].join("+");
  });
  return [
    laneTitles(lanes.map((lane) => lane.replace(/(\d+)$/, " $1"))),
    laneTitles(roles),
    ...path.legs.map((leg) => drawLeg(leg, lanes)),
    `${formatLatency(path.totalUs).padStart(LABEL_WIDTH - 1)} in all, for number ${path.number}`,
  ].map((line) => line.trimEnd());
}

function laneTitles(titles: readonly string[]): string {
  const centred = titles.map((title) => {
    const left = Math.max(0, Math.floor((LANE_WIDTH - title.length) / 2));
    return (" ".repeat(left) + title).padEnd(LANE_WIDTH);
  });
  return " ".repeat(LABEL_WIDTH) + centred.join("");
}

function drawLeg(leg: Leg, lanes: readonly string[]): string {
  const cells = Array.from({ length: lanes.length * LANE_WIDTH }, () => " ");
  const middle = (lane: number): number => lane * LANE_WIDTH + LANE_WIDTH / 2 - 1;
  for (let lane = 0; lane < lanes.length; lane += 1) cells[middle(lane)] = "│";
  const from = lanes.indexOf(leg.from);
  const to = lanes.indexOf(leg.to);
  const left = middle(Math.min(from, to));
  const right = middle(Math.max(from, to));
  for (let at = left + 1; at < right; at += 1) cells[at] = "─";
  cells[middle(from)] = from === to ? "│" : from < to ? "├" : "┤";
  if (from < to) cells[right - 1] = "▶";
  if (from > to) cells[left + 1] = "◀";
  const name = ` ${leg.type.replace("_", " ")} `;
  const start = left + Math.ceil((right - left - name.length) / 2);
  if (right - left > name.length + 2) cells.splice(start, name.length, ...name);
  const sent = formatLatency(leg.sentUs).padStart(LABEL_WIDTH - 1);
  const onTheWayUs = leg.arrivedUs - leg.sentUs;
  // A virtual USB line takes no time that its two ends could tell.
  return `${sent} ${cells.join("")}${onTheWayUs < 1 ? "" : `${formatLatency(onTheWayUs)} on the cable`}`;
}
