import type { Redis } from "ioredis";
import type { ClientShape, NumberClient } from "../number-client.js";
import { connectRedis, REDIS_KEY, takeReply } from "./redis-client.js";

interface Caller {
  readonly resolve: (number: bigint) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * What an application can do by hand to have seqcard's batching on Redis: all who wait when a connection is free share
 * one INCRBY n and one WAIT. Not what "INCR + WAIT" means, but whoever compares should see it.
 */
export async function openRedisBlock(port: number, shape: ClientShape): Promise<NumberClient> {
  const connections = await connectRedis(port, shape.connections);
  const free = [...connections];
  let waiting: Caller[] = [];

  const serve = async (connection: Redis, callers: readonly Caller[]): Promise<void> => {
    try {
      const replies = await connection.pipeline().incrby(REDIS_KEY, callers.length).wait(1, 0).exec();
      const first = takeReply(replies) - BigInt(callers.length) + 1n;
      for (const [index, caller] of callers.entries()) caller.resolve(first + BigInt(index));
    } catch (error) {
      for (const caller of callers) caller.reject(error);
    }
    free.push(connection);
    // The callers just served ask again first, so that they share the next block.
    setImmediate(take);
  };
  const take = (): void => {
    if (waiting.length === 0) return;
    const connection = free.pop();
    if (connection === undefined) return;
    const callers = waiting;
    waiting = [];
    void serve(connection, callers);
  };

  return {
    next() {
      return new Promise((resolve, reject) => {
        if (waiting.push({ resolve, reject }) === 1) setImmediate(take);
      });
    },
    async close() {
      for (const connection of connections) connection.disconnect();
    },
  };
}
