import { Redis } from "ioredis";
import type { ClientShape, NumberClient } from "../number-client.js";
import { integerFrom } from "./integer-from.js";

/** The counter's key. */
export const REDIS_KEY = "seqcard:bench";

/** @returns connections that are up. @throws where one of them does not come up. */
export async function connectRedis(port: number, connections: number): Promise<Redis[]> {
  // A connection that breaks is an error of the measurement, not something to be mended in silence.
  const options = { host: "127.0.0.1", port, lazyConnect: true, retryStrategy: () => null };
  const made = Array.from({ length: connections }, () => new Redis(options));
  // Without a listener ioredis prints every error itself; the call that fails tells it as well.
  for (const connection of made) connection.on("error", () => {});
  try {
    await Promise.all(made.map((connection) => connection.connect()));
  } catch (error) {
    for (const connection of made) connection.disconnect();
    throw error;
  }
  return made;
}

/** INCR and WAIT 1 0 in one pipeline: a caller has its number when one replica holds it. */
export async function openRedis(port: number, shape: ClientShape): Promise<NumberClient> {
  const connections = await connectRedis(port, shape.connections);
  return {
    async next(caller) {
      const connection = connections[caller % connections.length] as Redis;
      const replies = await connection.pipeline().incr(REDIS_KEY).wait(1, 0).exec();
      return takeReply(replies);
    },
    async close() {
      for (const connection of connections) connection.disconnect();
    },
  };
}

/** @returns the first reply of a pipeline that ended in WAIT. @throws where a command failed or no replica answered. */
export function takeReply(replies: [error: Error | null, result: unknown][] | null): bigint {
  for (const [error] of replies ?? []) if (error !== null) throw error;
  const number = replies?.[0]?.[1];
  if (integerFrom(replies?.[1]?.[1]) < 1n) throw new Error("Redis WAIT came back without a replica.");
  return integerFrom(number);
}
