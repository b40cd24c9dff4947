import { execFileSync } from "node:child_process";
import { messageOf, RigError } from "./rig-error.js";

/** Both ends of a pseudo-terminal, as descriptors of this process. Neither blocks. */
export interface PtyPair {
  /** The card's end. */
  readonly master: number;
  /** The end that a program opens by its path. */
  readonly slave: number;
  readonly path: string;
}

/** The one module of node-pty that gives descriptors; its `open` makes streams that would read at both ends. */
interface BinaryModule {
  readonly requireBinary: (file: string) => {
    readonly open: (columns: number, rows: number) => { master: number; slave: number; pty: string };
  };
}

const BINARY_MODULE = "@lydell/node-pty/requireBinary.js";

/**
 * Descriptors of the ptys that are open. They are inherited by every process that is started meanwhile, and a pty
 * vanishes only when nobody has its master; so whoever starts a process covers them. The list is the process's, as the descriptors are.
 */
const open = new Map<number, PtyPair>();

/** @returns the descriptors that a new process must not inherit. */
export function openPtyDescriptors(): readonly number[] {
  return [...open.keys()];
}

/**
 * Makes a pty on which every byte goes both ways as it is, without echo.
 * @throws RigError PTY_UNAVAILABLE.
 */
export async function openPtyPair(): Promise<PtyPair> {
  try {
    const { requireBinary } = (await import(BINARY_MODULE)) as BinaryModule;
    const { master, slave, pty: path } = requireBinary("pty.node").open(80, 24);
    const pair: PtyPair = { master, slave, path };
    open.set(master, pair).set(slave, pair);
    const file = process.platform === "darwin" ? "-f" : "-F";
    execFileSync("stty", [file, path, "raw", "-echo"], { stdio: ["ignore", "ignore", "pipe"] });
    return pair;
  } catch (error) {
    const advice = "Install with optional dependencies (npm install --include=optional), on Linux or macOS.";
    const reason = messageOf(error).split("\n")[0];
    throw new RigError("PTY_UNAVAILABLE", `No pseudo-terminal can be made: ${reason}. ${advice}`, error);
  }
}

/**
 * To be called when both ends are closed. The system may have given their numbers to another pty by then, whose ends
 * stay covered.
 */
export function forgetPtyPair(pair: PtyPair): void {
  for (const descriptor of [pair.master, pair.slave])
    if (open.get(descriptor) === pair) open.delete(descriptor);
}
