import { join } from "node:path";
import pg from "pg";
import { findProgram, versionedBinDirectories } from "../../processes/find-program.js";
import { findFreePorts } from "../../processes/free-port.js";
import type { OwnedProcess, ProcessScope, UserId } from "../../processes/process-scope.js";
import { waitUntil } from "../../processes/wait-until.js";
import { POSTGRES_SEQUENCE } from "../clients/postgres-client.js";
import { type BenchSystem, sameForEach, upTo } from "./bench-system.js";

const START_TIMEOUT_MS = 30_000;
const DATABASE_USER = "bench";
const STANDBY_NAME = "standby";
/** PostgreSQL's own default; three of them are kept for its superuser, and the clients come in equal parts. */
const MAX_CONNECTIONS = 100;
const CLIENT_CONNECTIONS = 96;

/** `SELECT nextval`, with one synchronous standby. */
export function postgres(): BenchSystem {
  return {
    id: "postgres",
    title: "PostgreSQL nextval",
    promise:
      "One nextval in 32 writes ahead to the standby and waits for it, the others wait for nothing: a number delivered " +
      "while that write is under way can come again after a failover, and a failover skips up to 32.",
    whyUnavailable: () =>
      findPostgres("postgres") === undefined ? "not installed: apt-get install postgresql" : undefined,
    async start(scope) {
      const port = await startPostgres(scope);
      const version = await query(port, "SHOW server_version");
      return {
        setUp: `PostgreSQL ${version?.split(" ")[0]}, synchronous_commit on, one synchronous standby, sequence CACHE 1`,
        clients: sameForEach({ kind: "postgres", port, user: DATABASE_USER }),
        connectionChoices: (callers) => upTo(callers, [CLIENT_CONNECTIONS, 24, 6]),
      };
    },
  };
}

function findPostgres(program: string): string | undefined {
  return findProgram(program, versionedBinDirectories("/usr/lib/postgresql"));
}

async function startPostgres(scope: ProcessScope): Promise<number> {
  const user = await findUser(scope);
  const [port, standbyPort] = (await findFreePorts(2)) as [number, number];
  const directory = scope.makeDirectory(user);
  const primary = join(directory, "primary");
  const standby = join(directory, "standby");
  const tool = (name: string, args: readonly string[]) =>
    scope.run(findPostgres(name) ?? name, args, { cwd: directory, ...(user && { user }) });

  await tool("initdb", ["-D", primary, "-U", DATABASE_USER, "--auth=trust", "--no-sync", "--encoding=UTF8"]);
  const server = startServer(scope, primary, port, user, ["-c", `synchronous_standby_names=${STANDBY_NAME}`]);
  await waitUntil("PostgreSQL", START_TIMEOUT_MS, () => query(port, "SELECT 1"), server);
  const source = `host=127.0.0.1 port=${port} user=${DATABASE_USER} application_name=${STANDBY_NAME}`;
  await tool("pg_basebackup", ["-D", standby, "-d", source, "-R", "-X", "stream", "-c", "fast", "--no-sync"]);
  const follower = startServer(scope, standby, standbyPort, user, []);
  await waitUntil(
    "PostgreSQL's synchronous standby",
    START_TIMEOUT_MS,
    () => query(port, "SELECT 'yes' FROM pg_stat_replication WHERE sync_state = 'sync'"),
    follower,
  );
  await query(port, `CREATE SEQUENCE ${POSTGRES_SEQUENCE} AS bigint CACHE 1`);
  return port;
}

function startServer(
  scope: ProcessScope,
  data: string,
  port: number,
  user: UserId | undefined,
  more: readonly string[],
): OwnedProcess {
  const settings = [
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    `max_connections=${MAX_CONNECTIONS}`,
    "wal_level=replica",
    "synchronous_commit=on",
  ].flatMap((setting) => ["-c", setting]);
  return scope.start(
    findPostgres("postgres") ?? "postgres",
    ["-D", data, "-p", `${port}`, ...settings, ...more],
    {
      cwd: data,
      // "Fast": ends its sessions rather than waiting for them.
      stopSignal: "SIGINT",
      ...(user && { user }),
    },
  );
}

/** @returns the user that the server must run as: PostgreSQL refuses to run as root. Undefined: as we are. */
async function findUser(scope: ProcessScope): Promise<UserId | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const id = async (option: string): Promise<number> => Number(await scope.run("id", [option, "postgres"]));
  return { uid: await id("-u"), gid: await id("-g") };
}

/** @returns the first column of the first row as text, or undefined where there is none. */
async function query(port: number, text: string): Promise<string | undefined> {
  const client = new pg.Client({ host: "127.0.0.1", port, user: DATABASE_USER, database: "postgres" });
  client.on("error", () => {});
  await client.connect();
  try {
    const result = await client.query({ text, rowMode: "array" });
    const value: unknown = result.rows[0]?.[0];
    return value === undefined ? undefined : String(value);
  } finally {
    await client.end();
  }
}
