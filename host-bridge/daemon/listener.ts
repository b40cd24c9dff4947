import type { Logger } from "pino";
import type { Clock } from "../clock.js";
import type { LogNamespace } from "./log.js";
import type { Metrics } from "./metrics.js";
import type { NumberSource } from "./number-source.js";

/** What the daemon hands to each of its listeners. */
export interface ListenerEnvironment {
  readonly numbers: NumberSource;
  /** Register counters of your own on `metrics.registry`, named `seqcard_<listener>_...`. */
  readonly metrics: Metrics;
  /** Writes under the listener's own namespace. */
  readonly log: Logger;
  readonly clock: Clock;
}

/** One way in which programs reach the daemon: a Unix socket, the Redis protocol, NATS, HTTP. */
export interface Listener {
  /** Lower case; the namespace of its log and the label of its figures. */
  readonly name: string;
  /** Where it can be reached, for people; null before `start`. */
  readonly address: string | null;
  /** Clients that are connected now. */
  readonly clients: number;
  /** Begins to serve. Rejects with a coded error, such as SOCKET_IN_USE; it then holds nothing. */
  start(): Promise<void>;
  /**
   * The daemon is about to end: take no new client and no new order, but deliver what was ordered. Clients keep what
   * they ask from now on for the next daemon.
   */
  drain(): void;
  /** Ends all clients, after what was written to them has left. Safe twice, and without `start`. */
  close(): Promise<void>;
}

/** How a listener is made. One that is not configured has none. */
export interface ListenerMaker {
  /** The listener's name, and the namespace of its log. */
  readonly name: LogNamespace;
  make(environment: ListenerEnvironment): Listener;
}
