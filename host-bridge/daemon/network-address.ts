import { isIP } from "node:net";

/** Where a listener of TCP listens. */
export interface NetworkAddress {
  readonly host: string;
  readonly port: number;
}

const LOCAL_HOST = "127.0.0.1";

/**
 * Reads "6390", "127.0.0.1:6390", "localhost:6390" or "[::1]:6390". A port alone is one of this machine only.
 * @returns null where it is none of these.
 */
export function parseNetworkAddress(text: string): NetworkAddress | null {
  const match = /^(?:(?:\[([0-9a-fA-F:.]+)\]|([\w.-]+)):)?(\d{1,5})$/.exec(text);
  if (match === null) return null;
  const [, inBrackets, plain, digits] = match;
  const port = Number(digits);
  if (port > 65_535 || (inBrackets !== undefined && isIP(inBrackets) !== 6)) return null;
  return { host: inBrackets ?? plain ?? LOCAL_HOST, port };
}

/** Whether only programs of this machine reach it. */
export function isLoopback({ host }: NetworkAddress): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

export function describeNetworkAddress({ host, port }: NetworkAddress): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}
