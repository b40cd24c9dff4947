/** What a check can find wrong. The codes are stable: programs may decide by them. */
export type FindingCode =
  /** A port that could not be opened, or behind which no card answers; the port's own code is in the text. */
  | "PORT_UNUSABLE"
  | "BLANK_CARD"
  /** Initialised, and its fabric has not begun; or removed from its fabric. */
  | "CARD_WAITS"
  /** Of another fabric than most of the cards. */
  | "FOREIGN_CARD"
  /** Two ports with one card id: a card was copied, or initialised again under an id in use. */
  | "SAME_ID"
  /** A member that none of the ports leads to, and that does not answer by way of the others either. */
  | "DEAD_CARD"
  /** A member that answers by way of the others, but has no port among those given. */
  | "CARD_WITHOUT_PORT"
  | "STORAGE_FAILED"
  /** Lost its flash: it has to be replaced. */
  | "CARD_FORGOT"
  /** Cards with different versions of the firmware. */
  | "MIXED_FIRMWARE"
  /** Frames arrive in one direction only. */
  | "ONE_WAY_CABLE"
  /** The two wires of a connector lead to different cards, or two of its own connectors are joined. */
  | "MISWIRED_CABLE"
  /** Was there since the cards booted, and is silent now. */
  | "DEAD_CABLE"
  /** A connector over which nothing good ever came. */
  | "SILENT_CONNECTOR"
  /** A card that no cable leads to. */
  | "CARD_ALONE"
  | "BAD_FRAMES"
  | "LOST_FRAMES"
  /** A card whose firmware knows no echoes. */
  | "NO_ECHOES"
  /** Echoes over a single cable that did not come back. */
  | "ECHOES_LOST"
  /** Came back with another payload under a good checksum. */
  | "ECHO_CHANGED"
  /** A cable that was not tested at other rates, as others would get no numbers meanwhile. */
  | "CABLE_NEEDED"
  /** A cable that has one rate only. */
  | "NO_BAUDS"
  /** Errors at the rate that a cable has, or below it. */
  | "BAUD_ERRORS"
  /** A rate that a board cannot. */
  | "BAUD_REFUSED"
  /** A rate that was not tested for another reason. */
  | "BAUD_UNTESTED"
  /** No number came at a host that ought to have been served. */
  | "NO_NUMBERS"
  /** The rig cannot bear the loss of this cable or card. */
  | "NO_SPARE"
  /** The plug that was to be pulled is still in, as the cards see it. */
  | "PULL_NOT_SEEN"
  /** Who was to pull a plug has left it in. */
  | "STEP_LEFT_OUT"
  /** What was pulled did not come back. */
  | "NOT_RESTORED"
  /** A number came twice or out of order. */
  | "PROMISE_BROKEN";

/** One thing that the check has found. */
export interface Finding {
  readonly code: FindingCode;
  /** Errors make the check fail; warnings do not. */
  readonly severity: "error" | "warning";
  readonly text: string;
  /** What to do about it. */
  readonly advice: string;
}

export function fault(code: FindingCode, text: string, advice: string): Finding {
  return { code, severity: "error", text, advice };
}

export function warning(code: FindingCode, text: string, advice: string): Finding {
  return { code, severity: "warning", text, advice };
}
