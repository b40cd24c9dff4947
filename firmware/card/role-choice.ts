import type { MemberList } from "./member-list.js";
import type { Promises } from "./promises.js";

/** Whom a planned change wants in a role; 0: whoever suits best. */
export interface RoleWishes {
  readonly primary: number;
  readonly secondary: number;
}

const NO_CARD = 0;

/**
 * Chooses a primary among the cards that promised: who is wished for, else a role holder of the last view that still
 * knows its number, else one that does not, else the nearest.
 * @param voters the list of the view to be made: only who has a vote in it can hold a role.
 * @param costs what a frame to each member costs, by place in the list.
 */
export function choosePrimary(
  promises: Promises,
  members: MemberList,
  voters: MemberList,
  wishes: RoleWishes,
  costs: Uint8Array,
): number {
  // Who is wished for as secondary is primary only where nobody else promised.
  const best = chooseBest(promises, members, voters, wishes.primary, wishes.secondary, costs);
  return best === NO_CARD ? wishes.secondary : best;
}

/** Chooses a secondary other than `primary`; the same card only where nobody else promised. */
export function chooseSecondary(
  promises: Promises,
  members: MemberList,
  voters: MemberList,
  wishes: RoleWishes,
  costs: Uint8Array,
  primary: number,
): number {
  const best = chooseBest(promises, members, voters, wishes.secondary, primary, costs);
  return best === NO_CARD ? primary : best;
}

function chooseBest(
  promises: Promises,
  members: MemberList,
  voters: MemberList,
  wished: number,
  except: number,
  costs: Uint8Array,
): number {
  const { lastView } = promises;
  let best = NO_CARD;
  let bestRank = Number.POSITIVE_INFINITY;
  for (let index = 0; index < members.count; index += 1) {
    const card = members.cardAt(index);
    if (!promises.has(index) || !voters.isVoter(card) || card === except) continue;
    let rank = RANK_OTHERS + (costs[index] as number);
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
