import { MAX_MEMBERS } from "../wire/constants.js";
import type { Uint64 } from "../wire/uint64.js";

/**
 * Request ids of one card rise, so these are its newest; a power of two. A card has one request under way, and may have given up
 * the one before.
 */
const REMEMBERED = 2;
const NEVER_US = Number.NEGATIVE_INFINITY;
/** In the place of a request id: none. */
const NOTHING = -1;

/**
 * Which numbers a primary has assigned in its view to the newest requests of each member. A request that comes again gets the
 * same numbers again, as if the cable had brought its STORE twice, and nothing is skipped.
 */
export class AssignedBlocks {
  private readonly requestIds = new Float64Array(MAX_MEMBERS * REMEMBERED).fill(NOTHING);
  private readonly counts = new Uint16Array(MAX_MEMBERS * REMEMBERED);
  private readonly firstHighs = new Uint32Array(MAX_MEMBERS * REMEMBERED);
  private readonly firstLows = new Uint32Array(MAX_MEMBERS * REMEMBERED);
  private readonly assignedUs = new Float64Array(MAX_MEMBERS * REMEMBERED);
  private readonly sentUs = new Float64Array(MAX_MEMBERS * REMEMBERED);

  /**
   * @param index place of the originator in the list of members, 0 to `MAX_MEMBERS` - 1, as in all methods.
   * @param sinceUs those that were assigned their numbers before do not count, however often they were repeated: a card that was
   *   started again draws its ids anew, and must not get numbers for one that it had before.
   * @returns when the STORE for this request was sent last; minus infinity: it is none of those remembered.
   */
  sentAtUs(index: number, requestId: number, count: number, sinceUs: number): number {
    const place = index * REMEMBERED + (requestId & (REMEMBERED - 1));
    if (this.requestIds[place] !== requestId || this.counts[place] !== count) return NEVER_US;
    return (this.assignedUs[place] as number) < sinceUs ? NEVER_US : (this.sentUs[place] as number);
  }

  /** Fills `first` with the first number of a request that is remembered, and notes that its STORE is sent at `nowUs`. */
  repeat(index: number, requestId: number, first: Uint64, nowUs: number): void {
    const place = index * REMEMBERED + (requestId & (REMEMBERED - 1));
    first.set(this.firstHighs[place] as number, this.firstLows[place] as number);
    this.sentUs[place] = nowUs;
  }

  /** @returns how many numbers this request was given before, of which nobody gets any now; 0: none that is remembered. */
  note(index: number, requestId: number, count: number, first: Uint64, nowUs: number): number {
    const place = index * REMEMBERED + (requestId & (REMEMBERED - 1));
    const skipped = this.requestIds[place] === requestId ? (this.counts[place] as number) : 0;
    this.requestIds[place] = requestId;
    this.counts[place] = count;
    this.firstHighs[place] = first.high;
    this.firstLows[place] = first.low;
    this.assignedUs[place] = nowUs;
    this.sentUs[place] = nowUs;
    return skipped;
  }

  /** Forgets the numbers, which may be anybody's in the next view, and not that there were some: they are skipped. */
  endView(): void {
    this.assignedUs.fill(NEVER_US);
  }
}
