import {
  type PersistentState,
  STANDING_MEMBER,
  STANDING_REMOVED,
} from "../../firmware/card/persistent-state.js";
import type { FrameBuffer } from "../../firmware/wire/frame-buffer.js";
import * as types from "../../firmware/wire/frame-types.js";
import * as lease from "../../firmware/wire/lease-frames.js";
import * as numbers from "../../firmware/wire/number-frames.js";
import { toBigInt } from "../support/layout.js";
import { must } from "./must.js";

const store = new numbers.StoreFields();
const answer = new numbers.AnswerFields();
const beacon = new lease.BeaconFields();
const ack = new lease.BeaconAckFields();

const SAID_WHILE_WAITING = [
  types.FRAME_HELLO,
  types.FRAME_JOIN,
  types.FRAME_ACCEPT,
  // Surveys decide nothing: who waits may be asked how it is, and may ask.
  types.FRAME_QUERY,
  types.FRAME_REPORT,
];

/** What entitles a card to speak. */
export interface Standing {
  readonly flash: PersistentState | undefined;
  /** A write to flash has failed since the boot. */
  readonly failed: boolean;
  /** The view in which it was restarted: of that one it knows no numbers any more. */
  readonly coldView: number | undefined;
}

/**
 * Checks that what a card says to others as primary, secondary or member is covered by what it has in flash, in a view
 * that is both accepted and promised.
 */
export function checkOwnFrame(frame: FrameBuffer, standing: Standing): void {
  const { flash, failed, coldView } = standing;
  const type = frame.bytes[1] as number;
  if (flash === undefined) throw new Error("a blank card spoke to others");
  if (frame.bytes[2] !== flash.cardId) return;
  const { accepted, cardId } = flash;
  must(
    flash.standing === STANDING_MEMBER || SAID_WHILE_WAITING.includes(type),
    `a card that is no member sent a frame of type ${type}`,
  );
  must(flash.standing !== STANDING_REMOVED, "a removed card spoke to others");
  if (type === types.FRAME_STORE) {
    must(numbers.decodeStore(frame, store), "STORE has a wrong length");
    must(accepted.primary === cardId, "a card that is not primary assigned numbers");
    checkView(store.view, flash, failed);
    must(store.view !== coldView, "a cold primary assigned numbers");
    const end = toBigInt(store.first) + BigInt(store.count);
    must(end <= toBigInt(flash.ceiling), "a number was assigned above the ceiling in flash");
  } else if (type === types.FRAME_ANSWER) {
    must(numbers.decodeAnswer(frame, answer), "ANSWER has a wrong length");
    must(accepted.secondary === cardId, "a card that is not secondary answered");
    checkView(answer.view, flash, failed);
    must(answer.view !== coldView, "a cold secondary answered");
    must(
      answer.count > 0 && toBigInt(answer.first) >= toBigInt(accepted.base),
      "an answer lies below the view's base",
    );
    must(toBigInt(answer.first) + BigInt(answer.count) <= 2n ** 63n, "an answer lies above the last number");
  } else if (type === types.FRAME_BEACON) {
    must(lease.decodeBeacon(frame, beacon), "BEACON has a wrong length");
    must(accepted.primary === cardId, "a card that is not primary sent a beacon");
    checkView(beacon.view, flash, failed);
    must(toBigInt(beacon.ceiling) === toBigInt(flash.ceiling), "a beacon has a ceiling that is not in flash");
    must(beacon.windowLog2 === flash.ceiling.windowLog2, "a beacon has a window that is not in flash");
  } else if (type === types.FRAME_BEACON_ACK) {
    must(lease.decodeBeaconAck(frame, ack), "BEACON_ACK has a wrong length");
    checkView(ack.view, flash, failed);
    must(
      toBigInt(ack.ceiling) === toBigInt(flash.ceiling),
      "a ceiling was acknowledged that is not in flash",
    );
  }
}

function checkView(view: number, flash: PersistentState, failed: boolean): void {
  must(!failed, "a card whose flash failed acted in a view");
  must(
    view === flash.accepted.number && view === flash.promised,
    `a card acted in view ${view}, which is not its own`,
  );
}
