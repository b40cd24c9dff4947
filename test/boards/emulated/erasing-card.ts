import type { ExecutionContext } from "ava";
import { FrameBuffer } from "../../../firmware/wire/frame-buffer.js";
import { FRAME_PREPARE } from "../../../firmware/wire/frame-types.js";
import { writeFabricHeader } from "../../../firmware/wire/header.js";
import { encodePrepare } from "../../../firmware/wire/view-frames.js";
import { FABRIC } from "../../support/card-bench.js";
import { encode, LoneCard } from "./lone-card.js";

const MS = 1e6;
/** A card promises nothing for a lease after its start. */
const LEASE_NANOS = 100 * MS;

/** Card 2 asks a lone card for promises, round after round: each is a page of its flash. */
export class Asker {
  private round = 2;
  private readonly lone: LoneCard;

  constructor(lone: LoneCard) {
    this.lone = lone;
    lone.pass(LEASE_NANOS);
  }

  ask(): void {
    this.round += 16;
    const frame = new FrameBuffer();
    writeFabricHeader(frame, FRAME_PREPARE, 2, 3, 16, FABRIC);
    encodePrepare(frame, 256 * this.round + 2);
    this.lone.sendLink(1, encode(frame));
  }

  /** Asks until the card has no room left and begins to erase. */
  askUntilErase(t: ExecutionContext): void {
    const { card, emulation } = this.lone;
    for (let turn = 0; turn < 20 && !card.flash.isErasing; turn += 1) {
      this.ask();
      emulation.runWhile(() => card.flash.isErasing, emulation.nanos + 10 * MS);
    }
    t.true(card.flash.isErasing, "it erases");
  }
}

/** A card with so little room in its log that it soon erases; it stands at the beginning of that erase. */
export function atErase(t: ExecutionContext, eraseUs: number): LoneCard {
  const lone = scarceCard(t, eraseUs);
  new Asker(lone).askUntilErase(t);
  return lone;
}

/** A card that erases after a few pages more. */
export function scarceCard(t: ExecutionContext, eraseUs: number): LoneCard {
  return new LoneCard(t, { flashTimes: { eraseUs }, freePages: 12 });
}
