import { PROTOCOL_VERSION } from "../firmware/wire/constants.js";
import type { CardIdentity } from "./card-identity.js";
import { SequenceError } from "./errors.js";

export function notACardError(): SequenceError {
  return new SequenceError(
    "NOT_A_CARD",
    "nothing that speaks seqcard's protocol answers at this port; choose another (`seqcard ports`), or flash the card",
  );
}

export function wrongVersionError(version: number): SequenceError {
  const advice = version > PROTOCOL_VERSION ? "update this package" : "flash newer firmware";
  return new SequenceError(
    "WRONG_VERSION",
    `the card speaks version ${version} of the protocol, and this package version ${PROTOCOL_VERSION}; ${advice}`,
  );
}

export function wrongFabricError(expected: number, found: CardIdentity): SequenceError {
  const what = found.blank ? "a blank card" : `a card of fabric ${hexadecimal(found.fabricId)}`;
  return new SequenceError(
    "WRONG_FABRIC",
    `${what} is at the port now, and before it was one of fabric ${hexadecimal(expected)}; plug that one in again, or open anew`,
  );
}

export function disconnectedError(cause?: unknown): SequenceError {
  return new SequenceError("DISCONNECTED", "the line to the card is broken; plug the card in again", {
    cause,
  });
}

export function closedError(): SequenceError {
  return new SequenceError("CLOSED", "this sequence is closed; open it again");
}

/** @param refusedFor why the card refused the call while it waited, or what keeps the fabric from being ready, if anything. */
export function timeoutError(
  line: "down" | "opening" | "open",
  refusedFor: SequenceError | null,
): SequenceError {
  if (line !== "open") return timeout("the card was not connected", disconnectedError());
  if (refusedFor !== null) return timeout(refusedFor.message, refusedFor);
  return timeout("the card did not answer; see `seqcard status`, or allow more time", undefined);
}

function timeout(why: string, cause: SequenceError | undefined): SequenceError {
  const reason = cause?.reason;
  return new SequenceError("TIMEOUT", `the time for this call is over: ${why}`, {
    cause,
    ...(reason === undefined ? {} : { reason }),
  });
}

export function hexadecimal(fabricId: number): string {
  return fabricId.toString(16).padStart(8, "0");
}
