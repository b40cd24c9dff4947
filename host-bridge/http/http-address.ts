import { isIP } from "node:net";

export const HTTP_ADDRESS_RULE = 'write an address and a port, such as "127.0.0.1:8080" or "[::1]:8080"';

export interface HttpAddress {
  /** An IP address, without brackets. */
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
}

/** @returns what `text` means, or null where it is neither "ADDRESS:PORT" nor a port alone, which is one of loopback. */
export function parseHttpAddress(text: string): HttpAddress | null {
  const match = /^(?:(?:\[([^\]]+)\]|([^:]+)):)?(\d{1,5})$/.exec(text);
  if (match === null) return null;
  const [, six, other, digits] = match;
  const port = Number(digits);
  const host = six ?? (other === "localhost" ? "127.0.0.1" : (other ?? "127.0.0.1"));
  const kind = isIP(host);
  return port > 65_535 || kind === 0 || (six !== undefined) !== (kind === 6) ? null : { host, port };
}

export function isHttpAddress(text: string): boolean {
  return parseHttpAddress(text) !== null;
}

export function isLoopback(host: string): boolean {
  return host === "::1" || host.startsWith("127.");
}

/** For people, and for the address line of a browser. */
export function httpUrl({ host, port }: HttpAddress): string {
  return `http://${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
}
