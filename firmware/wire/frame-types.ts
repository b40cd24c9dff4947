/** Second byte of every frame. Below 0x40 they travel between cards, from there on between a card and its host. */
export const FRAME_HELLO = 0x01;
export const FRAME_REQUEST = 0x02;
export const FRAME_STORE = 0x03;
export const FRAME_ANSWER = 0x04;
export const FRAME_REFUSE = 0x05;
export const FRAME_BEACON = 0x06;
export const FRAME_BEACON_ACK = 0x07;
export const FRAME_PREPARE = 0x08;
export const FRAME_PROMISE = 0x09;
export const FRAME_DECLINE = 0x0a;
export const FRAME_ACCEPT = 0x0b;
export const FRAME_PLAN = 0x0c;
export const FRAME_PLAN_RESULT = 0x0d;
export const FRAME_JOIN = 0x0e;
export const FRAME_QUERY = 0x0f;
export const FRAME_REPORT = 0x10;
export const FRAME_ECHO = 0x11;
export const FRAME_ECHO_REPLY = 0x12;
export const FRAME_LINK_TEST = 0x13;
export const FRAME_LINK_TEST_REPLY = 0x14;

/** From the host to its card. */
export const FRAME_HOST_OPEN = 0x40;
export const FRAME_HOST_REQUEST = 0x41;
export const FRAME_HOST_INIT = 0x42;
export const FRAME_HOST_STATUS_REQUEST = 0x43;
export const FRAME_HOST_CLOSE = 0x44;
export const FRAME_HOST_PLAN = 0x45;
export const FRAME_HOST_SURVEY = 0x46;
export const FRAME_HOST_TRUNK_OPEN = 0x47;
export const FRAME_HOST_TRUNK_CLOSE = 0x48;
/** One frame between cards, from the card at the other end of the trunk. */
export const FRAME_HOST_TRUNK_IN = 0x49;
export const FRAME_HOST_ECHO = 0x4a;
export const FRAME_HOST_LINK_TEST = 0x4b;

/** From the card to its host. */
export const FRAME_HOST_WELCOME = 0x60;
export const FRAME_HOST_ANSWER = 0x61;
export const FRAME_HOST_REFUSE = 0x62;
export const FRAME_HOST_VIEW = 0x63;
export const FRAME_HOST_MIRROR = 0x64;
export const FRAME_HOST_INIT_RESULT = 0x65;
export const FRAME_HOST_STATUS = 0x66;
export const FRAME_HOST_LINKS = 0x67;
export const FRAME_HOST_COUNTERS = 0x68;
export const FRAME_HOST_PLAN_RESULT = 0x69;
export const FRAME_HOST_REPORT = 0x6a;
/** One frame between cards, for the card at the other end of the trunk. */
export const FRAME_HOST_TRUNK_OUT = 0x6b;
export const FRAME_HOST_ECHO_RESULT = 0x6c;
export const FRAME_HOST_LINK_TEST_RESULT = 0x6d;

/** Offsets that every frame has. */
export const OFFSET_VERSION = 0;
export const OFFSET_TYPE = 1;

/** The state of a view in which numbers can be had. Every other state is one of the codes below. */
export const STATE_READY = 0;

/** Why a request got no number. The host turns each into an error with advice. */
export const REFUSE_BLANK = 1;
/** No beacon of an accepted view within a lease. */
export const REFUSE_NO_VIEW = 2;
/** The primary was restarted in its view and no longer knows the current number. */
export const REFUSE_COLD = 3;
/** The primary has no lease: too few cards answer it. */
export const REFUSE_NO_LEASE = 4;
/** The secondary does not answer the primary, or was restarted in its view. */
export const REFUSE_NO_SECONDARY = 5;
/** Too many blocks at once. */
export const REFUSE_BUSY = 6;
/** No number is left below 2^63. */
export const REFUSE_EXHAUSTED = 7;
/** A count of zero, or above `MAX_BLOCK_COUNT`. */
export const REFUSE_COUNT = 8;
/** The card knows nothing of this session: it was restarted, or another process opened it. */
export const REFUSE_NO_SESSION = 9;
/** The card asked was not the primary: the asking card's view is old. */
export const REFUSE_NOT_PRIMARY = 10;
/** The card's flash could not be read or written, so the card takes no part in anything. */
export const REFUSE_STORAGE = 11;
/** The card was initialised and waits for the others to found the fabric, or to be taken into it. */
export const REFUSE_JOINING = 12;
/** The card was removed from its fabric. It takes an init as a blank one does. */
export const REFUSE_REMOVED = 13;
