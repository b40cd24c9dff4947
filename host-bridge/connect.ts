import { badOption, callOptions } from "./call-options.js";
import { SequenceError } from "./errors.js";
import { Sequence } from "./sequence.js";
import { findSocketPath } from "./socket-path.js";
import { openSocketTransport } from "./socket-transport.js";
import { systemSettings } from "./system-settings.js";

export interface ConnectOptions {
  /** The daemon's socket; by default SEQCARD_SOCKET, else that of this user's daemon, else that of the machine's. */
  readonly socket?: string;
  /** How long a call may take, in milliseconds; 10,000 by default. */
  readonly timeoutMs?: number;
  /** How long the daemon may take to present a card at first, in milliseconds; 2,000 by default. */
  readonly openTimeoutMs?: number;
  /** As with `open`. */
  readonly whenNotReady?: "wait" | "reject";
  /** Whether to go back to a daemon that was restarted, and ask again for what was in flight; true by default. */
  readonly reconnect?: boolean;
}

/**
 * Takes numbers from the daemon of this host (`seqcard serve`), as `open` does from a card of this process's own. Any
 * number of processes may; their calls of one moment travel together.
 * Rejects with DAEMON_NOT_RUNNING, DAEMON_DENIED, DAEMON_SILENT, WRONG_VERSION, PORT_FAILED or BAD_OPTION.
 */
export async function connect(options: ConnectOptions = {}): Promise<Sequence> {
  const { socket = findSocketPath() } = options;
  if (typeof socket !== "string" || socket === "") throw badOption("socket must be the path of a socket");
  const call = callOptions(options);
  try {
    return await Sequence.start({
      openTransport: (events) => openSocketTransport(socket, call.whenNotReady, events),
      ...systemSettings(),
      ...call,
    });
  } catch (error) {
    if (!(error instanceof SequenceError) || error.code !== "NOT_A_CARD") throw error;
    throw new SequenceError(
      "DAEMON_SILENT",
      `what listens at ${socket} does not answer as a daemon does; look whose socket it is, or restart the daemon`,
      { cause: error },
    );
  }
}
