import { STALE_HOP_COST, TRUNK_HOP_COST } from "../wire/constants.js";
import { STATE_READY } from "../wire/frame-types.js";
import type { CardContext } from "./card-context.js";
import type { Planner } from "./planner.js";
import type { Primary } from "./primary.js";
import { isElsewhere } from "./role-choice.js";
import type { Router } from "./router.js";

/** How long a card of the other side must have been there. A trunk that comes and goes is not to move the role each time. */
export const SIDE_STEADY_US = 2_000_000;
/**
 * A shorter absence is a silence, as of a host or card that was busy, which makes every link look lost for a moment; the wait
 * goes on. A trunk that has ended is away for longer.
 */
export const SIDE_ABSENT_US = 200_000;
/** How often it looks while there are cards on the other side: no absence that counts is overlooked. */
const LOOK_US = SIDE_ABSENT_US / 2;
const NO_CARD = 0;

/**
 * On the primary of a duplicated fabric: has the secondary moved to the other side of the trunks, where both roles are on
 * one side. It is a planned change, which skips nothing; only a wish, and never a condition for anything.
 */
export class SideWatch {
  private readonly context: CardContext;
  private readonly router: Router;
  private readonly primary: Primary;
  private readonly planner: Planner;
  private sinceUs = 0;
  /** When a card of the other side was there last. */
  private seenUs = Number.NEGATIVE_INFINITY;
  /** Both roles are on this side, and there is another. */
  private isLopsided = false;

  constructor(context: CardContext, router: Router, primary: Primary, planner: Planner) {
    this.context = context;
    this.router = router;
    this.primary = primary;
    this.planner = planner;
  }

  tick(): void {
    const { context, planner, primary } = this;
    this.isLopsided = false;
    const candidate = this.candidate();
    if (this.isLopsided) context.wakeBy(context.nowUs + LOOK_US);
    if (candidate === NO_CARD) return;
    if (context.nowUs - this.seenUs >= SIDE_ABSENT_US) this.sinceUs = context.nowUs;
    this.seenUs = context.nowUs;
    const isSteady = context.nowUs >= this.sinceUs + SIDE_STEADY_US;
    if (isSteady && primary.lease.assignState() === STATE_READY && !planner.isBusy()) {
      this.sinceUs = context.nowUs;
      planner.handOver(context.cardId, candidate);
    }
  }

  /** @returns the nearest card of the other side that could be secondary, where the secondary is on this side; else 0. */
  private candidate(): number {
    const { context, primary, router } = this;
    const { accepted, cardId, members } = context.state;
    if (!primary.lease.isActing() || accepted.secondary === cardId) return NO_CARD;
    if (!primary.lease.hearsMember(accepted.secondary) || this.isAway(accepted.secondary)) return NO_CARD;
    let nearest = NO_CARD;
    let nearestCost = STALE_HOP_COST;
    for (let index = 0; index < members.count; index += 1) {
      const card = members.cardAt(index);
      const cost = router.costOf(card);
      if (cost < TRUNK_HOP_COST || cost >= nearestCost) continue;
      this.isLopsided = true;
      if (!primary.lease.canTake(card)) continue;
      nearest = card;
      nearestCost = cost;
    }
    return nearest;
  }

  /** Whether a card is on the other side, or its cable is silent just now: then nobody can tell. */
  private isAway(card: number): boolean {
    return isElsewhere(this.router.costOf(card));
  }
}
