import {
  type PersistentState,
  STANDING_FOUNDING,
  STANDING_MEMBER,
} from "../../firmware/card/persistent-state.js";
import { DEFAULT_TIMING } from "../../firmware/wire/constants.js";
import type { FrameBuffer } from "../../firmware/wire/frame-buffer.js";
import * as types from "../../firmware/wire/frame-types.js";
import * as plans from "../../firmware/wire/plan-frames.js";
import * as views from "../../firmware/wire/view-frames.js";
import { toHex } from "../support/hex.js";
import { toBigInt } from "../support/layout.js";
import { must } from "./must.js";
import type { Standing } from "./role-rules.js";

const NUMBER_LIMIT = 2n ** 63n;
const promise = new views.PromiseFields();
const decline = new views.DeclineFields();
const accept = new views.AcceptFields();
const result = new plans.PlanResultFields();

/** What a card has said that still binds it. */
export class ViewHistory {
  bootUs = 0;
  /** To whom the newest grant was given, and until when it runs. A reboot forgets neither: the others rely on it. */
  grantedTo = 0;
  grantUntilUs = Number.NEGATIVE_INFINITY;
  /**
   * What the card has announced of each view that it chose. Not even a reboot may change it; but a card that is initialised
   * again is another one.
   */
  readonly announced = new Map<string, string>();

  reboot(nowUs: number): void {
    this.bootUs = nowUs;
  }
}

/** Checks that what a card says in a view change is covered by its flash, by its grants and by what it said before. */
export function checkViewFrame(
  frame: FrameBuffer,
  standing: Standing,
  history: ViewHistory,
  nowUs: number,
): void {
  const { flash } = standing;
  if (flash === undefined || frame.bytes[2] !== flash.cardId) return;
  const destination = frame.bytes[3] as number;
  switch (frame.bytes[1]) {
    case types.FRAME_BEACON_ACK:
      history.grantedTo = destination;
      history.grantUntilUs = nowUs + DEFAULT_TIMING.leaseUs;
      break;
    case types.FRAME_PREPARE:
      checkPromised(views.decodePrepare(frame), flash.cardId, standing, flash, history, nowUs);
      break;
    case types.FRAME_PROMISE:
      must(views.decodePromise(frame, promise), "PROMISE has a wrong length");
      checkPromised(promise.view, destination, standing, flash, history, nowUs);
      checkPromise(flash, standing.coldView);
      break;
    case types.FRAME_DECLINE:
      must(views.decodeDecline(frame, decline), "DECLINE has a wrong length");
      must(decline.view % 256 === destination, "a view was declined to another than its coordinator");
      must(decline.promised === flash.promised, "a DECLINE tells a promise that is not in flash");
      break;
    case types.FRAME_ACCEPT:
      must(views.decodeAccept(frame, accept), "ACCEPT has a wrong length");
      checkAccept(frame, flash, history);
      break;
    case types.FRAME_PLAN_RESULT:
      must(plans.decodePlanResult(frame, result), "PLAN_RESULT has a wrong length");
      must(result.code <= plans.PLAN_LAST_CARD, "a plan has a result that is none");
      break;
  }
}

/** A promise is given to the view's coordinator, from flash, while no other relies on this card, and in no view accepted. */
function checkPromised(
  view: number,
  coordinator: number,
  standing: Standing,
  flash: PersistentState,
  history: ViewHistory,
  nowUs: number,
): void {
  must(!standing.failed, "a card whose flash failed promised a view");
  must(view % 256 === coordinator, "a view was promised to another than its coordinator");
  must(view === flash.promised, "a view was promised that is not the promise in flash");
  must(view > flash.accepted.number, "a view was promised that is accepted already");
  must(nowUs >= history.bootUs + DEFAULT_TIMING.leaseUs, "a view was promised within a lease after the boot");
  must(
    history.grantedTo === coordinator || nowUs >= history.grantUntilUs,
    "a view was promised while a grant to another ran",
  );
}

function checkPromise(flash: PersistentState, coldView: number | undefined): void {
  const { accepted, cardId } = flash;
  must(promise.accepted === accepted.number, "a PROMISE tells an accepted view that is not in flash");
  must(
    promise.primary === accepted.primary &&
      promise.secondary === accepted.secondary &&
      toBigInt(promise.base) === toBigInt(accepted.base),
    "a PROMISE tells another view than that in flash",
  );
  must(flash.members.isTold(promise), "a PROMISE tells another list than that in flash");
  must(
    toBigInt(promise.ceiling) === toBigInt(flash.ceiling),
    "a PROMISE tells a ceiling that is not in flash",
  );
  must(promise.windowLog2 === flash.ceiling.windowLog2, "a PROMISE tells a window that is not in flash");
  if ((promise.flags & views.PROMISE_FLAG_TAIL) === 0) return;
  must(promise.accepted !== coldView, "a cold card told a tail");
  must(cardId === accepted.primary || cardId === accepted.secondary, "a card without a role told a tail");
  const tail = toBigInt(promise.tail);
  must(
    tail >= toBigInt(accepted.base) && tail <= NUMBER_LIMIT,
    "a tail lies outside of what its view can reach",
  );
}

/** A card tells of a view that it has chosen, of the one that it has accepted, or as a founder of the first. */
function checkAccept(frame: FrameBuffer, flash: PersistentState, history: ViewHistory): void {
  if (flash.standing === STANDING_MEMBER && accept.view === flash.accepted.number) checkAccepted(flash);
  else if (flash.standing === STANDING_MEMBER) checkChosen(flash);
  else checkFirst(flash);
  must(
    toBigInt(accept.base) <= toBigInt(accept.ceiling),
    "a view was announced that begins above its ceiling",
  );
  must(toBigInt(accept.ceiling) <= NUMBER_LIMIT, "a view was announced with a ceiling beyond the numbers");
  must(accept.windowLog2 >= 16 && accept.windowLog2 <= 30, "a view was announced with a window out of range");
  // All but the ceiling and its window, which may have risen meanwhile.
  const body = toHex(frame.bytes.subarray(9, 24)) + toHex(frame.bytes.subarray(33, frame.length));
  const key = `${flash.incarnation}/${accept.view}`;
  const before = history.announced.get(key);
  must(before === undefined || before === body, "what was announced of a view has changed");
  history.announced.set(key, body);
}

function checkAccepted({ accepted, members }: PersistentState): void {
  must(
    accept.primary === accepted.primary &&
      accept.secondary === accepted.secondary &&
      toBigInt(accept.base) === toBigInt(accepted.base) &&
      members.isTold(accept),
    "the accepted view was told otherwise than it is in flash",
  );
}

function checkChosen({ cardId, promised }: PersistentState): void {
  must(accept.view % 256 === cardId, "a card announced the view of another");
  must(accept.view === promised, "a view was announced that its coordinator has not in flash");
}

function checkFirst({ cardId, standing, members, accepted }: PersistentState): void {
  must(standing === STANDING_FOUNDING, "a card that is to join, or was removed, told of a view");
  must(members.cardAt(0) === cardId && accept.view === 256 + cardId, "a card founded that is no founder");
  must(members.knowsAll() && members.isTold(accept), "a first view was told whose list is not in flash");
  must(toBigInt(accept.base) === toBigInt(accepted.base), "a first view begins elsewhere than it was told");
}
