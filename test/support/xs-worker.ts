import { type ChildProcess, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { encodeNetstring, NetstringDecoder } from "../../boards/virtual/netstring.js";
import { messageOf } from "../../boards/virtual/rig-error.js";
import { findXsWorker } from "../../boards/virtual/xs-worker.js";

const MAX_ANSWER_BYTES = 1_000_000;

/** Why XS cannot be used here, or nothing where it can. */
export function whyNoXs(): string | undefined {
  try {
    findXsWorker();
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

interface Waiter {
  resolve(answer: Buffer): void;
  reject(error: Error): void;
}

/** The XS engine in a process of its own, for tests. Commands and answers are netstrings, answered in order. */
export class XsWorker {
  private readonly child: ChildProcess;
  private readonly commands: Writable;
  private readonly waiters: Waiter[] = [];
  private readonly decoder = new NetstringDecoder((answer) => this.settle(answer), MAX_ANSWER_BYTES);

  constructor() {
    this.child = spawn(findXsWorker(), ["seqcard-tests"], {
      stdio: ["ignore", "ignore", "inherit", "pipe", "pipe"],
    });
    this.commands = this.child.stdio[3] as Writable;
    this.commands.on("error", (error) => this.failAll(error));
    (this.child.stdio[4] as Readable).on("data", (data: Buffer) => this.decoder.push(data));
    this.child.on("error", (error) => this.failAll(error));
    this.child.on("exit", (code, signal) =>
      this.failAll(new Error(`the XS worker ended with ${signal ?? code}`)),
    );
  }

  /** Loads a compiled module and all that it imports. */
  async loadModule(path: string): Promise<void> {
    await this.send(`m${path}`);
  }

  /** Calls `handleCommand` with the text and returns the text that it answers. */
  async call(text: string): Promise<string> {
    return (await this.send(`?${text}`)).toString("utf8");
  }

  close(): void {
    this.child.kill();
  }

  private send(command: string): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.waiters.push({ resolve, reject });
      this.commands.write(encodeNetstring("", Buffer.from(command)));
    });
  }

  /** An answer is "." with figures as JSON, byte 1 and the text; or "!" and what was thrown. */
  private settle(answer: Buffer): void {
    const waiter = this.waiters.shift();
    if (answer[0] === ".".charCodeAt(0)) waiter?.resolve(answer.subarray(answer.indexOf(1) + 1));
    else waiter?.reject(new Error(`XS: ${answer.toString("utf8", 1)}`));
  }

  private failAll(error: Error): void {
    for (const waiter of this.waiters.splice(0)) waiter.reject(error);
  }
}
