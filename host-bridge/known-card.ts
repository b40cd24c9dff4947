import { type CardIdentity, isUnsettled } from "./card-identity.js";
import type { CardStatus } from "./card-status.js";
import type { SequenceError } from "./errors.js";
import { wrongFabricError } from "./session-errors.js";

/** Which card answered last, and of which fabric the numbers are. */
export class KnownCard {
  private known: CardIdentity | null = null;
  private fabricId = 0;

  /** null before any answered. */
  get current(): CardIdentity | null {
    return this.known;
  }

  /** @returns why this card cannot go on for the one before, or null where it can: then it is the known one. */
  take(card: CardIdentity): SequenceError | null {
    // A card that is in no fabric yet, or in none any more, may have been initialised anew by another process.
    const isSettled = this.known !== null && !isUnsettled(this.known);
    if (isSettled && card.fabricId !== this.fabricId) return wrongFabricError(this.fabricId, card);
    this.fabricId = card.fabricId;
    this.known = card;
    return null;
  }

  becomeMember(id: number, fabricId: number): void {
    this.fabricId = fabricId;
    if (this.known === null) return;
    this.known = { ...this.known, id, fabricId, blank: false, removed: false };
  }

  /** What a status says of the card itself. */
  note({ card, fabricId, blank, joining, removed }: CardStatus): void {
    // A card whose result of an init was lost is a member without our having heard so.
    if (this.fabricId === 0 && !blank) this.becomeMember(card, fabricId);
    if (this.known !== null) this.known = { ...this.known, joining, removed };
  }
}
