import type { FrameBuffer } from "../wire/frame-buffer.js";
import { FRAME_DECLINE, FRAME_PROMISE } from "../wire/frame-types.js";
import {
  AcceptFields,
  decodeAccept,
  decodePrepare,
  encodeDecline,
  encodePromise,
  PROMISE_FLAG_TAIL,
  PromiseFields,
} from "../wire/view-frames.js";
import type { CardContext } from "./card-context.js";
import { isCeiling } from "./ceiling.js";
import type { Member } from "./member.js";
import { MemberList } from "./member-list.js";
import { STANDING_MEMBER, STANDING_REMOVED } from "./persistent-state.js";
import type { Post } from "./post.js";
import type { Primary } from "./primary.js";
import type { Secondary } from "./secondary.js";
import { coordinatorOf, firstViewNumber } from "./view.js";

/** A card's word in a view change: what it promises, and to whom it may not, because another still relies on it. */
export class Promiser {
  readonly promise = new PromiseFields();
  /** The highest view that this card was asked for and could not promise, as a grant still ran. */
  highestDeclined = 0;
  private readonly context: CardContext;
  private readonly post: Post;
  private readonly member: Member;
  private readonly primary: Primary;
  private readonly secondary: Secondary;
  private readonly onViewAccepted: () => void;
  private readonly onFirstView: () => void;
  private readonly onListHeard: () => void;
  private readonly accept = new AcceptFields();
  private readonly list = new MemberList();

  /**
   * @param onViewAccepted is called when a view was accepted, so that the roles begin in it.
   * @param onFirstView is called when the founder has told its first view, and this card has accepted that.
   * @param onListHeard is called when this card has heard of a list that is perhaps later than its own.
   */
  constructor(
    context: CardContext,
    post: Post,
    member: Member,
    primary: Primary,
    secondary: Secondary,
    onViewAccepted: () => void,
    onFirstView: () => void,
    onListHeard: () => void,
  ) {
    this.context = context;
    this.post = post;
    this.member = member;
    this.primary = primary;
    this.secondary = secondary;
    this.onViewAccepted = onViewAccepted;
    this.onFirstView = onFirstView;
    this.onListHeard = onListHeard;
  }

  /** Takes a PREPARE of the member `source`. */
  receivePrepare(source: number, frame: FrameBuffer): void {
    const { context, post } = this;
    const view = decodePrepare(frame);
    if (view < 0) {
      context.counters.dropLength += 1;
    } else if (coordinatorOf(view) !== source) {
      context.counters.dropRole += 1;
    } else if (this.tryPromise(view)) {
      encodePromise(post.frame, this.promise);
      post.send(FRAME_PROMISE, source, post.frame);
    } else if (!context.storageFailed) {
      if (view > this.highestDeclined) this.highestDeclined = view;
      encodeDecline(post.frame, view, context.state.promised);
      post.send(FRAME_DECLINE, source, post.frame);
    }
  }

  /**
   * Promises `view` to its coordinator, this card not excepted, and fills in `promise`.
   * @returns false where the card must not: it promised more already, a grant to another card still runs, or it cannot
   * know of one because it was started less than a lease ago.
   */
  tryPromise(view: number): boolean {
    const { context } = this;
    const { state } = context;
    const repeats = view === state.promised && state.accepted.number !== view;
    if (view < state.promised || (view === state.promised && !repeats)) return false;
    if (this.grantsAnother(coordinatorOf(view))) return false;
    if (context.nowUs < context.bootUs + context.timing.leaseUs) return false;
    // From here on this card acts in no older view, so what it reads as its tail is final.
    state.promised = view;
    if (!repeats && !context.save()) return false;
    this.member.noteSignOfLife();
    this.fillPromise(view);
    return true;
  }

  /** Forgets another fabric, whose views may have the numbers of this one's. */
  reset(): void {
    this.highestDeclined = 0;
  }

  /**
   * Takes an ACCEPT of `source`, which any member of its view may pass on: what is said of a view never changes. It is
   * the one frame that may come from a card that this one knows nothing of: how else should it learn of that card.
   */
  receiveAccept(source: number, frame: FrameBuffer): void {
    const { context, accept, list } = this;
    const { state } = context;
    if (!decodeAccept(frame, accept)) {
      context.counters.dropLength += 1;
    } else if (!this.isCredible(source)) {
      context.counters.dropRole += 1;
    } else if (!list.hasAs(context.cardId, state.incarnation)) {
      this.learnAbsence();
    } else if (this.takeOver() && accept.view === firstViewNumber(source) && list.cardAt(0) === source) {
      this.onFirstView();
    }
  }

  /** Takes the view over where it is new. @returns whether it is the accepted one now. */
  private takeOver(): boolean {
    const { context, accept } = this;
    const { state } = context;
    if (accept.view === state.accepted.number) return true;
    if (accept.view < state.promised) {
      context.hearOf(accept.view, this.list);
      this.onListHeard();
      return false;
    }
    state.accept(accept.view, accept.primary, accept.secondary, accept.base, this.list);
    state.ceiling.raise(accept.ceiling, accept.windowLog2);
    if (!context.save()) return false;
    this.member.noteSignOfLife();
    context.counters.viewsAccepted += 1;
    this.onViewAccepted();
    return true;
  }

  /** What an ACCEPT says goes to flash, so it must be such as can be read back from there. */
  private isCredible(source: number): boolean {
    const { accept, list } = this;
    if (accept.base.compare(accept.ceiling) > 0 || !isCeiling(accept.ceiling, accept.windowLog2))
      return false;
    if (accept.view === 0 || !list.set(accept) || !list.knowsAll() || !list.has(source)) return false;
    return list.isVoter(accept.primary) && list.isVoter(accept.secondary);
  }

  /**
   * A view without this card. A member that learns of a later one was removed: such an ACCEPT is sent only by who is ready
   * in it. Who waits to be taken in goes on waiting, but knows whether another card has its id.
   */
  private learnAbsence(): void {
    const { context, accept } = this;
    const { state } = context;
    if (state.standing !== STANDING_MEMBER) {
      if (this.list.has(context.cardId)) context.forgot = true;
    } else if (accept.view > state.accepted.number) {
      state.standing = STANDING_REMOVED;
      context.save();
    }
  }

  /** A primary relies on its own vote as it does on those of others. */
  private grantsAnother(coordinator: number): boolean {
    const { context, member, primary } = this;
    if (member.grantedTo !== coordinator && context.nowUs < member.grantUntilUs) return true;
    return (
      context.cardId !== coordinator &&
      primary.lease.isActing() &&
      !context.cold &&
      primary.lease.leaseLeftUs() > 0
    );
  }

  private fillPromise(view: number): void {
    const { context, promise, primary, secondary } = this;
    const { accepted, ceiling } = context.state;
    promise.view = view;
    promise.accepted = accepted.number;
    promise.primary = accepted.primary;
    promise.secondary = accepted.secondary;
    promise.base.copy(accepted.base);
    promise.ceiling.copy(ceiling);
    promise.windowLog2 = ceiling.windowLog2;
    context.state.members.tell(promise);
    promise.flags = 0;
    promise.tail.set(0, 0);
    if (context.cold) return;
    // A card in both roles assigned before it stored, so its next is the later of the two.
    if (accepted.primary === context.cardId) promise.tail.copy(primary.next);
    else if (accepted.secondary === context.cardId) promise.tail.copy(secondary.stored);
    else return;
    promise.flags = PROMISE_FLAG_TAIL;
  }
}
