import type { CardReport, ReportedLink } from "./card-report.js";
import type { CardStatus, ListedMember } from "./card-status.js";
import { type FabricState, stateAdvice } from "./refusals.js";

/** A cable or a trunk between two cards, as both its ends see it. */
export interface Cable {
  /** The lower id first. */
  readonly cards: readonly [number, number];
  /** Which connector of each, from 0; null where that card did not answer. */
  readonly links: readonly [number | null, number | null];
  /**
   * "alive", "stale" (a hello was missed, or one end does not hear the other), "one-way" (only one end hears anything),
   * "dead" (cut, or no power at the other end).
   */
  readonly state: "alive" | "stale" | "one-way" | "dead";
  /** No cable, but the trunk that a host lends. */
  readonly isTrunk: boolean;
  /** Frames that each of the two has got over it; null where that card did not answer. */
  readonly framesIn: readonly [number | null, number | null];
  readonly badFrames: readonly [number | null, number | null];
}

/** The whole fabric, as the cards that answered see it. */
export interface FabricSurvey {
  readonly fabricId: number;
  /** The card that was asked, and that asked the others. */
  readonly askedCard: number;
  readonly state: FabricState;
  /** What to do about the state; "" where there is nothing to do. */
  readonly advice: string;
  readonly view: number;
  readonly primary: number;
  readonly secondary: number;
  readonly base: bigint;
  readonly members: readonly ListedMember[];
  readonly votes: {
    readonly all: number;
    /** Least that can act. */
    readonly quorum: number;
    readonly answered: number;
  };
  /** The highest that any card has in flash: every number ever given lies below the highest of a quorum. */
  readonly ceiling: bigint;
  /** The newest number that any card holds. */
  readonly latest: bigint;
  readonly leaseLeftUs: number | null;
  /** By rising id, silent ones too. */
  readonly cards: readonly CardReport[];
  readonly cables: readonly Cable[];
}

/** Puts together what the asked card knows of the fabric and what each card says of itself. */
export function fabricSurvey(status: CardStatus, cards: readonly CardReport[]): FabricSurvey {
  const votesOf = (card: number): number => status.members.find((one) => one.card === card)?.votes ?? 0;
  const all = status.members.reduce((sum, { votes }) => sum + votes, 0);
  const answering = cards.filter(({ answered }) => answered);
  const newest = answering.reduce((best, one) => (one.view > best.view ? one : best), {
    view: status.view,
    primary: status.primary,
    secondary: status.secondary,
  });
  return {
    fabricId: status.fabricId,
    askedCard: status.card,
    state: status.state,
    advice: stateAdvice(status.state),
    view: newest.view,
    primary: newest.primary,
    secondary: newest.secondary,
    base: status.base,
    members: status.members,
    votes: {
      all,
      quorum: all === 0 ? 0 : Math.floor(all / 2) + 1,
      answered: answering.reduce((sum, { card }) => sum + votesOf(card), 0),
    },
    ceiling: highest(answering.map(({ ceiling }) => ceiling)),
    latest: highest(answering.map(({ latest }) => latest)),
    leaseLeftUs: status.hasLease ? status.leaseLeftUs : null,
    cards,
    cables: cablesOf(answering),
  };
}

function highest(numbers: readonly bigint[]): bigint {
  let most = 0n;
  for (const number of numbers) if (number > most) most = number;
  return most;
}

/** Pairs the ends that name each other. Of two cables between the same cards, the first ends belong together. */
function cablesOf(cards: readonly CardReport[]): Cable[] {
  const cables: Cable[] = [];
  const paired = new Set<ReportedLink>();
  for (const one of cards) {
    for (const link of one.links) {
      if (link.neighbour === 0 || paired.has(link)) continue;
      const other = cards.find(({ card }) => card === link.neighbour);
      const otherLink = other?.links.find(
        (end) => end.neighbour === one.card && end.isTrunk === link.isTrunk && !paired.has(end),
      );
      paired.add(link);
      if (otherLink !== undefined) paired.add(otherLink);
      cables.push(cable(one.card, link, otherLink));
    }
  }
  return cables.sort((a, b) => a.cards[0] - b.cards[0] || a.cards[1] - b.cards[1]);
}

function cable(card: number, link: ReportedLink, otherLink: ReportedLink | undefined): Cable {
  const isLower = card < link.neighbour;
  const ordered = <Value>(own: Value, others: Value): [Value, Value] =>
    isLower ? [own, others] : [others, own];
  return {
    cards: ordered(card, link.neighbour),
    links: ordered<number | null>(link.link, otherLink?.link ?? null),
    state: cableState(link.state, otherLink?.state),
    isTrunk: link.isTrunk,
    framesIn: ordered<number | null>(link.framesIn, otherLink?.framesIn ?? null),
    badFrames: ordered<number | null>(link.badFrames, otherLink?.badFrames ?? null),
  };
}

function cableState(one: ReportedLink["state"], other: ReportedLink["state"] | undefined): Cable["state"] {
  // The end of a card that does not answer is not known; this end says what there is to say.
  if (other === undefined || one === other) return one;
  return one === "dead" || other === "dead" ? "one-way" : "stale";
}
