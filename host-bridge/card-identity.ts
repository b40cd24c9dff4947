import {
  CARD_FLAG_BLANK,
  CARD_FLAG_JOINING,
  CARD_FLAG_REMOVED,
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
  /** Initialised, and waits for its fabric. */
  readonly joining: boolean;
  /** Was a member; may be initialised as a blank card may. */
  readonly removed: boolean;
  readonly storageFailed: boolean;
}

export function identityFrom(fields: HostWelcomeFields): CardIdentity {
  return {
    id: fields.cardId,
    fabricId: fields.fabricId,
    chipId: toBigint(fields.chipId),
    blank: (fields.flags & CARD_FLAG_BLANK) !== 0,
    joining: (fields.flags & CARD_FLAG_JOINING) !== 0,
    removed: (fields.flags & CARD_FLAG_REMOVED) !== 0,
    storageFailed: (fields.flags & CARD_FLAG_STORAGE_FAILED) !== 0,
  };
}

/** Whether the card is in no fabric yet, or in none any more: then it may come to be of any. */
export function isUnsettled({ blank, joining, removed }: CardIdentity): boolean {
  return blank || joining || removed;
}
