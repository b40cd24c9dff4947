import type { CardReport } from "../card-report.js";
import type { Cable, FabricSurvey } from "../fabric-survey.js";
import { hexadecimal } from "../session-errors.js";
import { drawColumns, fold } from "./output.js";

/** How a cable is drawn between its two cards. */
const TRUNK_SIGN = "┅┅┅┅";
const CABLE_SIGNS: Readonly<Record<Cable["state"], string>> = {
  alive: "━━━━",
  stale: "╌╌╌╌",
  "one-way": "━▶╳ ",
  dead: "━╳╳━",
};

/** Draws a fabric for a terminal of 80 columns: what it says as a whole, its cards, its cables. */
export function drawFabric(port: string, fabric: FabricSurvey): string {
  const sections = [headline(port, fabric), drawCards(fabric)];
  const cables = drawCables(fabric);
  if (cables !== "") sections.push(cables);
  return sections.join("\n\n");
}

function headline(port: string, fabric: FabricSurvey): string {
  const { state, advice, votes, view, cards, askedCard, fabricId } = fabric;
  if (fabricId === 0 || state === "removed") return fold(`The card at ${port} is ${state}: ${advice}.`, "  ");
  const silent = cards.filter(({ answered }) => !answered).map(({ card }) => card);
  const lines = [
    `Fabric ${hexadecimal(fabricId)}, as card ${askedCard} at ${port} sees it: ${state}`,
    ...(advice === "" ? [] : [`  ${fold(advice, "  ")}`]),
    `  view ${view}: primary ${fabric.primary}, secondary ${fabric.secondary}, from ${fabric.base} on`,
    `  newest number ${fabric.latest}, ceiling ${fabric.ceiling}${leaseText(fabric)}`,
    `  ${votes.answered} of ${votes.all} votes answered, ${votes.quorum} are needed${silentText(silent)}`,
  ];
  return lines.join("\n");
}

function leaseText({ leaseLeftUs, cards }: FabricSurvey): string {
  if (leaseLeftUs !== null) return `, lease ${Math.round(leaseLeftUs / 1_000)} ms left`;
  const holder = cards.find(({ hasLease }) => hasLease);
  return holder === undefined ? ", no lease" : `, lease at card ${holder.card}`;
}

function silentText(silent: readonly number[]): string {
  if (silent.length === 0) return "";
  return silent.length === 1 ? `; card ${silent[0]} is silent` : `; cards ${silent.join(", ")} are silent`;
}

function drawCards(fabric: FabricSurvey): string {
  const rows = fabric.cards.map((card) => [
    card.card === 0 ? "blank" : `${card.card}`,
    rolesOf(card.card, fabric),
    stateOf(card),
    votesOf(card.card, fabric),
    ...(card.answered
      ? [
          `${card.view}`,
          ceilingOf(card, fabric),
          timeText(card.uptimeMs),
          `${card.freeWrites ?? "-"}`,
          card.firmware,
        ]
      : ["-", "-", "-", "-", "-"]),
  ]);
  const head = ["card", "role", "state", "votes", "view", "ceiling", "up", "writes", "firmware"];
  return drawColumns(rows, head);
}

function rolesOf(card: number, { primary, secondary }: FabricSurvey): string {
  if (card === 0) return "-";
  if (card === primary) return card === secondary ? "both" : "primary";
  return card === secondary ? "secondary" : "-";
}

function stateOf({ state, cold, forgot, storageFailed }: CardReport): string {
  const more = [
    cold ? "cold" : "",
    forgot ? "forgot" : "",
    storageFailed && state !== "storage-failed" ? "flash failed" : "",
  ];
  return [state, ...more].filter(Boolean).join(", ");
}

function votesOf(card: number, { members }: FabricSurvey): string {
  const member = members.find((one) => one.card === card);
  if (member === undefined) return "-";
  const { votes, votesBefore } = member;
  return votes === votesBefore ? `${votes}` : `${votesBefore}→${votes}`;
}

/** Nearly all cards have the same ceiling, and its nineteen digits are of use once: how far one is behind is news. */
function ceilingOf({ ceiling }: CardReport, fabric: FabricSurvey): string {
  return ceiling === fabric.ceiling ? "same" : `-${fabric.ceiling - ceiling}`;
}

function timeText(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3_600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

function drawCables({ cables, cards }: FabricSurvey): string {
  if (cables.length === 0) return "";
  const rows = cables.map((cable) => {
    const [one, other] = cable.cards;
    return [
      `${String(one).padStart(3)} ${signOf(cable)} ${other}`,
      cable.state,
      cable.isTrunk ? "trunk" : connectors(cable),
      arrivedOf(cable.framesIn, cable.cards),
      arrivedOf(cable.badFrames, cable.cards),
    ];
  });
  const unused = cards.reduce(
    (sum, { links }) => sum + links.filter(({ neighbour }) => neighbour === 0).length,
    0,
  );
  const free = unused === 0 ? "" : `\n${unused} connectors have never heard a card.`;
  return `${drawColumns(rows, ["  cable", "state", "connectors", "frames in", "bad frames in"])}${free}`;
}

function signOf({ state, isTrunk }: Cable): string {
  return isTrunk && state === "alive" ? TRUNK_SIGN : CABLE_SIGNS[state];
}

function connectors({ links }: Cable): string {
  return links.map((link) => link ?? "?").join(", ");
}

/** What came in at each end, the lower card's first; one figure where nobody else is known. */
function arrivedOf(counts: readonly (number | null)[], cards: readonly [number, number]): string {
  if (counts.every((count) => count === 0)) return "none";
  return counts.map((count, end) => `${count ?? "?"} at ${cards[end]}`).join(", ");
}
