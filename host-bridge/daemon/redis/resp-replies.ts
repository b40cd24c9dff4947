/** The version of the protocol that a client has chosen. */
export type RespVersion = 2 | 3;

export const OK = "+OK\r\n";

/** @param code one word: SequenceError codes stand behind ERR, as some others mean something of their own to clients. */
export function errorReply(code: string, message: string): string {
  return `-${code} ${message.replace(/[\r\n]+/g, " ")}\r\n`;
}

export function integerReply(value: bigint | number): string {
  return `:${value}\r\n`;
}

export function simpleReply(text: string): string {
  return `+${text}\r\n`;
}

/** @param bytes each byte a character. */
export function bulkReply(bytes: string): string {
  return `$${bytes.length}\r\n${bytes}\r\n`;
}

export function nullReply(version: RespVersion): string {
  return version === 3 ? "_\r\n" : "$-1\r\n";
}

export function arrayReply(items: readonly string[]): string {
  return `*${items.length}\r\n${items.join("")}`;
}

/** @param entries replies already: a key, its value. */
export function mapReply(
  entries: readonly (readonly [key: string, value: string])[],
  version: RespVersion,
): string {
  const head = version === 3 ? `%${entries.length}` : `*${2 * entries.length}`;
  return `${head}\r\n${entries.flat().join("")}`;
}

/** Text of several lines. @param text ASCII only. */
export function verbatimReply(text: string, version: RespVersion): string {
  return version === 3 ? `=${text.length + 4}\r\ntxt:${text}\r\n` : bulkReply(text);
}
