import { askRig } from "../../boards/virtual/control-client.js";
import type { ControlRequest } from "../../boards/virtual/control-request.js";

/** Tells a running rig to do something. @returns the instant at which it did, on the clock of `process.hrtime.bigint()`. */
export async function commandRig(name: string, request: ControlRequest): Promise<bigint> {
  const result = await askRig(name, request);
  if (typeof result !== "object" || result === null || !("atNs" in result)) {
    throw new Error(`The rig did not say when it did this: ${request.command}.`);
  }
  return BigInt(String(result.atNs));
}
