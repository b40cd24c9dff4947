import { MAX_BLOCK_COUNT } from "../../../firmware/wire/constants.js";
import {
  arrayReply,
  bulkReply,
  errorReply,
  integerReply,
  mapReply,
  nullReply,
  type RespVersion,
} from "./resp-replies.js";

/** What a command needs, and what COMMAND tells of it. */
export interface RedisCommand {
  /** Words, the name included; negative: at least so many. */
  readonly arity: number;
  readonly flags: readonly string[];
  /** Which word is the key; 0 for none. */
  readonly key: number;
}

/** All that is understood. */
export const REDIS_COMMANDS: ReadonlyMap<string, RedisCommand> = new Map<string, RedisCommand>([
  ["incr", { arity: 2, flags: ["write", "denyoom", "fast"], key: 1 }],
  ["incrby", { arity: 3, flags: ["write", "denyoom", "fast"], key: 1 }],
  ["get", { arity: 2, flags: ["readonly", "fast"], key: 1 }],
  ["ping", { arity: -1, flags: ["fast"], key: 0 }],
  ["echo", { arity: 2, flags: ["fast"], key: 0 }],
  ["info", { arity: -1, flags: ["loading", "stale"], key: 0 }],
  ["auth", { arity: -2, flags: ["no_auth", "fast"], key: 0 }],
  ["hello", { arity: -1, flags: ["no_auth", "fast"], key: 0 }],
  ["client", { arity: -2, flags: [], key: 0 }],
  ["command", { arity: -1, flags: ["loading", "stale"], key: 0 }],
  ["select", { arity: 2, flags: ["fast"], key: 0 }],
  ["quit", { arity: -1, flags: ["no_auth", "fast"], key: 0 }],
]);

/** Changes that Redis makes to a number, and a sequence does not. */
const NEVER = new Set(["decr", "decrby", "set", "getset", "del", "unlink", "setex", "setnx", "incrbyfloat"]);

/** What is wrong with a command before it is looked at any closer: an error reply, or null. */
export function commandProblem(name: string, words: readonly string[]): string | null {
  const command = REDIS_COMMANDS.get(name);
  if (command === undefined) {
    const why = NEVER.has(name)
      ? "the numbers of a sequence only rise, and nobody sets them"
      : "this is one sequence of numbers: INCR, INCRBY, GET";
    return errorReply("ERR", `BAD_COMMAND unknown command '${printable(name)}': ${why}`);
  }
  const { arity } = command;
  if (arity < 0 ? words.length >= -arity : words.length === arity) return null;
  return errorReply("ERR", `BAD_ARGUMENTS wrong number of arguments for '${name}' command`);
}

/** @returns how many numbers an INCRBY asks for; null where it is no number from 1 to `MAX_BLOCK_COUNT`. */
export function parseCount(text: string): number | null {
  if (!/^\+?\d{1,9}$/.test(text)) return null;
  const count = Number(text);
  return count >= 1 && count <= MAX_BLOCK_COUNT ? count : null;
}

/** The reply to COMMAND and its subcommands. */
export function describeCommands(words: readonly string[], version: RespVersion): string {
  switch (words[1]?.toLowerCase()) {
    case undefined:
      return arrayReply([...REDIS_COMMANDS.keys()].map((name) => describe(name, version)));
    case "count":
      return integerReply(REDIS_COMMANDS.size);
    case "info": {
      const names = words.length > 2 ? words.slice(2) : [...REDIS_COMMANDS.keys()];
      return arrayReply(names.map((name) => describe(name.toLowerCase(), version)));
    }
    case "docs":
      return mapReply([], version);
    default:
      return errorReply("ERR", "BAD_ARGUMENTS of COMMAND there are COUNT, INFO and DOCS here");
  }
}

function describe(name: string, version: RespVersion): string {
  const command = REDIS_COMMANDS.get(name);
  if (command === undefined) return version === 3 ? nullReply(3) : "*-1\r\n";
  const { arity, flags, key } = command;
  return arrayReply([
    bulkReply(name),
    integerReply(arity),
    arrayReply(flags.map((flag) => `+${flag}\r\n`)),
    integerReply(key),
    integerReply(key),
    integerReply(key === 0 ? 0 : 1),
  ]);
}

/** For error replies: what a client sent, shortened, and without what is no letter of ASCII. */
function printable(text: string): string {
  return text.slice(0, 64).replace(/[^\x20-\x7e]/g, "?");
}
