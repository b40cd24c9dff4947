import { readFileSync } from "node:fs";
import type { Authenticator, NatsConnection } from "@nats-io/transport-node";
import { SequenceError } from "../errors.js";
import { loadTransport } from "./nats-packages.js";

/** A server that says nothing for two of these is given up, in milliseconds. */
const PING_EVERY_MS = 5_000;
const MAX_SECRET_BYTES = 65_536;

export interface NatsServer {
  /** Such as "nats://127.0.0.1:4222"; several with commas. */
  readonly servers: string;
  /** Who we are to the server: a .creds file, or one of a line, "user:password" or a token. Null for nobody. */
  readonly credentialsFile: string | null;
  /** Told to the server, for people. */
  readonly name: string;
  readonly timeoutMs: number;
  /** Whether the connection looks for the server again by itself when it is gone. */
  readonly reconnect: boolean;
}

/** @returns what is wrong with a list of servers, or null. */
export function serversProblem(text: string): string | null {
  for (const server of splitServers(text)) {
    if (!/^((nats|tls):\/\/)?(\[[0-9a-fA-F:.]+\]|[\w.-]+)(:\d{1,5})?$/.test(server)) {
      return `${JSON.stringify(server.replace(/\/\/.*@/, "//...@"))} is no server such as nats://127.0.0.1:4222; a password goes into a file`;
    }
  }
  return null;
}

/**
 * Connects. The package is loaded here, and by nobody who does not use NATS.
 * Rejects with NATS_UNREACHABLE, NATS_DENIED or BAD_OPTION.
 */
export async function connectServer(server: NatsServer): Promise<NatsConnection> {
  const nats = loadTransport();
  const authenticator = readAuthenticator(server.credentialsFile, nats);
  try {
    return await nats.connect({
      servers: splitServers(server.servers),
      name: server.name,
      timeout: server.timeoutMs,
      reconnect: server.reconnect,
      maxReconnectAttempts: server.reconnect ? -1 : 0,
      reconnectTimeWait: 250,
      pingInterval: PING_EVERY_MS,
      maxPingOut: 2,
      ...(authenticator === null ? {} : { authenticator }),
    });
  } catch (error) {
    const isDenied =
      error instanceof nats.AuthorizationError || error instanceof nats.UserAuthenticationExpiredError;
    const message = error instanceof Error ? error.message : String(error);
    throw new SequenceError(
      isDenied ? "NATS_DENIED" : "NATS_UNREACHABLE",
      isDenied
        ? `the NATS server does not let us in: ${message}; see the credentials file`
        : `no NATS server answers at ${server.servers}: ${message}; see that it runs`,
      { cause: error },
    );
  }
}

function splitServers(text: string): string[] {
  return text.split(",").map((part) => part.trim());
}

function readAuthenticator(
  path: string | null,
  nats: typeof import("@nats-io/transport-node"),
): Authenticator | null {
  if (path === null) return null;
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new SequenceError("BAD_OPTION", `the credentials in ${path} cannot be read: ${message}`, {
      cause: error,
    });
  }
  const text = bytes.toString("utf8").trim();
  if (text === "" || bytes.length > MAX_SECRET_BYTES) {
    throw new SequenceError("BAD_OPTION", `${path} holds no credentials`);
  }
  if (text.includes("-----BEGIN")) return nats.credsAuthenticator(bytes);
  const colon = text.indexOf(":");
  if (colon < 0) return nats.tokenAuthenticator(text);
  return nats.usernamePasswordAuthenticator(text.slice(0, colon), text.slice(colon + 1));
}
