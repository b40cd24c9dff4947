import type { NumberSource } from "../number-source.js";
import { SPOKEN_REDIS_VERSION } from "./redis-session.js";

export interface RedisFigures {
  readonly port: number;
  readonly clients: number;
  readonly maxClients: number;
  readonly connections: number;
  readonly uptimeSeconds: number;
}

/** The text of INFO: what clients look for, in Redis's names, and a section of seqcard's own. */
export function describeServer(numbers: NumberSource, figures: RedisFigures): string {
  const { view } = numbers;
  return [
    "# Server",
    `redis_version:${SPOKEN_REDIS_VERSION}`,
    "redis_mode:standalone",
    "server_name:seqcard",
    `process_id:${process.pid}`,
    `tcp_port:${figures.port}`,
    `uptime_in_seconds:${Math.floor(figures.uptimeSeconds)}`,
    "",
    "# Clients",
    `connected_clients:${figures.clients}`,
    `maxclients:${figures.maxClients}`,
    "",
    "# Persistence",
    "loading:0",
    "",
    "# Stats",
    `total_connections_received:${figures.connections}`,
    "",
    "# Replication",
    "role:master",
    "connected_slaves:0",
    "",
    "# Seqcard",
    `ready:${numbers.isReady ? 1 : 0}`,
    `newest:${numbers.latest()}`,
    `view:${view?.number ?? 0}`,
    `primary:${view?.primary ?? 0}`,
    `secondary:${view?.secondary ?? 0}`,
    `cards:${numbers.cards().length}`,
    `open_orders:${numbers.openOrders}`,
    "",
  ].join("\r\n");
}
