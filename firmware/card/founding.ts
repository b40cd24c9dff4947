import { MAX_MEMBERS } from "../wire/constants.js";
import { crc32 } from "../wire/crc32.js";
import { writeUint64 } from "../wire/fields.js";
import type { FrameBuffer } from "../wire/frame-buffer.js";
import { FRAME_ACCEPT, FRAME_JOIN } from "../wire/frame-types.js";
import { decodeJoin, encodeJoin, JoinFields } from "../wire/join-frame.js";
import { MemberFields } from "../wire/member-entries.js";
import { AcceptFields, encodeAccept } from "../wire/view-frames.js";
import type { CardContext } from "./card-context.js";
import { STANDING_FOUNDING, STANDING_MEMBER } from "./persistent-state.js";
import type { Post } from "./post.js";
import type { Router } from "./router.js";
import { firstViewNumber } from "./view.js";

/** Bytes of what the cards of a fabric were told alike: first u64, then for each member: card u8, votes u8. */
const MAX_TOLD_BYTES = 8 + 2 * MAX_MEMBERS;

/**
 * How a fabric begins. Every card that was initialised tells the others as what. When the one with the lowest id, the
 * founder, has heard **all** of them, it writes the first view's list down, tells them that view, and takes part in it
 * itself when all of them have accepted it. So the founder never acts while all the others still wait: a founder that
 * lost its flash and is initialised again finds at least one that waits no more, and founds nothing. Any other card that
 * lost its flash finds itself in the others' lists as what it was before, and waits for ever.
 * Each JOIN names the founder that its sender has heard, and only those count that name the founder as what it is now: what
 * was said to an earlier founder and is still under way must not found the fabric a second time.
 */
export class Founding {
  private readonly context: CardContext;
  private readonly post: Post;
  private readonly router: Router;
  private readonly onFounded: () => void;
  private readonly join = new JoinFields();
  private readonly said = new JoinFields();
  private readonly accept = new AcceptFields();
  private readonly fields = new MemberFields();
  /** As what each card was initialised, by place in the list; 0: not heard yet. */
  private readonly heard = new Uint32Array(MAX_MEMBERS);
  /** Who has accepted the first view, by place in the list. */
  private readonly hasAccepted = new Uint8Array(MAX_MEMBERS);
  /** As what the founder was initialised, as this card has heard it last; 0: not heard yet. */
  private founder = 0;
  private nextSayUs = 0;

  /** @param onFounded is called when the founder takes part in its first view. */
  constructor(context: CardContext, post: Post, router: Router, onFounded: () => void) {
    this.context = context;
    this.post = post;
    this.router = router;
    this.onFounded = onFounded;
  }

  /** Begins to wait, at boot or when the card has been initialised. */
  begin(): void {
    this.heard.fill(0);
    this.hasAccepted.fill(0);
    this.founder = 0;
    this.nextSayUs = this.context.nowUs;
    this.context.wakeBy(this.nextSayUs);
  }

  tick(): void {
    // Who knows that its fabric has another card under its id waits for its operator only.
    if (this.context.forgot) return;
    if (!this.isFounder()) {
      this.sayJoin();
    } else if (this.context.state.members.knowsAll()) {
      this.found();
    } else {
      // The others may have founded the fabric with an earlier card of this id: then they say so.
      this.sayJoin();
      this.collect();
    }
  }

  /** Takes a JOIN of the member `source`. */
  receiveJoin(source: number, frame: FrameBuffer): void {
    const { context, join } = this;
    const { members, standing } = context.state;
    if (!decodeJoin(frame, join)) {
      context.counters.dropLength += 1;
    } else if (standing === STANDING_MEMBER) {
      // Whether the view has that card as what it is, it sees for itself.
      if (join.view === 0) this.post.send(FRAME_ACCEPT, source, this.post.announcer.encode());
    } else if (join.incarnation === 0) {
      context.counters.dropRole += 1;
    } else if (!this.isFounder()) {
      // It is said to all, as it is not known who can take a card in.
      if (source === members.cardAt(0)) this.hearFounder();
    } else if (join.founder !== context.state.incarnation) {
      this.sayFounder(source);
    } else if (members.knowsAll()) {
      this.noteAccepted(source);
    } else if (join.view !== 0 || join.checksum !== this.checksum()) {
      context.counters.dropRole += 1;
    } else {
      this.heard[members.indexOf(source)] = join.incarnation;
      this.tick();
    }
  }

  /** Tells the founder that this card has accepted its first view. It asks again, so a lost word does no harm. */
  confirm(): void {
    const { said } = this;
    const { state } = this.context;
    const founder = state.members.cardAt(0);
    if (!this.router.reaches(founder)) return;
    said.incarnation = state.incarnation;
    said.checksum = 0;
    said.view = state.accepted.number;
    said.founder = state.members.incarnations[0] as number;
    encodeJoin(this.post.frame, said);
    this.post.send(FRAME_JOIN, founder, this.post.frame);
  }

