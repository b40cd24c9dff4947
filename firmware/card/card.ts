import type { RecordStore } from "../storage/record-store.js";
import type { Timing } from "../wire/constants.js";
import type { FrameBuffer } from "../wire/frame-buffer.js";
import type { Uint64 } from "../wire/uint64.js";

/** Everything a card is handed: it has no clock, no timer, no randomness and no I/O of its own. */
export interface CardEnvironment {
  readonly linkCount: number;
  readonly storage: RecordStore;
  readonly chipId: Uint64;
  readonly randomSeed: number;
  readonly timing: Timing;
  /** @returns false where the frame found no room. The frame is used again as soon as it returns. */
  sendLink(link: number, frame: FrameBuffer): boolean;
  sendHost(frame: FrameBuffer): boolean;
  badFramesOfLink(link: number): number;
}

export class Card {
  /** When `tick` is to be called next, in the time that is handed in. */
  wakeUpUs = 0;
  constructor(_environment: CardEnvironment) {}
  start(_nowUs: number): void {}
  receiveFromLink(_link: number, _frame: FrameBuffer, _nowUs: number): void {}
  receiveFromHost(_frame: FrameBuffer, _nowUs: number): void {}
  tick(_nowUs: number): void {}
}
