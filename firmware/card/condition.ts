import { REFUSE_BLANK } from "../wire/frame-types.js";

/** What a card is in the view that it follows. Each holds what the ones below it hold. */
export const ROLE_NONE = 0;
export const ROLE_MEMBER = 1;
export const ROLE_SECONDARY = 2;
export const ROLE_PRIMARY = 3;

/** How a card is, for whoever shows it on the board. Made once and filled again. */
export class CardCondition {
  /** STATE_READY where numbers can be had, else the code of what keeps them (`REFUSE_...`). */
  state = REFUSE_BLANK;
  /** `ROLE_...`. Of a card that is both primary and secondary: primary. */
  role = ROLE_NONE;
  /** Cables on which a neighbour was heard since the boot, and is not now. */
  silentCables = 0;
}
