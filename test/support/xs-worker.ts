import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";

const ROOT = new URL("../../../", import.meta.url);
const PLATFORM = process.platform === "darwin" ? "mac" : "lin";
const WORKER_PATH = fileURLToPath(
  new URL(`node_modules/@agoric/xsnap/xsnap-native/xsnap/build/bin/${PLATFORM}/release/xsnap-worker`, ROOT),
);

/** Why XS cannot be used here, or nothing where it can. */
export function whyNoXs(): string | undefined {
  return existsSync(WORKER_PATH) ? undefined : "xsnap-worker is not built: run node scripts/setup.mjs";
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
  private received: Buffer = Buffer.alloc(0);

  constructor() {
    this.child = spawn(WORKER_PATH, ["seqcard-tests"], {
      stdio: ["ignore", "ignore", "inherit", "pipe", "pipe"],
    });
    this.commands = this.child.stdio[3] as Writable;
    this.commands.on("error", (error) => this.failAll(error));
    (this.child.stdio[4] as Readable).on("data", (data: Buffer) => this.take(data));
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
      const bytes = Buffer.from(command);
      this.commands.write(Buffer.concat([Buffer.from(`${bytes.length}:`), bytes, Buffer.from(",")]));
    });
  }

  private take(data: Buffer): void {
    this.received = Buffer.concat([this.received, data]);
    for (;;) {
      const colon = this.received.indexOf(":");
      if (colon < 0) return;
      const end = colon + 1 + Number(this.received.toString("latin1", 0, colon));
      if (this.received.length <= end) return;
      const answer = this.received.subarray(colon + 1, end);
      this.received = this.received.subarray(end + 1);
      this.settle(answer);
    }
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
