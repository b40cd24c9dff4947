import { connect, type Socket } from "node:net";
import { controlPath } from "./control-path.js";
import type { ControlReply, ControlRequest } from "./control-request.js";
import { LineReader } from "./line-reader.js";
import { RigError, type RigErrorCode } from "./rig-error.js";

/** A status of eight cards takes a few thousand bytes. */
const MAX_REPLY_BYTES = 262_144;

/**
 * Tells a running rig something.
 * @returns what it answered.
 * @throws RigError RIG_NOT_RUNNING, or whatever the rig says.
 */
export async function askRig(name: string, request: ControlRequest): Promise<unknown> {
  return watchRig(name, request, () => {}, false);
}

/**
 * Subscribes to a running rig's events or trace. Resolves when the rig has no more for us.
 * @param onEvent is handed each event.
 * @param signal ends the subscription.
 * @throws RigError RIG_NOT_RUNNING, or whatever the rig says.
 */
export async function subscribeRig(
  name: string,
  request: ControlRequest,
  onEvent: (event: unknown) => void,
  signal?: AbortSignal,
): Promise<void> {
  await watchRig(name, request, onEvent, true, signal);
}

function watchRig(
  name: string,
  request: ControlRequest,
  onEvent: (event: unknown) => void,
  stay: boolean,
  signal?: AbortSignal,
): Promise<unknown> {
  const path = controlPath(name);
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    const lines = new LineReader(MAX_REPLY_BYTES);
    let reply: ControlReply | undefined;
    signal?.addEventListener("abort", () => socket.destroy(), { once: true });
    socket.on("connect", () => socket.write(`${JSON.stringify(request)}\n`));
    socket.on("error", (error) => reject(notRunning(name, error)));
    socket.on("close", () => {
      if (reply?.ok || signal?.aborted) resolve(reply?.ok ? reply.result : undefined);
      else
        reject(
          reply === undefined ? notRunning(name) : new RigError(reply.code as RigErrorCode, reply.message),
        );
    });
    readLines(socket, lines, (value) => {
      if (reply !== undefined) {
        onEvent(value);
        return;
      }
      reply = value as ControlReply;
      if (!stay || !reply.ok) socket.end();
    });
  });
}

function readLines(socket: Socket, lines: LineReader, onValue: (value: unknown) => void): void {
  socket.on("data", (bytes) => {
    try {
      for (const line of lines.push(bytes)) onValue(JSON.parse(line));
    } catch (error) {
      socket.destroy(error as Error);
    }
  });
}

function notRunning(name: string, cause?: Error): RigError {
  const advice = "Start one with seqcard rig, or say which with --name.";
  return new RigError("RIG_NOT_RUNNING", `No rig of the name "${name}" is running. ${advice}`, cause);
}
