import type { Socket } from "node:net";
import type { SequenceError } from "../../errors.js";
import type { NumberSource } from "../number-source.js";
import { Regular } from "../rounds.js";
import { commandProblem, parseCount, REDIS_COMMANDS } from "./redis-commands.js";
import { MAX_WRONG_PASSWORDS, RedisSession, type RedisSessionOptions } from "./redis-session.js";
import { ReplyQueue, type ReplySlot } from "./reply-queue.js";
import { RespParser } from "./resp-parser.js";
import { bulkReply, errorReply, integerReply, nullReply } from "./resp-replies.js";

/** Replies that one client may have to come; what it pipelines beyond them stays unread for so long. */
const MAX_REPLIES_TO_COME = 8_192;
/** Bytes that wait for a client, because it does not read or because other replies stand in front. */
const MAX_WAITING_BYTES = 262_144;
/** For how long a client may leave them unread, and how long the end of a connection may take. */
const MAX_STUCK_MS = 10_000;

/** What a connection is handed by its listener. */
export interface RedisClientEnvironment extends RedisSessionOptions {
  readonly numbers: NumberSource;
  /** How long an INCR may take, in milliseconds. */
  readonly timeoutMs: number;
  nowMs(): number;
  /** Has something to send: `flush` is to be called at the end of this turn. */
  onWritten(client: RedisClient): void;
  /** A command that is understood, or "other". */
  onCommand(name: string): void;
  /** An order that failed. */
  onFailed(code: string): void;
  onRefused(reason: string): void;
}

/** One connection of a Redis client. */
export class RedisClient {
  private readonly socket: Socket;
  private readonly environment: RedisClientEnvironment;
  private readonly parser = new RespParser();
  private readonly session: RedisSession;
  private readonly replies = new ReplyQueue();
  private readonly regular = new Regular();
  private isPaused = false;
  private isDraining = false;
  /** No command is taken any more: the connection ends when all replies have left. */
  private isEnding = false;
  private stuckSinceMs = 0;
  /** Bytes that the client's system has taken. */
  private takenBytes = 0;

  constructor(socket: Socket, environment: RedisClientEnvironment) {
    this.socket = socket;
    this.environment = environment;
    this.session = new RedisSession(environment);
  }

  push(bytes: Buffer): void {
    if (this.isEnding) return;
    this.parser.push(bytes);
    this.readOn();
    this.environment.onWritten(this);
  }

  /** The client will send no more, but may read what it asked for. */
  finish(): void {
    this.isEnding = true;
    this.environment.onWritten(this);
  }

  /** Takes no further command, and keeps the connection until what was asked for is answered. */
  drain(): void {
    this.isDraining = true;
    this.socket.pause();
  }

  /** The connection is gone: nobody waits for its numbers. */
  forget(): void {
    this.isEnding = true;
    this.environment.numbers.leave(this.regular);
    this.replies.cancel();
  }

  /** Hands all replies that can leave to the socket, at once. */
  flush(): void {
    if (this.socket.destroyed) return;
    const text = this.replies.take();
    if (text !== "") this.socket.write(text, "latin1");
    if (this.isEnding) {
      if (this.replies.length === 0 && !this.socket.writableEnded) this.socket.end();
    } else if (this.isPaused && this.hasRoom) {
      this.isPaused = false;
      this.readOn();
      if (!this.isPaused && !this.isDraining) this.socket.resume();
      this.environment.onWritten(this);
    }
  }

  /** Ends what has taken too long. To be called every now and then. */
  sweep(nowMs: number): void {
    for (const slot of this.replies.waitingSince(nowMs - this.environment.timeoutMs)) {
      slot.ticket?.cancel();
      this.fail(slot, "TIMEOUT", "no number within the time; see `seqcard status`");
    }
    this.watchStuck(nowMs);
  }

