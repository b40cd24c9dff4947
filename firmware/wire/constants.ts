/**
 * Every constant of the protocol, with its unit and the reason for its value.
 * Cards of one fabric must agree on all of them; `PROTOCOL_VERSION` changes when one that is on the wire does.
 */

/** First byte of every frame. A frame of another version is counted and dropped, never interpreted. */
export const PROTOCOL_VERSION = 1;
/** Version of this package: (major << 16 | minor << 8 | patch). For people; nothing is decided by it. */
export const FIRMWARE_VERSION = 0x00_01_00;

/** Bytes of a payload. With its CRC it fills one COBS block (254 bytes), so framing costs a constant. */
export const MAX_PAYLOAD_BYTES = 250;
/** CRC-32: 16 bits would let one garbled frame in 65,536 through, and one is enough to repeat a number. */
export const CHECKSUM_BYTES = 4;
/** Delimiter, COBS code byte, payload, CRC, delimiter. */
export const MAX_ENCODED_BYTES = MAX_PAYLOAD_BYTES + CHECKSUM_BYTES + 3;

/** Links a card can have, a trunk among them: what the pins of the smallest supported board allow, and what a status frame holds. */
export const MAX_LINKS = 8;
/** Members of a fabric: eight, and room for those that come and go. Their list fits a frame and half a page of flash. */
export const MAX_MEMBERS = 10;
/** Smallest and largest card id. 0 stands for a blank card, 255 for "whoever is on the other end of this cable". */
export const MIN_CARD_ID = 1;
export const MAX_CARD_ID = 254;
export const BLANK_CARD_ID = 0;
export const NEIGHBOUR_ID = 255;
/** Fabric id of a card that was never initialised. */
export const BLANK_FABRIC_ID = 0;

/** Blocks that one card keeps open for its host. Bounds what a 128-byte UART buffer can meet at the primary. */
export const MAX_BLOCKS_IN_FLIGHT = 8;
/** Hops that a frame may take: more than any way has, which meets each member once at the most. */
export const MAX_HOPS = 16;
/** Cost of a hop over a cable that was heard just now. */
export const HOP_COST = 1;
/** Cost of a hop over a trunk: more than any way over cables alone, so what passes a trunk is told by its cost. */
export const TRUNK_HOP_COST = MAX_MEMBERS * HOP_COST;
/** Cost of a hop over a link that has fallen silent: more than a way round over two trunks and all the cables between. */
export const STALE_HOP_COST = 2 * TRUNK_HOP_COST + (MAX_MEMBERS - 2) * HOP_COST;
/** No way at all. Nine stale hops stay below it. */
export const UNREACHABLE_COST = 255;

/** Beacons whose sending time a primary remembers: more than fit in a lease, so an older acknowledgement is worth nothing. A power of two. */
export const BEACONS_REMEMBERED = 16;
/** Requests that a primary keeps while it waits for a ceiling: of each member the one under way, and one that it gave up. */
export const MAX_WAITING_REQUESTS = 2 * MAX_MEMBERS;

/** How often a survey asks a card that does not answer, and how far apart: a report is two milliseconds of a cable. */
export const SURVEY_ASKS = 3;
export const SURVEY_STEP_US = 15_000;

/** Echoes that a card has under way: what the other end answers with fits its send buffer, and no beacon waits long. */
export const MAX_ECHOES = 4;
/** Longest time that a card waits for an echo: two of them, with full send buffers in front, at 9,600 baud. */
export const MAX_ECHO_WAIT_MS = 10_000;

/** Longest time for which a cable is at another rate than its own, for a test: a fabric bears that as it bears a cut cable. */
export const MAX_LINK_TEST_MS = 2_000;
/** Lowest rate of a test: the longest frame takes 0.3 s. */
export const MIN_LINK_BAUD = 9_600;
/** From the agreement to the change of the rate, beside the time that a full send buffer takes: what is under way arrives before. */
export const LINK_TEST_LEAD_US = 10_000;
/** How long the other end may take to agree, beside the time that two full send buffers take: a flash's erase, say. */
export const LINK_TEST_REPLY_US = 200_000;
/**
 * What other cards may ask of one in tests, as nothing on a wire proves who asks: two minutes of them at once, and from then
 * on a tenth of the time.
 */
export const LINK_TEST_SHARE = 10;
export const LINK_TEST_BURST_US = 120_000_000 * LINK_TEST_SHARE;

/** The windows by which a ceiling moves, as powers of two: frames and flash have them so, in one byte. */
export const SMALLEST_WINDOW_LOG2 = 16;
export const LARGEST_WINDOW_LOG2 = 30;
/** Numbers by which the ceiling moves at a time until load makes it more; also the gap that a cold start then leaves. */
export const DEFAULT_WINDOW = 65_536;
/** Largest block. Half a window: with the next window asked for at half, one always fits in the end. */
export const MAX_BLOCK_COUNT = 32_768;

/** Votes that one card can have: those of now and those of before share a byte. */
export const MAX_VOTES = 15;

/** Times in microseconds. `docs/architecture.md` tells how they depend on one another. */
export interface Timing {
  /** A primary sends a beacon this often. */
  readonly beaconUs: number;
  /** How long a grant lasts at the card that gave it. */
  readonly leaseUs: number;
  /** What a primary takes off the lease: two clocks that are each 1 % wrong over `leaseUs`, and some more. */
  readonly leaseMarginUs: number;
  /** How long an originator keeps a request while the view changes, before it gives it back to its host. */
  readonly patienceUs: number;
  /** Members start a view change one after another, this far apart, so that they do not stop each other. */
  readonly rankStepUs: number;
  /** A coordinator asks again, and announces again, this often: the grants that stop others run out one by one. */
  readonly prepareUs: number;
  /** How long a coordinator with a quorum waits for the one promise that tells the current number. */
  readonly choiceUs: number;
  /** A primary that had no quorum for so long falls silent, so that others may try. */
  readonly abdicateUs: number;
  /** How long a primary that hands over waits for its secondary to store what is under way. */
  readonly drainUs: number;
  /** A planned change that has not come about by then has failed. */
  readonly planUs: number;
  /** How long an originator waits for an answer before it asks again. */
  readonly retryUs: number;
  /** A card tells its neighbours what it can reach this often. */
  readonly helloUs: number;
  /** After this long without any frame a cable is taken only where there is no other way. */
  readonly linkStaleUs: number;
  /** After this long without any frame a cable counts as cut. */
  readonly linkDeadUs: number;
  /** Least time between two hellos that changed routes bring about: news travels at once, a storm of it does not. */
  readonly helloHoldUs: number;
  /** Least time between two reports of the newest held number to the host. */
  readonly mirrorUs: number;
}

export const DEFAULT_TIMING: Timing = {
  beaconUs: 10_000,
  leaseUs: 60_000,
  leaseMarginUs: 2_000,
  patienceUs: 200_000,
  rankStepUs: 15_000,
  prepareUs: 5_000,
  choiceUs: 10_000,
  abdicateUs: 180_000,
  drainUs: 20_000,
  planUs: 1_000_000,
  retryUs: 20_000,
  helloUs: 25_000,
  linkStaleUs: 32_000,
  linkDeadUs: 125_000,
  helloHoldUs: 1_000,
  mirrorUs: 1_000,
};
