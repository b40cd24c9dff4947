import {
  CARD_FLAG_BLANK,
  CARD_FLAG_STORAGE_FAILED,
  type HostWelcomeFields,
} from "../firmware/wire/host-setup-frames.js";
import { toBigint } from "./uint64-bigint.js";

/** Which card a port leads to. */
export interface CardIdentity {
  /** 1 to 254, or 0 for a blank card. */
  readonly id: number;
  /** 0 for a blank card. */
  readonly fabricId: number;
  /** The number of the board's chip; no other board has it. */
  readonly chipId: bigint;
  readonly blank: boolean;
  readonly storageFailed: boolean;
}

export function identityFrom(fields: HostWelcomeFields): CardIdentity {
  return {
    id: fields.cardId,
    fabricId: fields.fabricId,
    chipId: toBigint(fields.chipId),
    blank: (fields.flags & CARD_FLAG_BLANK) !== 0,
    storageFailed: (fields.flags & CARD_FLAG_STORAGE_FAILED) !== 0,
  };
}
