import type { DaemonConfig } from "./config.js";
import type { ListenerMaker } from "./listener.js";

/** The listeners that a configuration asks for, beside the Unix socket that every daemon has. A line each. */
export function listenersOf(_config: DaemonConfig): ListenerMaker[] {
  return [];
}
