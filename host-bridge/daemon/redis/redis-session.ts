import { createHash, timingSafeEqual } from "node:crypto";
import { describeCommands } from "./redis-commands.js";
import {
  bulkReply,
  errorReply,
  integerReply,
  mapReply,
  nullReply,
  OK,
  type RespVersion,
  verbatimReply,
} from "./resp-replies.js";

/** Clients decide by it what they may send: what is spoken here is what Redis 6 has brought, RESP3 and HELLO. */
export const SPOKEN_REDIS_VERSION = "6.0.0";
/** Wrong passwords on one connection, after which it is closed. */
export const MAX_WRONG_PASSWORDS = 8;

export interface RedisSessionOptions {
  /** Of this connection, from 1. */
  readonly id: number;
  /** Null where none is asked for. */
  readonly password: string | null;
  /** The text of INFO. */
  info(): string;
}

/** What a connection has agreed on with its client, and the replies that need no number. */
export class RedisSession {
  version: RespVersion = 2;
  isAuthenticated: boolean;
  wrongPasswords = 0;
  private name = "";
  private readonly options: RedisSessionOptions;

  constructor(options: RedisSessionOptions) {
    this.options = options;
    this.isAuthenticated = options.password === null;
  }

  /** @param words a command whose name is known and whose number of words fits. */
  reply(command: string, words: readonly string[]): string {
    switch (command) {
      case "ping":
        return words.length > 1 ? bulkReply(words[1] as string) : "+PONG\r\n";
      case "echo":
        return bulkReply(words[1] as string);
      case "info":
        return verbatimReply(this.options.info(), this.version);
      case "auth":
        return this.authenticate(
          words.length > 2 ? (words[1] as string) : "default",
          words.at(-1) as string,
          words.length,
        );
      case "hello":
        return this.hello(words);
      case "client":
        return this.client(words);
      case "command":
        return describeCommands(words, this.version);
      case "select":
        return words[1] === "0"
          ? OK
          : errorReply("ERR", "DB index is out of range: there is the one sequence, as 0");
      default:
        return OK;
    }
  }

  private authenticate(user: string, password: string, words: number): string {
    if (words > 3) return errorReply("ERR", "BAD_ARGUMENTS AUTH takes a password, or a user and a password");
    if (this.options.password === null) {
      return errorReply("ERR", "AUTH was sent, but this server has no password; leave it out");
    }
    if (user === "default" && isSame(password, this.options.password)) {
      this.isAuthenticated = true;
      return OK;
    }
    this.wrongPasswords += 1;
    return errorReply("WRONGPASS", "invalid username-password pair; the user is called default");
  }

  private hello(words: readonly string[]): string {
    const asked = words[1] ?? `${this.version}`;
    if (asked !== "2" && asked !== "3")
      return errorReply("NOPROTO", "unsupported protocol version; there are 2 and 3");
    let name: string | null = null;
    for (let at = 2; at < words.length; ) {
      const option = words[at]?.toLowerCase();
      if (option === "auth" && at + 2 < words.length) {
        const refusal = this.authenticate(words[at + 1] as string, words[at + 2] as string, 3);
        if (refusal !== OK) return refusal;
        at += 3;
      } else if (option === "setname" && at + 1 < words.length) {
        name = words[at + 1] as string;
        at += 2;
      } else {
        return errorReply("ERR", "BAD_ARGUMENTS syntax error in HELLO");
      }
    }
    if (!this.isAuthenticated) {
      return errorReply("NOAUTH", "HELLO must be called with AUTH default <password>, or after AUTH");
    }
    this.version = asked === "3" ? 3 : 2;
    if (name !== null) this.name = name;
    return this.greeting();
  }

  private greeting(): string {
    return mapReply(
      [
        [bulkReply("server"), bulkReply("seqcard")],
        [bulkReply("version"), bulkReply(SPOKEN_REDIS_VERSION)],
        [bulkReply("proto"), integerReply(this.version)],
        [bulkReply("id"), integerReply(this.options.id)],
        [bulkReply("mode"), bulkReply("standalone")],
        [bulkReply("role"), bulkReply("master")],
        [bulkReply("modules"), "*0\r\n"],
      ],
      this.version,
    );
  }

  private client(words: readonly string[]): string {
    const subcommand = words[1]?.toLowerCase();
    if (subcommand === "setinfo" && words.length === 4) return OK;
    if (subcommand === "setname" && words.length === 3) {
      this.name = words[2] as string;
      return OK;
    }
    if (subcommand === "getname" && words.length === 2) {
      return this.name === "" ? nullReply(this.version) : bulkReply(this.name);
    }
    if (subcommand === "id" && words.length === 2) return integerReply(this.options.id);
    return errorReply("ERR", "BAD_ARGUMENTS of CLIENT there are SETINFO, SETNAME, GETNAME and ID here");
  }
}

/** Takes as long for a password that is nearly right as for any other. */
function isSame(given: string, wanted: string): boolean {
  const [one, other] = [given, wanted].map((text) => createHash("sha256").update(text, "latin1").digest());
  return timingSafeEqual(one as Buffer, other as Buffer);
}
