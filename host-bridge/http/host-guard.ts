import { isIP } from "node:net";

/**
 * Whether a request with this Host header may be answered. A page of a stranger can make its own name lead to this
 * computer and would then read whatever is served here (DNS rebinding); it cannot make the browser send an address or
 * "localhost" for it. @param names further names that are good, in lower case.
 */
export function isHostAllowed(header: string | undefined, names: readonly string[]): boolean {
  if (header === undefined || header.length > 300) return false;
  const match = /^(?:\[([0-9a-f:.]+)\]|([^:[\]/@\s]+))(?::\d{1,5})?$/i.exec(header);
  if (match === null) return false;
  const [, six, other = ""] = match;
  if (six !== undefined) return isIP(six) === 6;
  const name = other.toLowerCase();
  return isIP(name) === 4 || name === "localhost" || names.includes(name);
}
