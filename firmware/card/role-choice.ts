import { TRUNK_HOP_COST, UNREACHABLE_COST } from "../wire/constants.js";
import type { MemberList } from "./member-list.js";
import type { Promises } from "./promises.js";

/** Whom a planned change wants in a role; 0: whoever suits best. */
export interface RoleWishes {
  readonly primary: number;
  readonly secondary: number;
}

/** What a frame to a card costs. */
export interface Distances {
  costOf(card: number): number;
}

const NO_CARD = 0;

/**
 * Chooses a primary among the cards that promised: who is wished for, else a role holder of the last view that still
 * knows its number, else one that does not, else the nearest.
 * @param voters the list of the view to be made: only who has a vote in it can hold a role.
 * @param distances how near each card is.
 */
export function choosePrimary(
  promises: Promises,
  members: MemberList,
  voters: MemberList,
  wishes: RoleWishes,
  distances: Distances,
): number {
  // Who is wished for as secondary is primary only where nobody else promised.
  const best = chooseBest(promises, members, voters, wishes.primary, wishes.secondary, distances, ANYWHERE);
  return best === NO_CARD ? wishes.secondary : best;
}

/**
 * Chooses a secondary other than `primary`; the same card only where nobody else promised. Where cards are joined by trunks
 * it is rather one of the other side: what ends all cables or all cards of one side then leaves one that knows the number.
 */
export function chooseSecondary(
  promises: Promises,
  members: MemberList,
  voters: MemberList,
  wishes: RoleWishes,
  distances: Distances,
  primary: number,
): number {
  const apartFrom = Number(isElsewhere(distances.costOf(primary)));
  const best = chooseBest(promises, members, voters, wishes.secondary, primary, distances, apartFrom);
  return best === NO_CARD ? primary : best;
}

/**
 * Whether the way to a card leads over a trunk, as its cost tells: it is on the other side of a duplicated fabric. Way or none,
 * the card that asks is on its own side.
 */
export function isElsewhere(cost: number): boolean {
  return cost >= TRUNK_HOP_COST && cost !== UNREACHABLE_COST;
}

/** @param apartFrom the side, 0 or 1, that is second choice; or ANYWHERE. */
function chooseBest(
  promises: Promises,
  members: MemberList,
  voters: MemberList,
  wished: number,
  except: number,
  distances: Distances,
  apartFrom: number,
): number {
  const { lastView } = promises;
  let best = NO_CARD;
  let bestRank = Number.POSITIVE_INFINITY;
  for (let index = 0; index < members.count; index += 1) {
    const card = members.cardAt(index);
    if (!promises.has(index) || !voters.isVoter(card) || card === except) continue;
    const cost = distances.costOf(card);
    let rank = RANK_OTHERS + cost;
    if (Number(isElsewhere(cost)) === apartFrom) rank += RANK_SAME_SIDE;
    if (card === lastView.primary) rank = promises.isWarm(index) ? RANK_WARM_PRIMARY : RANK_COLD;
    else if (card === lastView.secondary) rank = promises.isWarm(index) ? RANK_WARM_SECONDARY : RANK_COLD;
    if (card === wished) rank = RANK_WISHED;
    if (rank < bestRank) {
      best = card;
      bestRank = rank;
    }
  }
  return best;
}

const RANK_WISHED = 0;
const RANK_WARM_PRIMARY = 1;
const RANK_WARM_SECONDARY = 2;
const RANK_COLD = 3;
const RANK_OTHERS = 4;
/** More than any cost. */
const RANK_SAME_SIDE = UNREACHABLE_COST + 1;
const ANYWHERE = -1;
