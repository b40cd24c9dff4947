import { type Connector, connectorLetter, connectorName } from "./connectors.js";
import { type Finding, fault, warning } from "./finding.js";

/** A cable end as its own card sees it. */
export interface CableEnd extends Connector {
  /** Whom the card hears there, or heard last; 0: nobody since its boot. */
  readonly neighbour: number;
  readonly state: "alive" | "stale" | "dead";
  readonly framesIn: number;
  readonly framesOut: number;
  readonly badFrames: number;
  /** Frames that found the send buffer full; null where the card was not asked directly. */
  readonly dropped: number | null;
}

/** A cable with both its ends. Where one of them is not known, `b` is undefined. */
export interface PairedCable {
  readonly a: CableEnd;
  readonly b: CableEnd | undefined;
}

/** @returns "1A-2B", or "1A-?" where the other end is not known. */
export function cableName({ a, b }: PairedCable): string {
  return `${connectorName(a)}-${b === undefined ? "?" : connectorName(b)}`;
}

/** @returns whether frames go both ways. Where the other end is not known, this end tells: a card says whether it is heard. */
export function isWhole({ a, b }: PairedCable): boolean {
  return a.state === "alive" && (b === undefined || b.state === "alive");
}

/**
 * Pairs the ends that hear each other, those first that hear and are heard. Of two cables between the same cards the first
 * ends belong together, as nothing on the wire tells them apart. An end that hears a card of which no end hears it stays alone.
 */
export function pairEnds(ends: readonly CableEnd[]): PairedCable[] {
  const left = new Set(ends.filter(({ neighbour }) => neighbour !== 0));
  const cables: PairedCable[] = [];
  const pair = (a: CableEnd, mayPair: (b: CableEnd) => boolean): CableEnd | undefined => {
    const b = [...left].find(
      (end) => end !== a && end.card === a.neighbour && end.neighbour === a.card && mayPair(end),
    );
    if (b !== undefined) {
      left.delete(a);
      left.delete(b);
      cables.push({ a, b });
    }
    return b;
  };
  for (const a of ends) {
    if (left.has(a) && a.state === "alive") pair(a, (b) => b.state === "alive");
  }
  for (const a of ends) {
    if (left.has(a) && pair(a, () => true) === undefined) {
      left.delete(a);
      cables.push({ a, b: undefined });
    }
  }
  return cables.sort((one, other) => one.a.card - other.a.card || one.a.link - other.a.link);
}

/**
 * Says what is wrong with the cables.
 * @param known the cards whose every end is among `ends`: of another card nothing can be said.
 */
export function judgeCables(ends: readonly CableEnd[], known: ReadonlySet<number>): Finding[] {
  const cables = pairEnds(ends);
  return [...cables.flatMap((cable) => judgeCable(cable, ends, known)), ...judgeSilence(cables, ends)];
}

function judgeCable(cable: PairedCable, ends: readonly CableEnd[], known: ReadonlySet<number>): Finding[] {
  const { a, b } = cable;
  if (a.neighbour === a.card) {
    return [
      fault(
        "MISWIRED_CABLE",
        `Card ${a.card} hears itself at connector ${connectorLetter(a.link)}.`,
        "TX and RX of one card are joined: lead TX to RX of another card.",
      ),
    ];
  }
  if (b === undefined) return known.has(a.neighbour) ? judgeHalf(a, ends) : [];
  if (a.state === "dead" && b.state === "dead") {
    return [
      fault(
        "DEAD_CABLE",
        `Cable ${cableName(cable)} was there and is silent both ways.`,
        "Plug it in again or change it; look for a broken ground wire.",
      ),
    ];
  }
  if (isWhole(cable)) return [];
  // The end that hears is told so by the other one's hello, which says that it hears nobody: that makes it stale.
  const [hears, deaf] = a.state === "dead" ? [b, a] : [a, b];
  if (deaf.state === "dead") return [oneWay(deaf, hears)];
  return [
    warning(
      "ONE_WAY_CABLE",
      `Cable ${cableName(cable)} comes and goes: hellos were missed at ${a.state === "stale" ? connectorName(a) : connectorName(b)}.`,
      "Look for a loose plug; run the check again.",
    ),
  ];
}

/** An end that hears a card of which no end hears back: one wire is broken, or leads elsewhere. */
function judgeHalf(end: CableEnd, ends: readonly CableEnd[]): Finding[] {
  const others = ends.filter(({ card }) => card === end.neighbour);
  const silent = others.filter(({ neighbour }) => neighbour === 0);
  const [only] = silent;
  // Two half cables at one card: their wires were swapped.
  const isElsewhere = ends.some(
    (other) =>
      other !== end && other.neighbour === end.card && other.card !== end.neighbour && isHalf(other, ends),
  );
  if (isElsewhere || only === undefined) {
    return [
      fault(
        "MISWIRED_CABLE",
        `Connector ${connectorName(end)} hears card ${end.neighbour}, but what it sends arrives elsewhere or nowhere.`,
        "Both wires of a connector must lead to the same connector of the other card: TX to RX, RX to TX.",
      ),
    ];
  }
  if (silent.length === 1) return [oneWay(only, end)];
  return [
    fault(
      "ONE_WAY_CABLE",
      `Connector ${connectorName(end)} hears card ${end.neighbour}, which hears nothing of it.`,
      `Check the wire from TX of ${connectorName(end)} to RX at card ${end.neighbour}.`,
    ),
  ];
}

function isHalf(end: CableEnd, ends: readonly CableEnd[]): boolean {
  return !ends.some((other) => other.card === end.neighbour && other.neighbour === end.card);
}

function oneWay(deaf: CableEnd, hears: CableEnd): Finding {
  const [from, to] = [connectorName(hears), connectorName(deaf)];
  return fault(
    "ONE_WAY_CABLE",
    `Frames go from ${to} to ${from}, and none arrives from ${from} at ${to}.`,
    `Check the wire from TX of ${from} to RX of ${to}.`,
  );
}

/** Connectors with nothing at them. That is an error only at a card with no good cable at all. */
function judgeSilence(cables: readonly PairedCable[], ends: readonly CableEnd[]): Finding[] {
  const findings: Finding[] = [];
  for (const card of new Set(ends.map((end) => end.card))) {
    const isAlone = !cables.some((cable) => isWhole(cable) && [cable.a.card, cable.b?.card].includes(card));
    if (isAlone) {
      findings.push(
        fault(
          "CARD_ALONE",
          `No cable of card ${card} works both ways.`,
          "Lead TX to RX and RX to TX, and ground to ground; see the wiring plans in docs/boards.md.",
        ),
      );
    }
  }
  for (const end of ends) {
    if (end.neighbour !== 0) continue;
    const heard = end.framesIn + end.badFrames;
    findings.push(
      warning(
        "SILENT_CONNECTOR",
        heard === 0
          ? `Nothing arrives at connector ${connectorName(end)}.`
          : `${heard} frames arrived at connector ${connectorName(end)}, and no hello of a card of this fabric.`,
        heard === 0
          ? "Fine where no cable is plugged in there; else check that TX leads to RX, and the ground."
          : "Check that both ends have the same baud, and that the other card is of this fabric.",
      ),
    );
  }
  return findings;
}
