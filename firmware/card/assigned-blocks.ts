import { MAX_MEMBERS } from "../wire/constants.js";

/**
 * Request ids of one card rise, so these are its newest; a power of two. A card has one request under way, and may have given up
 * the one before.
 */
const REMEMBERED = 2;
const PLACES = MAX_MEMBERS * REMEMBERED;
const NEVER_US = Number.NEGATIVE_INFINITY;

/** What a request was given. An object, not a row of typed arrays: XS writes a field in a third of the time. */
export class AssignedBlock {
  /** -1, which no count goes with: none. */
  requestId = -1;
  /** Numbers that it was given; 0: none. */
  count = 0;
  /** The first of them, in halves. */
  firstHigh = 0;
  firstLow = 0;
  /** When that was. */
  assignedUs = NEVER_US;
  /** When its STORE was sent last. */
  sentUs = NEVER_US;
}

/**
 * Which numbers a primary has assigned in its view to the newest requests of each member. A request that comes again gets the
 * same numbers again, as if the cable had brought its STORE twice, and nothing is skipped.
 */
export class AssignedBlocks {
  /** By member and request id; those of members that have never asked are not made. */
  private readonly blocks = new Array<AssignedBlock | null>(PLACES).fill(null);

  /**
   * @param index place of the originator in the list of members, 0 to `MAX_MEMBERS` - 1.
   * @returns what was given to this request, or to the one in whose place it comes: its `requestId` and `count` tell.
   */
  blockOf(index: number, requestId: number): AssignedBlock {
    const place = index * REMEMBERED + (requestId & (REMEMBERED - 1));
    return this.blocks[place] ?? this.make(place);
  }

  /** Forgets the numbers, which may be anybody's in the next view, and not that there were some: they are skipped. */
  endView(): void {
    const { blocks } = this;
    // By index: an iterator is a new object, and those of a view that begins wait for what a full heap needs to make room for it.
    for (let place = 0; place < PLACES; place += 1) {
      const block = blocks[place];
      if (block) block.assignedUs = NEVER_US;
    }
  }

  private make(place: number): AssignedBlock {
    const block = new AssignedBlock();
    this.blocks[place] = block;
    return block;
  }
}
