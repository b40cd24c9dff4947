import type { NatsConnection } from "@nats-io/transport-node";
import { SequenceError } from "../errors.js";
import { hexadecimal } from "../session-errors.js";
import { SERVICE_NAME } from "./nats-messages.js";

const MAX_BRIDGES = 1_000;
/** How long bridges may take to say that they are there, after the one before. */
const STALL_MS = 300;

/**
 * Asks all bridges which fabric they serve under this prefix.
 * Rejects with DAEMON_NOT_RUNNING where there is none, and BAD_OPTION where there are several fabrics.
 */
export async function findFabric(
  connection: NatsConnection,
  prefix: string,
  timeoutMs: number,
): Promise<number> {
  const fabrics = new Set<number>();
  let bridges = 0;
  const answers = await connection.requestMany(`$SRV.INFO.${SERVICE_NAME}`, "", {
    strategy: "stall",
    maxWait: timeoutMs,
    stall: STALL_MS,
    maxMessages: MAX_BRIDGES,
  });
  try {
    for await (const { data } of answers) {
      bridges += 1;
      const fabricId = fabricOf(Buffer.from(data).toString("utf8"), prefix);
      if (fabricId !== null) fabrics.add(fabricId);
    }
  } catch {
    // Nobody there is an error to NATS's client.
  }
  const [fabricId, ...others] = fabrics;
  if (fabricId === undefined) {
    throw new SequenceError(
      "DAEMON_NOT_RUNNING",
      `no bridge serves ${prefix} at this NATS server (${bridges} others answered); start one with \`seqcard serve --nats\``,
    );
  }
  if (others.length > 0) {
    const names = [...fabrics].map(hexadecimal).join(", ");
    throw new SequenceError(
      "BAD_OPTION",
      `bridges of several fabrics are there: ${names}; name one with fabricId`,
    );
  }
  return fabricId;
}

function fabricOf(text: string, prefix: string): number | null {
  try {
    const info: unknown = JSON.parse(text);
    if (typeof info !== "object" || info === null || !("metadata" in info)) return null;
    const { metadata } = info;
    if (typeof metadata !== "object" || metadata === null) return null;
    if (!("fabric" in metadata && "prefix" in metadata) || metadata.prefix !== prefix) return null;
    const { fabric } = metadata;
    return typeof fabric === "string" && /^[0-9a-f]{8}$/.test(fabric) ? Number.parseInt(fabric, 16) : null;
  } catch {
    return null;
  }
}
