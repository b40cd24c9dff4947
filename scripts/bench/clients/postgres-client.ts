import pg from "pg";
import type { ClientShape, NumberClient } from "../number-client.js";
import { integerFrom } from "./integer-from.js";

export const POSTGRES_SEQUENCE = "seqcard_bench";

/** A connection a caller as far as there are connections; a caller without one waits in the pool's queue. */
export async function openPostgres(port: number, user: string, shape: ClientShape): Promise<NumberClient> {
  const pool = new pg.Pool({ host: "127.0.0.1", port, user, database: "postgres", max: shape.connections });
  // An idle connection that the server ends is reported by the next query.
  pool.on("error", () => {});
  const query = { name: "next", text: `SELECT nextval('${POSTGRES_SEQUENCE}')` };
  const clients = await Promise.all(Array.from({ length: shape.connections }, () => pool.connect()));
  for (const client of clients) client.release();
  return {
    async next() {
      const result = await pool.query(query);
      return integerFrom(result.rows[0]?.nextval);
    },
    async close() {
      await pool.end();
    },
  };
}
