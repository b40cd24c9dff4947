import { rmSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { dirname } from "node:path";
import { makeControlFolder } from "./control-path.js";
import {
  type ControlReply,
  type ControlRequest,
  type FabricAction,
  MAX_REQUEST_BYTES,
  parseRequest,
} from "./control-request.js";
import { LineReader } from "./line-reader.js";
import type { Rig } from "./rig.js";
import { messageOf, RigError } from "./rig-error.js";

const MAX_CONNECTIONS = 32;
/** What may wait for a reader of events who is slow; beyond, events are left out and counted. */
const MAX_UNREAD_BYTES = 1_048_576;

/** What the server asks of its owner. */
export interface ControlOwner {
  /** Undefined while the rig is not ready. */
  readonly rig: Rig | undefined;
  /** Somebody said stop. */
  onStop(): void;
}

/** The control socket of a rig. */
export class ControlServer {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private readonly path: string;
  private readonly owner: ControlOwner;

  private constructor(path: string, owner: ControlOwner) {
    this.path = path;
    this.owner = owner;
    this.server = createServer((socket) => this.accept(socket));
    this.server.maxConnections = MAX_CONNECTIONS;
  }

  /**
   * Listens at `path`; the file of a rig that died is replaced.
   * @throws RigError RIG_RUNNING, SOCKET_UNSAFE.
   */
  static async open(path: string, owner: ControlOwner): Promise<ControlServer> {
    makeControlFolder(dirname(path));
    const control = new ControlServer(path, owner);
    try {
      await control.listen();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
      if (await answers(path)) {
        const advice = "Stop it with rig stop, or give this one another --name.";
        throw new RigError("RIG_RUNNING", `A rig of this name is running (${path}). ${advice}`);
      }
      rmSync(path, { force: true });
      await control.listen();
    }
    return control;
  }

  /** Ends every connection and removes the socket. */
  close(): Promise<void> {
    for (const socket of this.sockets) socket.end();
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const socket of this.sockets) socket.destroySoon();
    return closed;
  }

  /** Removes the socket, for the last moment of the process. */
  abandon(): void {
    rmSync(this.path, { force: true });
  }

  private listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.server.once("error", reject);
      this.server.listen(this.path, () => {
        this.server.off("error", reject);
        resolve();
      });
    });
  }

  private accept(socket: Socket): void {
    const lines = new LineReader(MAX_REQUEST_BYTES);
    // One after the other, so that answers come in the order of their requests.
    let answered = Promise.resolve();
    this.sockets.add(socket);
    socket.on("close", () => this.sockets.delete(socket));
    socket.on("error", () => {});
    socket.on("data", (bytes) => {
      try {
        for (const line of lines.push(bytes)) answered = answered.then(() => this.answer(socket, line));
      } catch (error) {
        // There is no way back into step after a line without an end.
        socket.end(encode(failure(new RigError("BAD_COMMAND", messageOf(error)))));
        socket.removeAllListeners("data").resume();
      }
    });
  }

  private async answer(socket: Socket, line: string): Promise<void> {
    if (line.trim() === "") return;
    let reply: ControlReply;
    try {
      const request = parseRequest(line);
      reply = { ok: true, result: (await this.perform(socket, request)) ?? null };
    } catch (error) {
      reply = failure(error);
    }
    // The events of a subscription come after the answer to it, so the answer went first already.
    if (!(reply.ok && reply.result === SUBSCRIBED)) socket.write(encode(reply));
  }

  private async perform(socket: Socket, request: ControlRequest): Promise<unknown> {
    if (request.command === "stop") {
      this.owner.onStop();
      return null;
    }
    const { rig } = this.owner;
    if (rig === undefined) {
      throw new RigError("NOT_READY", "The rig is still starting: try again in a second.");
    }
    // Whoever measures what comes of it wants the instant at which it was done, not that of the answer.
    const atNs = `${process.hrtime.bigint()}`;
    switch (request.command) {
      case "kill":
        await rig.kill(request.card);
        return { atNs };
      case "start":
        return { atNs, path: await rig.start(request.card) };
      case "pause":
        rig.pause(request.card);
        return { atNs };
      case "resume":
        rig.resume(request.card);
        return { atNs };
      case "power":
        if (request.on) return { atNs, cards: await rig.powerOn(request.bounces) };
        await rig.powerOff();
        return { atNs };
      case "cut":
        rig.cut(request.from, request.to, request.oneWay);
        return { atNs };
      case "mend":
        rig.mend(request.from, request.to);
        return { atNs };
      case "fabric":
        await performOnFabric(rig, request.action, request.fabric);
        return { atNs };
      case "status":
        return rig.status();
      case "events":
        return subscribe(socket, 0, (send) => rig.listen(send));
      case "trace":
        return subscribe(socket, request.count, (send) =>
          rig.listenTrace((event) => {
            if (request.turns || event.event === "frame") send(event);
          }),
        );
    }
  }
}

async function performOnFabric(rig: Rig, action: FabricAction, fabric: number): Promise<void> {
  if (action === "kill") await rig.killFabric(fabric);
  else if (action === "start") await rig.startFabric(fabric);
  else rig.cutFabric(fabric, action === "cut");
}

const SUBSCRIBED = Symbol("subscribed");

/** Answers, then sends events until `count` of them are out (0: no end) or the reader is gone. */
function subscribe(
  socket: Socket,
  count: number,
  listen: (send: (event: object) => void) => () => void,
): typeof SUBSCRIBED {
  let sent = 0;
  let leftOut = 0;
  socket.write(encode({ ok: true, result: null }));
  const end = listen((event) => {
    if (socket.writableLength > MAX_UNREAD_BYTES) {
      leftOut += 1;
      return;
    }
    if (leftOut > 0) socket.write(encode({ event: "left-out", count: leftOut }));
    leftOut = 0;
    socket.write(encode(event));
    sent += 1;
    if (sent === count) {
      end();
      socket.end();
    }
  });
  socket.on("close", end);
  return SUBSCRIBED;
}

function failure(error: unknown): ControlReply {
  const code = error instanceof RigError ? error.code : "INTERNAL";
  return { ok: false, code, message: messageOf(error) };
}

function encode(value: object): string {
  return `${JSON.stringify(value)}\n`;
}

/** Whether somebody listens at the socket. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