  /** Whoever reads, however slowly, may go on. */
  private watchStuck(nowMs: number): void {
    const { writableLength, writableEnded, bytesWritten } = this.socket;
    const taken = bytesWritten - writableLength;
    const isStuck = writableLength > 0 || writableEnded;
    if (!isStuck || taken !== this.takenBytes) this.stuckSinceMs = nowMs;
    this.takenBytes = taken;
    if (isStuck && nowMs - this.stuckSinceMs >= MAX_STUCK_MS) this.sendAway("does not read");
  }

  private get hasRoom(): boolean {
    return (
      this.replies.length < MAX_REPLIES_TO_COME &&
      this.replies.waitingBytes < MAX_WAITING_BYTES &&
      this.socket.writableLength < MAX_WAITING_BYTES
    );
  }

  private readOn(): void {
    while (!this.isEnding && !this.isDraining) {
      if (!this.hasRoom) {
        this.isPaused = true;
        this.socket.pause();
        return;
      }
      const words = this.parser.next();
      if (words !== null) this.run(words);
      else if (this.parser.problem === null) return;
      else this.refuse("speaks something else", errorReply("ERR", `Protocol error: ${this.parser.problem}`));
    }
  }

  private run(words: readonly string[]): void {
    const name = (words[0] as string).toLowerCase();
    // What a browser sends to a port of this machine, for whoever wrote the page that it shows.
    if (name === "post" || name === "host:") {
      this.sendAway("speaks HTTP");
      return;
    }
    this.environment.onCommand(REDIS_COMMANDS.has(name) ? name : "other");
    const problem = this.isAllowed(name)
      ? commandProblem(name, words)
      : errorReply("NOAUTH", "Authentication required: AUTH <password>");
    if (problem !== null) this.say(problem);
    else if (name === "incr") this.order(1);
    else if (name === "incrby") this.orderBlock(words[2] as string);
    else if (name === "get") this.replies.add(this.environment.nowMs(), null, () => this.newest());
    else this.answer(name, words);
  }

  private isAllowed(name: string): boolean {
    return this.session.isAuthenticated || REDIS_COMMANDS.get(name)?.flags.includes("no_auth") === true;
  }

  private answer(name: string, words: readonly string[]): void {
    const reply = this.session.reply(name, words);
    if (name === "quit") this.isEnding = true;
    if (this.session.wrongPasswords >= MAX_WRONG_PASSWORDS) this.refuse("wrong passwords", reply);
    else this.say(reply);
  }

  private orderBlock(text: string): void {
    const count = parseCount(text);
    if (count !== null) this.order(count);
    else this.say(errorReply("ERR", "BAD_COUNT INCRBY takes a whole number from 1 to 32768 here"));
  }

  private order(count: number): void {
    const { environment, replies } = this;
    const slot = replies.add(environment.nowMs(), null);
    slot.ticket = environment.numbers.order({
      count,
      whenNotReady: "wait",
      from: this.regular,
      onFirst: (first) => {
        replies.fill(slot, integerReply(first + BigInt(count) - 1n));
        environment.onWritten(this);
      },
      onError: (error: SequenceError) => this.fail(slot, error.code, error.message),
    });
  }

  private fail(slot: ReplySlot, code: string, message: string): void {
    this.environment.onFailed(code);
    this.replies.fill(slot, errorReply("ERR", `${code} ${message}`));
    this.environment.onWritten(this);
  }

  private newest(): string {
    const newest = this.environment.numbers.latest();
    return newest === 0n ? nullReply(this.session.version) : bulkReply(`${newest}`);
  }

  private say(text: string): void {
    this.replies.add(this.environment.nowMs(), text);
  }

  private refuse(reason: string, reply: string): void {
    this.environment.onRefused(reason);
    this.say(reply);
    this.isEnding = true;
  }

  private sendAway(reason: string): void {
    this.environment.onRefused(reason);
    this.forget();
    this.socket.destroy();
  }
}
