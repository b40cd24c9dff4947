import type { Flash } from "../../firmware/storage/flash.js";
import type { CutOptions } from "./memory-flash.js";

/** The flash of a virtual card: it outlives the card, and with a file also the rig. */
export interface CardFlash extends Flash {
  /** What reads now. */
  readonly bytes: Uint8Array;
  /** The card gets power. What a power cut left half done may read otherwise than before. */
  powerOn(): void;
  /** Arms a power cut: the program or erase it falls into leaves its part and throws PowerCut. */
  cutPower(options: CutOptions): void;
}
