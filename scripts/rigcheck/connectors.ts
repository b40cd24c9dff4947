/** A connector of a card: its letter is the one of the wiring plans. */
export interface Connector {
  readonly card: number;
  /** From 0. */
  readonly link: number;
}

/** @returns link 0 as "A", as the wiring plans have it. */
export function connectorLetter(link: number): string {
  return String.fromCharCode(65 + link);
}

/** @returns a connector such as "2B": connector B of card 2. */
export function connectorName({ card, link }: Connector): string {
  return `${card}${connectorLetter(link)}`;
}
