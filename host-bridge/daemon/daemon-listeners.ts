import { HttpListener } from "../http/http-listener.js";
import type { DaemonConfig } from "./config.js";
import type { ListenerMaker } from "./listener.js";
import { NatsListener } from "./nats-listener.js";
import { parseNetworkAddress } from "./network-address.js";
import { RedisListener } from "./redis-listener.js";

/** The listeners that a configuration asks for, beside the Unix socket that every daemon has. A line each. */
export function listenersOf(config: DaemonConfig): ListenerMaker[] {
  const makers: ListenerMaker[] = [];
  const redis = config.redis === null ? null : parseNetworkAddress(config.redis);
  if (redis !== null) {
    const options = {
      address: redis,
      passwordFile: config.redisPasswordFile,
      maxClients: config.maxClients,
      timeoutMs: config.redisTimeoutMs,
    };
    makers.push({ name: "redis", make: (environment) => new RedisListener(options, environment) });
  }
  if (config.nats !== null) {
    const options = {
      servers: config.nats,
      credentialsFile: config.natsCredentialsFile,
      prefix: config.natsSubject,
    };
    makers.push({ name: "nats", make: (environment) => new NatsListener(options, environment) });
  }
  if (config.http !== null) {
    const options = { address: config.http, hosts: config.httpHosts };
    makers.push({ name: "http", make: (environment) => new HttpListener(options, environment) });
  }
  return makers;
}
