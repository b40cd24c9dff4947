/** Stable codes of everything that a rig can refuse. */
export type RigErrorCode =
  | "BAD_BOOTROM"
  | "BAD_FIRMWARE"
  | "BAD_OPTION"
  | "BAD_TOPOLOGY"
  | "BAD_COMMAND"
  | "CARD_FAILED"
  | "CARD_PAUSED"
  | "CARD_RUNNING"
  | "CARD_STOPPED"
  | "EMULATOR_MISSING"
  | "NO_SUCH_CABLE"
  | "NO_SUCH_CARD"
  | "NO_SUCH_FABRIC"
  | "NOT_READY"
  | "PTY_UNAVAILABLE"
  | "RIG_NOT_RUNNING"
  | "RIG_RUNNING"
  | "SOCKET_UNSAFE"
  | "STORAGE_FAILED"
  | "XS_MISSING";

/** The only class of error that the rig throws on purpose. The message says what to do about it. */
export class RigError extends Error {
  readonly code: RigErrorCode;

  constructor(code: RigErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "RigError";
    this.code = code;
  }
}

/** The text of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
