import { PROTOCOL_VERSION } from "../../firmware/wire/constants.js";
import { CARD_FLAG_BLANK } from "../../firmware/wire/host-setup-frames.js";

/** What a fake card is like; tests change it while it runs. */
export interface FakeCardSettings {
  version: number;
  cardId: number;
  fabricId: number;
  flags: number;
  maxBlocksInFlight: number;
  /** Answers nothing at all. */
  silent: boolean;
  /** Keeps requests in `heard` for the test to answer. */
  manual: boolean;
  /** Refuses every request with this REFUSE_... code; 0 for none. */
  refuseWith: number;
  /** State in HOST_VIEW. */
  state: number;
  view: number;
  /** Bits of the next number: 63 is exhausted beyond 2^63-1. */
  next: bigint;
  /** Loses this many results of an init. */
  loseInitResults: number;
  /** Loses this many HOST_LINKS frames. */
  loseLinks: number;
  /** Loses this many HOST_REPORT frames. */
  loseReports: number;
  /** Tells of each echo at once with this ECHO_... code; -1: the test tells of them, if anybody does. */
  echoCode: number;
}

export const DEFAULT_SETTINGS: Readonly<FakeCardSettings> = {
  version: PROTOCOL_VERSION,
  cardId: 3,
  fabricId: 0xfab1c,
  flags: 0,
  maxBlocksInFlight: 8,
  silent: false,
  manual: false,
  refuseWith: 0,
  state: 0,
  view: 257,
  next: 1n,
  loseInitResults: 0,
  loseLinks: 0,
  loseReports: 0,
  echoCode: -1,
};

export function isBlank({ flags }: Readonly<FakeCardSettings>): boolean {
  return (flags & CARD_FLAG_BLANK) !== 0;
}
