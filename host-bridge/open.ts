import { baudRateProblem, DEFAULT_BAUD_RATE } from "./baud-rate.js";
import { badOption, callOptions } from "./call-options.js";
import { openTransport } from "./open-transport.js";
import { Sequence } from "./sequence.js";
import { systemSettings } from "./system-settings.js";

export interface OpenOptions {
  /** The serial port, such as /dev/ttyACM0. A path under /dev/serial/by-id stays the same over a replug. */
  readonly path: string;
  /** 115,200 by default. */
  readonly baudRate?: number;
  /** How long a call may take, in milliseconds; 10,000 by default. */
  readonly timeoutMs?: number;
  /** How long the card may take to answer at first, in milliseconds; 2,000 by default. */
  readonly openTimeoutMs?: number;
  /**
   * While the fabric gives no numbers: calls wait for it ("wait", the default), or reject with NOT_READY, and with
   * DISCONNECTED where they come while the card is unplugged ("reject").
   */
  readonly whenNotReady?: "wait" | "reject";
  /** Whether to take an unplugged card back, and ask again for what was in flight; true by default. */
  readonly reconnect?: boolean;
}

/**
 * Opens the card at a serial port. Blank cards too: `next` then rejects with CARD_BLANK, and `initialise` works.
 * Rejects with PORT_NOT_FOUND, PORT_BUSY, PORT_DENIED, PORT_FAILED, NOT_A_CARD, WRONG_VERSION or BAD_OPTION.
 */
export async function open(options: OpenOptions): Promise<Sequence> {
  const { path, baudRate = DEFAULT_BAUD_RATE } = options;
  if (typeof path !== "string" || path === "") throw badOption("path must name a serial port");
  const problem = baudRateProblem(baudRate);
  if (problem !== null) throw badOption(`baudRate ${problem}`);
  const call = callOptions(options);
  return Sequence.start({
    openTransport: (events) => openTransport(path, baudRate, events),
    ...systemSettings(),
    ...call,
  });
}
