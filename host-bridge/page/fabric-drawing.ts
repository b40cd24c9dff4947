import { svgElement } from "./elements.js";
import { duration, short } from "./format.js";
import { type Ladder, ladderOf } from "./ladder.js";
import { type Curve, curveOf, type Layout, labelPlace, layoutOf, type Point, placesOf } from "./layout.js";
import { sidesOf } from "./sides.js";
import type { Fabric, FabricCable, FabricCard } from "./snapshot.js";
import { Traffic } from "./traffic.js";

/** Draws cards, cables and what moves along them. */
export class FabricDrawing {
  private readonly into: HTMLElement;
  private readonly traffic = new Traffic();
  private fabric: Fabric | null = null;

  constructor(into: HTMLElement) {
    this.into = into;
    new ResizeObserver(() => this.draw()).observe(into);
  }

  show(fabric: Fabric): void {
    this.fabric = fabric;
    this.draw();
  }

  private draw(): void {
    const { fabric, into } = this;
    const width = Math.floor(into.clientWidth);
    if (fabric === null || width === 0) return;
    const ids = fabric.cards.map(({ card }) => card);
    const sides = sidesOf(ids, fabric.cables);
    const ladder = sides === null ? null : ladderOf(ids, sides, width);
    const layout = ladder ?? layoutOf(fabric.cards.length, width);
    this.traffic.clear();
    const svg = svgElement("svg", {
      viewBox: `0 0 ${width} ${layout.height}`,
      role: "img",
      "aria-label": describeFabric(fabric),
    });
    for (const { at, text } of ladder?.titles ?? []) {
      svg.append(svgElement("text", { class: "side", x: at.x, y: at.y }, text));
    }
    const places = placesOf(fabric.cables);
    fabric.cables.forEach((cable, index) => {
      const place = places[index] ?? { nth: 0, all: 1 };
      const route = place.all === 1 ? ladder?.route(cable.cards) : undefined;
      const drawn = this.drawCable(cable, route ?? ringRoute(cable, fabric, layout, place));
      if (drawn !== null) svg.append(drawn);
    });
    fabric.cards.forEach((card, index) => {
      svg.append(drawCard(card, layout.centres[index] as Point, layout));
    });
    into.replaceChildren(svg);
  }

  private drawCable(cable: FabricCable, route: Route | null): SVGElement | null {
    if (route === null) return null;
    const { curve, label } = route;
    const { from, bend, to } = curve;
    const path = `M${from.x} ${from.y}Q${bend.x} ${bend.y} ${to.x} ${to.y}`;
    const group = svgElement(
      "g",
      { class: `cable ${cable.state} ${cable.isTrunk ? "trunk" : ""}`, "data-cards": cable.cards.join("-") },
      svgElement("path", { d: path }),
    );
    if (cable.state === "alive" || cable.state === "stale") {
      this.traffic.add(group, curve, cable.framesPerSecond);
    }
    group.append(svgElement("text", { class: "label", x: label.x, y: label.y + 4 }, cableLabel(cable)));
    return group;
  }
}

type Route = ReturnType<Ladder["route"]> & {};

/** A cable between cards on a ring. */
function ringRoute(
  cable: FabricCable,
  { cards }: Fabric,
  layout: Layout,
  { nth, all }: { nth: number; all: number },
): Route | null {
  const [from, to] = cable.cards.map((id) => layout.centres[cards.findIndex(({ card }) => card === id)]);
  if (from === undefined || to === undefined) return null;
  const curve: Curve = curveOf(from, to, nth, all);
  return { curve, label: labelPlace(curve, layout) };
}

function cableLabel({ state, framesPerSecond }: FabricCable): string {
  if (state !== "alive") return state;
  const known = framesPerSecond.filter((rate) => rate !== null);
  return known.length === 0 ? "" : `${short(known.reduce((sum, rate) => sum + rate, 0))}/s`;
}

function drawCard(card: FabricCard, { x, y }: Point, { cardWidth, cardHeight }: Layout): SVGElement {
  const [role = ""] = card.roles;
  const group = svgElement("g", {
    class: `card ${role} ${card.answered ? "" : "silent"}`,
    "data-card": card.card,
    "data-role": card.roles.join(" "),
  });
  group.append(
    svgElement("rect", {
      x: x - cardWidth / 2,
      y: y - cardHeight / 2,
      width: cardWidth,
      height: cardHeight,
      rx: 9,
    }),
  );
  const isLow = cardHeight < 70;
  const lines: [kind: string, text: string][] = [
    ["title", `${isLow ? "" : "card "}${card.card}${card.inUse ? " ★" : ""}`],
    ["role", roleText(card)],
    ["faint", stateText(card)],
  ];
  const apart = isLow ? 16 : 21;
  lines.forEach(([kind, text], index) => {
    group.append(svgElement("text", { class: kind, x, y: y + 5 + (index - 1) * apart }, text));
  });
  if (card.inUse) group.append(svgElement("title", {}, "The requests of this daemon go to this card"));
  return group;
}

function roleText({ roles, votes }: FabricCard): string {
  if (roles.length === 2) return "primary, alone";
  return roles[0] ?? (votes === 0 ? "no vote" : "member");
}

function stateText({ answered, state, uptimeMs }: FabricCard): string {
  if (!answered) return "silent";
  return state === "ready" ? `up ${duration(uptimeMs)}` : state;
}

/** The same in words, for who cannot see it. */
export function describeFabric({ cards, cables, view }: Fabric): string {
  const ofCards = cards.map((card) => `card ${card.card}: ${roleText(card)}, ${stateText(card)}`);
  const ofCables = cables.map(
    (cable) =>
      `${cable.isTrunk ? "trunk" : "cable"} between ${cable.cards[0]} and ${cable.cards[1]}: ${cable.state}, ${cableLabel(cable)}`,
  );
  return `Fabric of ${cards.length} cards in view ${view}. ${[...ofCards, ...ofCables].join("; ")}.`;
}
