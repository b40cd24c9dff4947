import type { ClientShape, NumberClient } from "../number-client.js";
import { integerFrom } from "./integer-from.js";
import { connectRedis, REDIS_KEY } from "./redis-client.js";

/** A daemon's Redis listener: each call is an order of its own there. */
export async function openDaemonRedis(port: number, shape: ClientShape): Promise<NumberClient> {
  const connections = await connectRedis(port, shape.connections);
  return {
    async next(caller) {
      const connection = connections[caller % shape.connections];
      return integerFrom(await connection?.incr(REDIS_KEY));
    },
    async close() {
      for (const connection of connections) connection.disconnect();
    },
  };
}
