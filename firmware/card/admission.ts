import { PROTOCOL_VERSION } from "../wire/constants.js";
import type { FrameBuffer } from "../wire/frame-buffer.js";
import {
  FRAME_ACCEPT,
  FRAME_DECLINE,
  FRAME_JOIN,
  FRAME_PREPARE,
  FRAME_PROMISE,
  FRAME_QUERY,
  FRAME_REPORT,
  OFFSET_TYPE,
  OFFSET_VERSION,
} from "../wire/frame-types.js";
import { FABRIC_HEADER_BYTES, OFFSET_FABRIC, OFFSET_SOURCE } from "../wire/header.js";
import type { CardContext } from "./card-context.js";

/** Never that of a card. */
export const NO_EPOCH = -1;
/** What a card takes while it waits for its fabric. Reports decide nothing. */
const HEARD_WHILE_JOINING = [FRAME_ACCEPT, FRAME_JOIN, FRAME_QUERY, FRAME_REPORT];
/** What a card takes from one that its own list does not have: a later list may, and then a view change brings it here. */
const TYPES_OF_CHANGES = [FRAME_ACCEPT, FRAME_PREPARE, FRAME_PROMISE, FRAME_DECLINE];

/** Which frames between cards are taken at all. What is not is counted here, under its reason. */
export class Admission {
  private readonly context: CardContext;

  constructor(context: CardContext) {
    this.context = context;
  }

  /** Whether a frame that came over a cable is of this version and fabric, and whole as far as its header goes. */
  isOfThisFabric(frame: FrameBuffer): boolean {
    const { counters, state, takesPart } = this.context;
    if (frame.bytes[OFFSET_VERSION] !== PROTOCOL_VERSION) {
      counters.dropVersion += 1;
    } else if (frame.length < FABRIC_HEADER_BYTES) {
      counters.dropLength += 1;
    } else if (!takesPart || frame.view.getUint32(OFFSET_FABRIC, true) !== state.fabricId) {
      counters.dropFabric += 1;
    } else {
      return true;
    }
    return false;
  }

  /** Whether it comes from another card that this one knows; an ACCEPT tells itself whether its source is a member. */
  isFromOther(frame: FrameBuffer): boolean {
    const { context } = this;
    const source = frame.bytes[OFFSET_SOURCE] as number;
    const isOther =
      source !== context.cardId && (context.knows(source) || frame.bytes[OFFSET_TYPE] === FRAME_ACCEPT);
    if (!isOther) context.counters.dropSource += 1;
    return isOther;
  }

  /** Whether a frame that is for this card may have come from `source`, and means something to a card in this state. */
  admits(source: number, frame: FrameBuffer): boolean {
    const type = frame.bytes[OFFSET_TYPE] as number;
    const { context } = this;
    if (!context.state.members.has(source) && !TYPES_OF_CHANGES.includes(type)) {
      context.counters.dropSource += 1;
      return false;
    }
    if (!context.isReady && context.isJoining() && !HEARD_WHILE_JOINING.includes(type)) {
      context.counters.dropRole += 1;
      return false;
    }
    return true;
  }

  /** @returns the epoch, where frames of any type are admitted from `source` as long as it lasts, else NO_EPOCH. */
  epochOf(source: number): number {
    const { context } = this;
    return context.isReady && context.state.members.has(source) ? context.epoch : NO_EPOCH;
  }
}
