/** One end of a cable: a card by its place, and which of its connectors, 0 being A. */
export interface CableEnd {
  readonly card: number;
  readonly connector: number;
}

/** Which cards there are, and which connector of which card leads to which. */
export interface FabricPlan {
  readonly name: string;
  readonly title: string;
  readonly cards: number;
  readonly cables: readonly (readonly [CableEnd, CableEnd])[];
}

/** Each card's B leads to the next one's A; the last one's to the first. */
function ring(cards: readonly number[]): (readonly [CableEnd, CableEnd])[] {
  return cards.map((card, place) => [
    { card, connector: 1 },
    { card: cards[(place + 1) % cards.length] as number, connector: 0 },
  ]);
}

const NUMERALS: readonly string[] = ["no", "one", "two", "three", "four"];

/** Two cards whose connectors of the same letter are joined. */
export function pairPlan(connectors: number): FabricPlan {
  return {
    name: "two-cards",
    title: `Two cards, ${NUMERALS[connectors]} cables`,
    cards: 2,
    cables: Array.from({ length: connectors }, (_, connector) => [
      { card: 0, connector },
      { card: 1, connector },
    ]),
  };
}

export const TWO_CARDS = pairPlan(2);

export const THREE_CARDS: FabricPlan = {
  name: "three-cards",
  title: "Three cards in a triangle",
  cards: 3,
  cables: ring([0, 1, 2]),
};

export const SIX_CARDS: FabricPlan = {
  name: "six-cards",
  title: "Six cards in a ring",
  cards: 6,
  cables: ring([0, 1, 2, 3, 4, 5]),
};

/** Cards 1 to 3 are the left fabric, 4 to 6 the right one; host n has cards n and n + 3. */
export const DUPLICATE_FABRICS: FabricPlan = {
  name: "duplicate-fabrics",
  title: "Duplicate fabrics: three hosts with two cards each",
  cards: 6,
  cables: [...ring([0, 1, 2]), ...ring([3, 4, 5])],
};

export const PLANS: readonly FabricPlan[] = [TWO_CARDS, THREE_CARDS, SIX_CARDS, DUPLICATE_FABRICS];

export function connectorName(connector: number): string {
  return String.fromCharCode("A".charCodeAt(0) + connector);
}
