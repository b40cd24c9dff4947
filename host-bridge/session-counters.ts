/** What the host's side has counted: frames that it dropped, by kind, and what else a quiet line never shows. */
export class SessionCounters {
  /** Frames of another protocol version. */
  dropVersion = 0;
  /** Frames too short, or of a length that does not fit their type. */
  dropLength = 0;
  /** Frames of another session: answers that are older than a reconnect. */
  dropSession = 0;
  dropType = 0;
  /** Answers and refusals for no block in flight: late ones and doubled ones. */
  answersUnmatched = 0;
  /** Answers with numbers that cannot be. */
  answersOutOfRange = 0;
  /** Numbers whose callers had timed out. */
  numbersSkipped = 0;
  /** Refusals after which a block waited. */
  refusalsWaited = 0;
  /** How often the card had forgotten the session. */
  sessionsLost = 0;
  /** Frames that found the send buffer full. */
  sendsFull = 0;
}
