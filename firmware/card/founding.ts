import { MAX_MEMBERS } from "../wire/constants.js";
import { crc32 } from "../wire/crc32.js";
import { writeUint64 } from "../wire/fields.js";
import { FrameBuffer } from "../wire/frame-buffer.js";
import { FRAME_JOIN } from "../wire/frame-types.js";
import { decodeJoin, encodeJoin, JoinFields } from "../wire/join-frame.js";
import { MemberFields } from "../wire/member-entries.js";
import type { CardContext } from "./card-context.js";
import { MemberList } from "./member-list.js";
import { STANDING_FOUNDING } from "./persistent-state.js";
import type { Post } from "./post.js";
import type { Router } from "./router.js";
import { firstViewNumber } from "./view.js";

/** Bytes of what the cards of a fabric were told alike: first u64, then for each member: card u8, votes u8. */
const MAX_TOLD_BYTES = 8 + 2 * MAX_MEMBERS;

/**
 * How a fabric begins. Every card that was initialised tells the one with the lowest id, the founder, as what. When the
 * founder has heard **all** of them, it makes the first view, whose list says which card was initialised as what. A card
 * that lost its flash, and is initialised again under its old id, waits here for ever: the others founded long ago, and
 * their lists know it as somebody else. So it never votes with what it has forgotten.
 */
export class Founding {
  private readonly context: CardContext;
  private readonly post: Post;
  private readonly router: Router;
  private readonly onFounded: () => void;
  private readonly join = new JoinFields();
  private readonly fields = new MemberFields();
  private readonly list = new MemberList();
  private readonly frame = new FrameBuffer();
  private readonly told = new FrameBuffer();
  /** As what each card was initialised, by place in the list; 0: not heard yet. */
  private readonly heard = new Uint32Array(MAX_MEMBERS);
  private nextJoinUs = 0;

  /** @param onFounded is called when this card has founded the fabric, and the first view is its accepted one. */
  constructor(context: CardContext, post: Post, router: Router, onFounded: () => void) {
    this.context = context;
    this.post = post;
    this.router = router;
    this.onFounded = onFounded;
  }

  /** Begins to wait, at boot or when the card has been initialised. */
  begin(): void {
    this.heard.fill(0);
    this.nextJoinUs = this.context.nowUs;
    this.context.wakeBy(this.nextJoinUs);
  }

  tick(): void {
    const { context } = this;
    const { members, standing, cardId, incarnation } = context.state;
    if (standing !== STANDING_FOUNDING) return;
    if (members.cardAt(0) === cardId) {
      this.heard[0] = incarnation;
      this.tryToFound();
    } else {
      this.sayJoin();
    }
  }

  /** Takes a JOIN of the member `source`. */
  receiveJoin(source: number, frame: FrameBuffer): void {
    const { context, join } = this;
    const { members, standing, cardId } = context.state;
    if (!decodeJoin(frame, join)) {
      context.counters.dropLength += 1;
    } else if (
      standing !== STANDING_FOUNDING ||
      members.cardAt(0) !== cardId ||
      join.incarnation === 0 ||
      join.checksum !== this.checksum()
    ) {
      context.counters.dropRole += 1;
    } else {
      this.heard[members.indexOf(source)] = join.incarnation;
      this.tick();
    }
  }

  /** Writes what a founder has heard into a list to be shown: who still lacks there is 0. */
  tellHeard(into: MemberFields): void {
    for (let index = 0; index < into.memberCount; index += 1) {
      if (into.memberIncarnations[index] === 0) {
        into.memberIncarnations[index] = this.heard[index] as number;
      }
    }
  }

  private sayJoin(): void {
    const { context, router } = this;
    const { members, incarnation } = context.state;
    if (!router.reaches(0)) {
      context.wakeBy(context.nowUs + context.timing.prepareUs);
      return;
    }
    if (context.nowUs >= this.nextJoinUs) {
      this.nextJoinUs = context.nowUs + context.timing.helloUs;
      encodeJoin(this.frame, incarnation, this.checksum());
      this.post.send(FRAME_JOIN, members.cardAt(0), this.frame);
    }
    context.wakeBy(this.nextJoinUs);
  }

  private tryToFound(): void {
    const { context, fields, list } = this;
    const { state } = context;
    state.members.tell(fields);
    this.tellHeard(fields);
    list.set(fields);
    if (!list.knowsAll()) return;
    const primary = list.cardAt(0);
    const secondary = list.cardAt(list.count === 1 ? 0 : 1);
    state.accept(firstViewNumber(primary), primary, secondary, state.accepted.base, list);
    if (context.save()) this.onFounded();
  }

  private checksum(): number {
    const { told } = this;
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
