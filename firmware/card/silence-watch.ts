import { STATE_READY } from "../wire/frame-types.js";
import type { CardContext } from "./card-context.js";
import { ChangePlan, type Coordinator } from "./coordinator.js";
import type { Member } from "./member.js";
import { settle } from "./member-change.js";
import type { Primary } from "./primary.js";

/** Notices that the view cannot go on as it is, and has this card lead a change. */
export class SilenceWatch {
  private readonly context: CardContext;
  private readonly member: Member;
  private readonly primary: Primary;
  private readonly coordinator: Coordinator;
  private readonly plan = new ChangePlan();
  private nextTryUs = Number.NEGATIVE_INFINITY;
  /** This card is primary, and there was nothing to change when `tick` looked last: only a silent secondary would be reason to. */
  isCalm = false;

  constructor(context: CardContext, member: Member, primary: Primary, coordinator: Coordinator) {
    this.context = context;
    this.member = member;
    this.primary = primary;
    this.coordinator = coordinator;
  }

  tick(): void {
    const { context, primary } = this;
    this.isCalm = false;
    if (context.nowUs < this.nextTryUs) {
      context.wakeBy(this.nextTryUs);
    } else if (!primary.lease.isActing() || context.cold) {
      this.watchPrimary();
    } else if (primary.lease.lacksSecondary()) {
      this.tryToLead(context.timing.prepareUs);
    } else if (this.coordinator.isOutbid()) {
      // A member that was cut off has promised itself to a view of its own. One change a lease takes such a one in.
      this.tryToLead(context.timing.leaseUs);
    } else if (context.state.members.isJoint) {
      this.settleList();
    } else {
      this.seekSecondary();
    }
  }

  /** A card that hears no primary starts a change; the one that most likely knows the number first. */
  private watchPrimary(): void {
    const { context, member } = this;
    const dueUs = member.lastSignUs + context.timing.leaseUs + this.rank() * context.timing.rankStepUs;
    if (context.nowUs < dueUs) context.wakeBy(dueUs);
    else this.tryToLead(context.timing.prepareUs);
  }

  /**
   * Quorums of either kind are with this primary in a view whose list is joint, so no later view can come about without it:
   * the new votes may count alone from now on. Whoever is primary does this, also after who began the change is gone.
   */
  private settleList(): void {
    const { plan, primary, context } = this;
    if (primary.lease.assignState() !== STATE_READY) {
      this.lookAgain();
      return;
    }
    settle(context.state.members, plan.members);
    plan.changesMembers = true;
    this.tryToLead(context.timing.prepareUs);
  }

  /** A primary that serves alone takes a secondary as soon as there is one, for its numbers to outlive it. */
  private seekSecondary(): void {
    const { accepted, cardId } = this.context.state;
    if (accepted.secondary !== cardId) {
      this.isCalm = true;
      return;
    }
    const secondary = this.primary.lease.possibleSecondary();
    if (secondary === 0) {
      this.lookAgain();
      return;
    }
    this.plan.secondary = secondary;
    this.tryToLead(this.context.timing.leaseUs);
  }

  /** What is missing may come with the next acknowledgement. */
  private lookAgain(): void {
    this.context.wakeBy(this.context.nowUs + this.context.timing.beaconUs);
  }

  private tryToLead(againUs: number): void {
    const { context } = this;
    this.coordinator.start(this.plan);
    this.plan.clear();
    this.nextTryUs = context.nowUs + againUs;
    context.wakeBy(this.nextTryUs);
  }

  /** The secondary first, then the others in the order of the list. */
  private rank(): number {
    const { cardId, state } = this.context;
    const { members, accepted } = state;
    if (cardId === accepted.secondary) return 0;
    return 1 + members.indexOf(cardId);
  }
}
