import { MAX_CARD_ID, MAX_MEMBERS, MAX_VOTES, MIN_CARD_ID } from "../wire/constants.js";
import { crc32 } from "../wire/crc32.js";

/** No place in the member list. */
export const NOT_A_MEMBER = -1;

/** The cards of a fabric and their votes, in rising order of their ids. Every card of the fabric has the same list. */
export class MemberList {
  count = 0;
  readonly cards = new Uint8Array(MAX_MEMBERS);
  readonly votes = new Uint8Array(MAX_MEMBERS);
  /** CRC-32 of the list, unsigned: two cards with different ones do not belong together. */
  checksum = 0;
  /** More than half of all votes. */
  quorum = 0;
  private readonly indexes = new Int8Array(256).fill(NOT_A_MEMBER);

  /**
   * Takes over a list.
   * @returns false, and changes nothing, unless it has 1 to `MAX_MEMBERS` cards in rising order with one vote or more
   * each and at most `MAX_VOTES` together.
   */
  set(count: number, cards: Uint8Array, votes: Uint8Array): boolean {
    if (!isValid(count, cards, votes)) return false;
    this.count = count;
    this.indexes.fill(NOT_A_MEMBER);
    const bytes = new Uint8Array(2 * count);
    let total = 0;
    for (let index = 0; index < count; index += 1) {
      const card = cards[index] as number;
      this.cards[index] = card;
      this.votes[index] = votes[index] as number;
      this.indexes[card] = index;
      bytes[2 * index] = card;
      bytes[2 * index + 1] = this.votes[index] as number;
      total += votes[index] as number;
    }
    this.checksum = crc32(bytes, bytes.length) >>> 0;
    this.quorum = Math.floor(total / 2) + 1;
    return true;
  }

  /** @returns the place of `card` (0 to 255) in the list, or NOT_A_MEMBER. */
  indexOf(card: number): number {
    return this.indexes[card] as number;
  }

  has(card: number): boolean {
    return this.indexes[card] !== NOT_A_MEMBER;
  }

  cardAt(index: number): number {
    return this.cards[index] as number;
  }

  votesAt(index: number): number {
    return this.votes[index] as number;
  }
}

function isValid(count: number, cards: Uint8Array, votes: Uint8Array): boolean {
  if (count < 1 || count > MAX_MEMBERS) return false;
  let previous = MIN_CARD_ID - 1;
  let total = 0;
  for (let index = 0; index < count; index += 1) {
    const card = cards[index] as number;
    const vote = votes[index] as number;
    if (card <= previous || card > MAX_CARD_ID || vote < 1) return false;
    previous = card;
    total += vote;
  }
  return total <= MAX_VOTES;
}
