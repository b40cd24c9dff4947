/** Bytes of one argument: a key's name, a password, a client's own name. */
export const MAX_ARGUMENT_BYTES = 4_096;
/** Arguments of one command, its name included. */
export const MAX_ARGUMENTS = 64;
/** Bytes of one command, and of one typed by hand. */
export const MAX_COMMAND_BYTES = 16_384;
/** Bytes of a line that tells a length. */
const MAX_LENGTH_LINE_BYTES = 32;

const CARRIAGE_RETURN = 0x0d;
const LINE_FEED = 0x0a;
const ARRAY = 0x2a;
const BULK = 0x24;
const NOTHING = Buffer.alloc(0);

/**
 * Reads the commands of a Redis client: arrays of bulk strings, and lines typed by hand. What is no such thing, or longer
 * than a command may be, ends the connection, as in Redis. Own, as what npm has reads a server's replies, without bounds.
 */
export class RespParser {
  /** Why nothing more can be read, null while it can. For people. */
  problem: string | null = null;
  private buffer: Buffer = NOTHING;
  private at = 0;

  /** Bytes that came and are part of no command that `next` has returned. */
  get unreadBytes(): number {
    return this.buffer.length - this.at;
  }

  push(bytes: Buffer): void {
    this.buffer = this.unreadBytes === 0 ? bytes : Buffer.concat([this.buffer.subarray(this.at), bytes]);
    this.at = 0;
  }

  /** @returns the next whole command, each byte of its arguments a character; null where none is whole, or `problem` is set. */
  next(): string[] | null {
    while (this.problem === null && this.unreadBytes > 0) {
      const words = this.buffer[this.at] === ARRAY ? this.readArray() : this.readLine();
      if (words === null) break;
      // Empty lines and empty arrays ask for nothing.
      if (words.length > 0) return words;
    }
    return null;
  }

  private readLine(): string[] | null {
    const end = this.buffer.indexOf(LINE_FEED, this.at);
    if ((end < 0 ? this.buffer.length : end) - this.at > MAX_ARGUMENT_BYTES) {
      return this.fail("too big inline request");
    }
    if (end < 0) return null;
    const line = this.buffer.toString("latin1", this.at, end);
    this.at = end + 1;
    const words = line.split(/[ \t\r\0]+/).filter((word) => word !== "");
    return words.length > MAX_ARGUMENTS ? this.fail("too many words in an inline request") : words;
  }

  private readArray(): string[] | null {
    const start = this.at;
    const count = this.readLength(MAX_ARGUMENTS, "multibulk");
    if (count === null) return this.rewind(start);
    const words: string[] = [];
    for (let index = 0; index < count; index += 1) {
      if (this.at >= this.buffer.length) return this.rewind(start);
      if (this.buffer[this.at] !== BULK) {
        const found = String.fromCharCode(this.buffer[this.at] as number);
        return this.fail(`expected '$', got ${JSON.stringify(found)}`);
      }
      const length = this.readLength(MAX_ARGUMENT_BYTES, "bulk");
      if (length === null) return this.rewind(start);
      const end = this.at + Math.max(0, length);
      if (length < 0) return this.fail("invalid bulk length");
      if (end + 2 - start > MAX_COMMAND_BYTES) return this.fail("too big request");
      if (end + 2 > this.buffer.length) return this.rewind(start);
      if (this.buffer[end] !== CARRIAGE_RETURN || this.buffer[end + 1] !== LINE_FEED) {
        return this.fail("a bulk string does not end where it says");
      }
      words.push(this.buffer.toString("latin1", this.at, end));
      this.at = end + 2;
    }
    return words;
  }

  /** Reads a line such as "*3". @returns null where it is not whole, or wrong. */
  private readLength(most: number, what: string): number | null {
    const end = this.buffer.indexOf(CARRIAGE_RETURN, this.at);
    if ((end < 0 ? this.buffer.length : end) - this.at > MAX_LENGTH_LINE_BYTES) {
      return this.fail(`invalid ${what} length`);
    }
    if (end < 0 || end + 1 >= this.buffer.length) return null;
    const text = this.buffer.toString("latin1", this.at + 1, end);
    if (!/^(-1|\d{1,9})$/.test(text) || Number(text) > most || this.buffer[end + 1] !== LINE_FEED) {
      return this.fail(`invalid ${what} length`);
    }
    this.at = end + 2;
    return Number(text);
  }

  private rewind(start: number): null {
    if (this.problem === null) this.at = start;
    return null;
  }

  private fail(problem: string): null {
    this.problem = problem;
    this.buffer = NOTHING;
    this.at = 0;
    return null;
  }
}
