import type { ChildProcess } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import type { CardEngine, EngineListener } from "./card-engine.js";
import { encodeNetstring, NetstringDecoder } from "./netstring.js";
import { startChild } from "./rig-child.js";
import { messageOf } from "./rig-error.js";
import { StoppedProcess } from "./stopped-process.js";
import { MAX_ANSWER_BYTES, MAX_FLASH_BYTES } from "./turn-codec.js";
import { XS_ENTRY_PATH } from "./xs-worker.js";

/** An answer, and in front of it what the worker tells about itself. */
const MAX_REPLY_BYTES = MAX_ANSWER_BYTES + MAX_FLASH_BYTES + 4_096;
const MAX_STDERR_CHARACTERS = 2_000;

const REPLY_OK = 0x2e;
const REPLY_ERROR = 0x21;
/** Stands between what the worker tells about itself and the answer. */
const SEPARATOR = 1;
const NOTHING = new Uint8Array(0);

/** A card in a process of its own: an `xsnap-worker`, which is XS with a pipe in and a pipe out. */
export class XsEngine implements CardEngine {
  readonly gone: Promise<void>;
  private readonly child: ChildProcess;
  private readonly listener: EngineListener;
  private errors = "";
  /** Turned off by kill and by death. */
  private alive = true;
  private stopped: StoppedProcess | undefined;
  /** Answers that come before the modules are there. */
  private loading = 2;
  /** What waits for that. */
  private first: Uint8Array | undefined;

  /**
   * @param workerPath as `findXsWorker` gives it.
   * @param entryPath the module to load, an absolute path.
   */
  constructor(listener: EngineListener, workerPath: string, entryPath = XS_ENTRY_PATH) {
    this.listener = listener;
    // Its two pipes are behind what every process has.
    this.child = startChild(workerPath, ["seqcard"], ["ignore", "ignore", "pipe", "pipe", "pipe"]);
    const decoder = new NetstringDecoder((body) => this.take(body), MAX_REPLY_BYTES);
    this.gone = new Promise((resolve) => {
      this.child.once("close", () => resolve());
      this.child.once("error", (error) => {
        this.die(`the worker could not be started: ${error.message}`);
        if (this.child.pid === undefined) resolve();
      });
    });
    this.child.once("exit", (code, signal) => {
      this.die(`the worker ended with ${signal ?? `status ${code}`}${this.lastWords()}`);
    });
    this.child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.errors = (this.errors + text).slice(-MAX_STDERR_CHARACTERS);
    });
    // A worker that died breaks its pipe; `exit` tells of it.
    this.input.on("error", () => {});
    const output = this.child.stdio[4] as Readable;
    output.on("error", () => {});
    output.on("data", (bytes: Buffer) => {
      try {
        decoder.push(bytes);
      } catch (error) {
        this.die(`the worker's answer could not be read: ${messageOf(error)}`);
      }
    });
    this.input.write(encodeNetstring("m", Buffer.from(entryPath)));
    // A module that is not there is no error to the worker; without this function there is no card.
    this.input.write(encodeNetstring("e", Buffer.from("globalThis.handleCommand.name")));
  }

  get processId(): number | undefined {
    return this.child.pid;
  }

  run(command: Uint8Array): void {
    if (!this.alive) return;
    if (this.loading === 0) this.input.write(encodeNetstring("?", command));
    else this.first = command;
  }

  pause(): void {
    this.stopped ??= new StoppedProcess(this.child);
  }

  resume(): void {
    this.stopped?.resume();
    this.stopped = undefined;
  }

  kill(): void {
    this.alive = false;
    this.stopped?.release();
    this.stopped = undefined;
    this.child.kill("SIGKILL");
  }

  private get input(): Writable {
    return this.child.stdio[3] as Writable;
  }

  private take(body: Buffer): void {
    if (!this.alive) return;
    if (body[0] === REPLY_ERROR) {
      const thrown = body.subarray(1).toString("utf8");
      const when = this.loading === 0 ? "the firmware threw" : "its modules did not load";
      this.die(`${when}: ${thrown}${this.lastWords()}`);
      return;
    }
    const end = body.indexOf(SEPARATOR);
    if (body[0] !== REPLY_OK || end < 0) {
      this.die("the worker's answer is of an unknown kind");
      return;
    }
    if (this.loading > 0) {
      this.loading -= 1;
      if (this.loading === 0 && this.first !== undefined) this.run(this.first);
      return;
    }
    const compute = readCompute(body.toString("latin1", 1, end));
    this.listener.onTurn({ answer: end + 1 < body.length ? body.subarray(end + 1) : NOTHING, compute });
  }

  private die(reason: string): void {
    if (!this.alive) return;
    this.kill();
    this.listener.onDeath(reason);
  }

  private lastWords(): string {
    const words = this.errors.trim();
    return words === "" ? "" : ` (${words})`;
  }
}

function readCompute(meter: string): number {
  const match = /"compute":(\d+)/.exec(meter);
  return match === null ? 0 : Number(match[1]);
}
