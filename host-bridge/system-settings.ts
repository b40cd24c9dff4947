import { randomBytes } from "node:crypto";
import { type Clock, SystemClock } from "./clock.js";

/** What a process has of its own, and tests bring along: the time, and 32 random bits. */
export function systemSettings(): { readonly clock: Clock; readonly random32: () => number } {
  return { clock: new SystemClock(), random32: () => randomBytes(4).readUInt32LE() };
}
