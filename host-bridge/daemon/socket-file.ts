import { execFile } from "node:child_process";
import { chmodSync, chownSync, lstatSync, mkdirSync, unlinkSync } from "node:fs";
import { connect, type Server } from "node:net";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { asSequenceError, SequenceError } from "../errors.js";
import { withFileLock } from "./file-lock.js";

const OWNER_ONLY = 0o600;
const OWNER_AND_GROUP = 0o660;
/** Bytes of a path that the system takes for a socket. */
const MAX_PATH_BYTES = process.platform === "linux" ? 107 : 103;

export interface SocketFileOptions {
  readonly path: string;
  /** A group that may use it too: its name or its number. */
  readonly group: string | null;
}

/**
 * Makes `server` listen at a Unix socket that nobody but its owner, and the group, can use. A socket file that a killed
 * daemon left is taken over; one at which somebody answers is not. Two that begin at once do so one after the other, by a lock on
 * the file beside it that is named as it is, with `.lock`.
 * @throws SequenceError SOCKET_IN_USE, SOCKET_FAILED or BAD_CONFIG.
 */
export async function listenAt(server: Server, { path, group }: SocketFileOptions): Promise<void> {
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) {
    throw new SequenceError(
      "SOCKET_FAILED",
      `${path} is longer than the ${MAX_PATH_BYTES} bytes that a socket's path may have`,
    );
  }
  const groupId = group === null ? null : await groupIdOf(group);
  makeDirectory(dirname(path));
  try {
    // Else two could find the same stale file, and the slower one would remove the socket of the other.
    const isDone = await withFileLock(`${path}.lock`, () => takeOver(server, path, groupId));
    if (!isDone) throw inUse(path);
  } catch (error) {
    throw asSequenceError(error, "SOCKET_FAILED", `cannot make a socket at ${path}`);
  }
}

async function takeOver(server: Server, path: string, groupId: number | null): Promise<void> {
  try {
    await listen(server, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    await removeStale(path);
    await listen(server, path);
  }
  if (groupId === null) return;
  try {
    chownSync(path, process.getuid?.() ?? -1, groupId);
    chmodSync(path, OWNER_AND_GROUP);
  } catch (error) {
    server.close();
    throw error;
  }
}

/** The file is made with no rights for anybody else, as there must be no moment in which it has some. */
function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const mask = process.umask(0o777 & ~OWNER_ONLY);
    server.once("error", reject);
    try {
      server.listen({ path, backlog: 4_096 }, () => {
        server.off("error", reject);
        resolve();
      });
    } finally {
      process.umask(mask);
    }
  });
}

async function removeStale(path: string): Promise<void> {
  if (!lstatSync(path).isSocket()) {
    throw new SequenceError("SOCKET_FAILED", `${path} is a file and no socket; remove it, or choose another`);
  }
  if (await answers(path)) throw inUse(path);
  unlinkSync(path);
}

function inUse(path: string): SequenceError {
  return new SequenceError(
    "SOCKET_IN_USE",
    `another daemon serves ${path} already; stop that one, or give this one another socket`,
  );
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = connect(path);
    probe.once("connect", () => {
      probe.destroy();
      resolve(true);
    });
    probe.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ECONNREFUSED" || error.code === "ENOENT") resolve(false);
      // So many connect to it that there is no room for one more.
      else if (error.code === "EAGAIN") resolve(true);
      else reject(failed(path, error));
    });
  });
}

/** A directory of our own is for us alone; one that is there must not let others swap the socket for theirs. */
function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o755 });
    const { mode, uid } = lstatSync(directory);
    const own = process.getuid?.() ?? uid;
    const isSticky = (mode & 0o1000) !== 0;
    if ((uid === own || uid === 0) && ((mode & 0o002) === 0 || isSticky)) return;
  } catch (error) {
    throw failed(directory, error);
  }
  throw new SequenceError(
    "SOCKET_FAILED",
    `others may change what is in ${directory}; choose a directory of your own for the socket`,
  );
}

async function groupIdOf(group: string): Promise<number> {
  if (/^\d{1,10}$/.test(group)) return Number(group);
  try {
    const { stdout } = await promisify(execFile)("getent", ["group", "--", group]);
    const id = /^[^:]*:[^:]*:(\d+):/.exec(stdout)?.[1];
    if (id !== undefined) return Number(id);
  } catch {
    // Not there, or no getent: the same to the user.
  }
  throw new SequenceError("BAD_CONFIG", `there is no group ${group}; give another, or its number`);
}

function failed(path: string, thrown: unknown): SequenceError {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return new SequenceError("SOCKET_FAILED", `cannot make a socket at ${path}: ${text}`, { cause: thrown });
}