  /** Writes what a founder has heard into a list to be shown: who still lacks there is 0. */
  tellHeard(into: MemberFields): void {
    for (let index = 0; index < into.memberCount; index += 1) {
      if (into.memberIncarnations[index] === 0) {
        into.memberIncarnations[index] = this.heard[index] as number;
      }
    }
  }

  private isFounder(): boolean {
    const { members, standing, cardId } = this.context.state;
    return standing === STANDING_FOUNDING && members.cardAt(0) === cardId;
  }

  /** The founder is there as another than this card knew: it learns at once that it was heard. */
  private hearFounder(): void {
    if (this.join.incarnation === this.founder) return;
    this.founder = this.join.incarnation;
    this.nextSayUs = this.context.nowUs;
    this.tick();
  }

  /** A card has not heard this founder yet, or what comes now was said to an earlier one: it may say it again. */
  private sayFounder(card: number): void {
    this.fillSaid();
    encodeJoin(this.post.frame, this.said);
    this.post.send(FRAME_JOIN, card, this.post.frame);
  }

  private fillSaid(): void {
    const { said } = this;
    const { incarnation } = this.context.state;
    said.incarnation = incarnation;
    said.checksum = this.checksum();
    said.view = 0;
    said.founder = this.isFounder() ? incarnation : this.founder;
  }

  private sayJoin(): void {
    const { context, router } = this;
    const { members, cardId } = context.state;
    if (context.nowUs >= this.nextSayUs) {
      let reached = 0;
      this.fillSaid();
      for (let index = 0; index < members.count; index += 1) {
        const card = members.cardAt(index);
        if (card === cardId || !router.reaches(card)) continue;
        reached += 1;
        encodeJoin(this.post.frame, this.said);
        this.post.send(FRAME_JOIN, card, this.post.frame);
      }
      const { helloUs, prepareUs } = context.timing;
      this.nextSayUs = context.nowUs + (reached === members.count - 1 ? helloUs : prepareUs);
    }
    context.wakeBy(this.nextSayUs);
  }

  /** Once written, the list of the first view is the only one that this card ever tells for it. */
  private collect(): void {
    const { context, fields } = this;
    const { state } = context;
    state.members.tell(fields);
    this.tellHeard(fields);
    for (let index = 0; index < fields.memberCount; index += 1) {
      if (fields.memberIncarnations[index] === 0) return;
    }
    state.members.set(fields);
    this.nextSayUs = context.nowUs;
    if (context.save()) this.found();
  }

  /** A card that lost its flash meanwhile, and is initialised again, will never accept the view: it is not waited for. */
  private noteAccepted(source: number): void {
    const { join } = this;
    const { members } = this.context.state;
    const isListed = members.hasAs(source, join.incarnation);
    if (isListed === (join.view === 0)) return;
    this.hasAccepted[members.indexOf(source)] = 1;
    this.found();
  }

  private found(): void {
    const { context } = this;
    const { state } = context;
    const { members } = state;
    this.fillAccept();
    let lacking = 0;
    for (let index = 1; index < members.count; index += 1) {
      if (this.hasAccepted[index] === 1) continue;
      lacking += 1;
      if (context.nowUs < this.nextSayUs) continue;
      encodeAccept(this.post.frame, this.accept);
      this.post.send(FRAME_ACCEPT, members.cardAt(index), this.post.frame);
    }
    if (lacking > 0) {
      if (context.nowUs >= this.nextSayUs) this.nextSayUs = context.nowUs + context.timing.beaconUs;
      context.wakeBy(this.nextSayUs);
      return;
    }
    const { view, primary, secondary, base } = this.accept;
    state.accept(view, primary, secondary, base, members);
    if (context.save()) this.onFounded();
  }

  private fillAccept(): void {
    const { accept } = this;
    const { members, accepted, ceiling } = this.context.state;
    accept.view = firstViewNumber(members.cardAt(0));
    accept.primary = members.cardAt(0);
    accept.secondary = members.cardAt(members.count === 1 ? 0 : 1);
    accept.base.copy(accepted.base);
    accept.ceiling.copy(ceiling);
    accept.windowLog2 = ceiling.windowLog2;
    members.tell(accept);
  }

  private checksum(): number {
    // As a place to write to.
    const { frame: told } = this.post;
    const { members, accepted } = this.context.state;
    told.bytes.fill(0, 0, MAX_TOLD_BYTES);
    writeUint64(told.view, 0, accepted.base);
    for (let index = 0; index < members.count; index += 1) {
      told.bytes[8 + 2 * index] = members.cardAt(index);
      told.bytes[9 + 2 * index] = members.votesAt(index);
    }
    return crc32(told.bytes, MAX_TOLD_BYTES) >>> 0;
  }
}
