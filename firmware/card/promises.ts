import { MAX_MEMBERS, SMALLEST_WINDOW_LOG2 } from "../wire/constants.js";
import { Uint64 } from "../wire/uint64.js";
import { type AcceptFields, PROMISE_FLAG_TAIL, type PromiseFields } from "../wire/view-frames.js";
import { Ceiling } from "./ceiling.js";
import { type MemberList, NOT_A_MEMBER } from "./member-list.js";
import { View } from "./view.js";

/** A counter's most: it has 32 bits. */
const MAX_COUNTED = 0xffff_ffff;
const NO_CEILING: Uint64 = new Uint64();

/** What the members have promised to a coordinator, and what follows from it for the new view. */
export class Promises {
  /** The highest view that any of them accepted: the last that can have handed out numbers. */
  readonly lastView = new View();
  /** Who has promised: bit k for the member at place k. */
  mask = 0;
  private readonly accepted = new Float64Array(MAX_MEMBERS);
  private readonly hasTail = new Uint8Array(MAX_MEMBERS);
  private readonly tails: Uint64[] = [];
  private readonly highestCeiling = new Ceiling();
  private readonly chosen = new Ceiling();
  private readonly current = new Uint64();

  constructor() {
    for (let index = 0; index < MAX_MEMBERS; index += 1) this.tails.push(new Uint64());
  }

  reset(): void {
    this.lastView.number = 0;
    this.mask = 0;
    this.highestCeiling.moveTo(NO_CEILING, SMALLEST_WINDOW_LOG2);
  }

  /** Takes the promise of the member at `index`. One that comes twice says the same twice. */
  add(index: number, promise: PromiseFields): void {
    this.mask |= 1 << index;
    this.accepted[index] = promise.accepted;
    this.hasTail[index] = promise.flags & PROMISE_FLAG_TAIL;
    (this.tails[index] as Uint64).copy(promise.tail);
    this.highestCeiling.raise(promise.ceiling, promise.windowLog2);
    if (promise.accepted > this.lastView.number) {
      this.lastView.set(promise.accepted, promise.primary, promise.secondary, promise.base);
    }
  }

  /** The promises are to be counted by another list: those of its members are kept, in their new places. */
  remap(from: MemberList, to: MemberList): void {
    const { mask } = this;
    const accepted = Float64Array.from(this.accepted);
    const hasTail = Uint8Array.from(this.hasTail);
    const tails = this.tails.map((tail) => new Uint64().copy(tail));
    this.mask = 0;
    for (let index = 0; index < to.count; index += 1) {
      const old = from.indexOf(to.cardAt(index));
      if (old === NOT_A_MEMBER) continue;
      this.mask |= ((mask >> old) & 1) << index;
      this.accepted[index] = accepted[old] as number;
      this.hasTail[index] = hasTail[old] as number;
      (this.tails[index] as Uint64).copy(tails[old] as Uint64);
    }
  }

  has(index: number): boolean {
    return (this.mask & (1 << index)) !== 0;
  }

  isComplete(members: MemberList): boolean {
    return this.mask === (1 << members.count) - 1;
  }

  /** Whether the member at `index` promised, and still knows what it held in the last view. */
  isWarm(index: number): boolean {
    return this.has(index) && this.accepted[index] === this.lastView.number && this.hasTail[index] === 1;
  }

  /** Whether a promise tells the current number itself, so that nothing needs to be skipped to be safe. */
  knowsTail(members: MemberList): boolean {
    return (
      this.tellsTail(members.indexOf(this.lastView.secondary)) ||
      this.tellsTail(members.indexOf(this.lastView.primary))
    );
  }

  /**
   * Sets `base` to the first number that the new view may hand out: above every one that was ever delivered.
   * What was delivered, the last view's secondary held, and its primary had assigned. A role holder that never accepted
   * that view shows that it never became active. Where neither can tell, the highest ceiling is above everything.
   */
  chooseBase(base: Uint64, members: MemberList): void {
    const secondary = members.indexOf(this.lastView.secondary);
    const primary = members.indexOf(this.lastView.primary);
    if (this.tellsTail(secondary)) this.baseFrom(secondary, base);
    else if (this.tellsTail(primary)) this.baseFrom(primary, base);
    else base.copy(this.highestCeiling);
  }

  /**
   * How many numbers a view that begins at `base` skips, up to 2^32-1. Exact where a promise tells the current number.
   * Where nobody knows it, the most that it can be: the ceiling was moved to a window above its primary's `next`. What
   * lay below that had been assigned, or counted as skipped when a view began, so what nobody has counted yet is at most
   * that window below the ceiling; and nothing below the last view's base, as that view began there.
   */
  skipsUpTo(base: Uint64, members: MemberList): number {
    if (this.knowsTail(members)) {
      this.chooseBase(this.current, members);
      return base.distanceAbove(this.current, MAX_COUNTED);
    }
    const windowSize = 2 ** this.highestCeiling.windowLog2;
    const unknown = this.highestCeiling.distanceAbove(this.lastView.base, windowSize);
    return Math.min(MAX_COUNTED, unknown + base.distanceAbove(this.highestCeiling, MAX_COUNTED));
  }

  /** Sets the ceiling of `accept`, with its window, to one that covers every ceiling that was promised, and its base. */
  chooseCeiling(accept: AcceptFields): void {
    const { chosen } = this;
    chosen.moveTo(this.highestCeiling, this.highestCeiling.windowLog2);
    // Below a base that lies above all ceilings everything is counted already.
    chosen.raise(accept.base, SMALLEST_WINDOW_LOG2);
    accept.ceiling.copy(chosen);
    accept.windowLog2 = chosen.windowLog2;
  }

  private tellsTail(index: number): boolean {
    return index >= 0 && this.has(index) && (this.neverAccepted(index) || this.isWarm(index));
  }

  private neverAccepted(index: number): boolean {
    return (this.accepted[index] as number) < this.lastView.number;
  }

  private baseFrom(index: number, base: Uint64): void {
    base.copy(this.lastView.base);
    if (!this.neverAccepted(index)) base.raiseTo(this.tails[index] as Uint64);
  }
}
