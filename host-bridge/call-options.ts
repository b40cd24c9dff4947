import { SequenceError } from "./errors.js";
import { DEFAULT_CALL_TIMEOUT_MS, DEFAULT_OPEN_TIMEOUT_MS } from "./timing.js";

/** What `open`, `connect` and `connectNats` may all be told of calls. */
export interface CallOptions {
  readonly timeoutMs?: number;
  readonly openTimeoutMs?: number;
  readonly whenNotReady?: "wait" | "reject";
  readonly reconnect?: boolean;
}

/** @returns the options with what stands for those that were left out. @throws SequenceError BAD_OPTION. */
export function callOptions(options: CallOptions): Required<CallOptions> {
  const { timeoutMs = DEFAULT_CALL_TIMEOUT_MS, openTimeoutMs = DEFAULT_OPEN_TIMEOUT_MS } = options;
  const { whenNotReady = "wait", reconnect = true } = options;
  for (const [name, time] of Object.entries({ timeoutMs, openTimeoutMs })) {
    if (!(time > 0)) throw badOption(`${name} must be more than 0`);
  }
  if (whenNotReady !== "wait" && whenNotReady !== "reject") {
    throw badOption('whenNotReady must be "wait" or "reject"');
  }
  return { timeoutMs, openTimeoutMs, whenNotReady, reconnect };
}

export function badOption(text: string): SequenceError {
  return new SequenceError("BAD_OPTION", text);
}
