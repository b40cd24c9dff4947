import type { ClientSettings, ClientShape, NumberClient } from "../number-client.js";
import { openDaemonClient } from "./daemon-client.js";
import { openDaemonRedis } from "./daemon-redis-client.js";
import { openEtcd } from "./etcd-client.js";
import { openPostgres } from "./postgres-client.js";
import { openRedisBlock } from "./redis-block-client.js";
import { openRedis } from "./redis-client.js";
import { openSeqcard } from "./seqcard-client.js";

/** Connects to the system that `settings` names. @throws where it cannot be reached. */
export async function openClient(settings: ClientSettings, shape: ClientShape): Promise<NumberClient> {
  switch (settings.kind) {
    case "redis":
      return openRedis(settings.port, shape);
    case "redis-block":
      return openRedisBlock(settings.port, shape);
    case "postgres":
      return openPostgres(settings.port, settings.user, shape);
    case "etcd":
      return openEtcd(settings.port, shape);
    case "seqcard":
      return openSeqcard(settings.path);
    case "seqcard-daemon":
      return openDaemonClient(settings.socket);
    case "daemon-redis":
      return openDaemonRedis(settings.port, shape);
  }
}
