import { DEFAULT_TIMING, type Timing } from "../../firmware/wire/constants.js";

/**
 * What the rig and a card's engine say to one another. One command and one answer make a turn. Both ends are of the
 * same build, so there is no version. All fields are little-endian.
 *
 * BOOT: op u8 (1), linkCount u8, chipHigh u32, chipLow u32, randomSeed u32, each time of `Timing` u32, pageBytes u16,
 * sectorBytes u32, sectorCount u8, bitRate u32 and maxBitRate u32 of every cable, pageCount u16; then for each page of the flash that is not blank its place u16 and its
 * bytes; then as TURN from `nowUs` on.
 * TURN: op u8 (2), nowUs f64, for each port the room in its send buffer u32; then what was received: port u8,
 * length u16, bytes. The host's port comes after the links.
 * Answer: wakeUpUs f64, flashBytes u32; so many bytes of what was done to the flash, in its order: kind u8 (1: a page was
 * programmed, 2: a sector was erased), offset u32, and for 1 the page; then what is to be sent, as above, where port + 128 with
 * a length of 4 and a u32 is no bytes to send but the rate that the cable has from there on.
 */
export const OP_BOOT = 1;
export const OP_TURN = 2;

/** Bytes in front of each piece of received or sent bytes. */
export const PIECE_HEADER_BYTES = 3;
export const MAX_PIECE_BYTES = 0xffff;
/** Added to a port's number where a piece is its new rate. */
export const RATE_PORT = 0x80;

/** The times in the order in which BOOT has them. */
export const TIMING_FIELDS = Object.keys(DEFAULT_TIMING) as readonly (keyof Timing)[];

export const OFFSET_LINK_COUNT = 1;
export const OFFSET_CHIP_ID = 2;
export const OFFSET_SEED = OFFSET_CHIP_ID + 8;
export const OFFSET_TIMING = OFFSET_SEED + 4;
export const OFFSET_PAGE_BYTES = OFFSET_TIMING + 4 * TIMING_FIELDS.length;
export const OFFSET_SECTOR_BYTES = OFFSET_PAGE_BYTES + 2;
export const OFFSET_SECTOR_COUNT = OFFSET_SECTOR_BYTES + 4;
export const OFFSET_BIT_RATE = OFFSET_SECTOR_COUNT + 1;
export const OFFSET_MAX_BIT_RATE = OFFSET_BIT_RATE + 4;
export const OFFSET_PAGE_COUNT = OFFSET_MAX_BIT_RATE + 4;
export const OFFSET_PAGES = OFFSET_PAGE_COUNT + 2;
export const OFFSET_TURN = 1;

export const OFFSET_FLASH_BYTES = 8;
export const ANSWER_HEADER_BYTES = OFFSET_FLASH_BYTES + 4;

export const FLASH_PROGRAM = 1;
export const FLASH_ERASE = 2;
/** Bytes in front of the page that was programmed. */
export const OPERATION_HEADER_BYTES = 5;

/** Most that is sent in a turn: what the send buffers of all ports can take is below it. */
export const MAX_ANSWER_BYTES = 65_536;
/** Most that is told of the flash in a turn: 251 pages. */
export const MAX_FLASH_BYTES = 65_536;
