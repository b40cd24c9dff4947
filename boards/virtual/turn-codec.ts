import { DEFAULT_TIMING, type Timing } from "../../firmware/wire/constants.js";

/**
 * What the rig and a card's engine say to one another. One command and one answer make a turn. Both ends are of the
 * same build, so there is no version. All fields are little-endian.
 *
 * BOOT: op u8 (1), linkCount u8, chipHigh u32, chipLow u32, randomSeed u32, each time of `Timing` u32, recordState i8,
 * recordLength u8, record; then as TURN from `nowUs` on.
 * TURN: op u8 (2), nowUs f64, for each port the room in its send buffer u32; then what was received: port u8,
 * length u16, bytes. The host's port comes after the links.
 * Answer: wakeUpUs f64, recordLength u8 (0: nothing was written), record; then what is to be sent, as above.
 */
export const OP_BOOT = 1;
export const OP_TURN = 2;

/** Bytes in front of each piece of received or sent bytes. */
export const PIECE_HEADER_BYTES = 3;
export const MAX_PIECE_BYTES = 0xffff;

/** The times in the order in which BOOT has them. */
export const TIMING_FIELDS = Object.keys(DEFAULT_TIMING) as readonly (keyof Timing)[];

export const OFFSET_LINK_COUNT = 1;
export const OFFSET_CHIP_ID = 2;
export const OFFSET_SEED = OFFSET_CHIP_ID + 8;
export const OFFSET_TIMING = OFFSET_SEED + 4;
export const OFFSET_RECORD_STATE = OFFSET_TIMING + 4 * TIMING_FIELDS.length;
export const OFFSET_RECORD_LENGTH = OFFSET_RECORD_STATE + 1;
export const OFFSET_RECORD = OFFSET_RECORD_LENGTH + 1;
export const OFFSET_TURN = 1;

export const OFFSET_ANSWER_RECORD_LENGTH = 8;
export const OFFSET_ANSWER_RECORD = OFFSET_ANSWER_RECORD_LENGTH + 1;

/** Largest answer: what the send buffers of all ports can take is below it. */
export const MAX_ANSWER_BYTES = 65_536;
