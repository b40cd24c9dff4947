import { type ChildProcess, fork, type SpawnOptions, spawn } from "node:child_process";
import { chownSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

/** How long a process has to end by itself after it was asked to. */
const STOP_TIMEOUT_MS = 5000;
/** How much of what a process printed is kept, to tell why it failed. */
const OUTPUT_TAIL_CHARACTERS = 4000;

export interface StartOptions {
  /** Asks the process to end. Default SIGTERM. */
  readonly stopSignal?: NodeJS.Signals;
  /** Runs it as another user, where this process may. */
  readonly user?: UserId;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

export interface UserId {
  readonly uid: number;
  readonly gid: number;
}

/** A process that its scope ends. */
export interface OwnedProcess {
  readonly child: ChildProcess;
  /** What it printed last, on either stream. */
  readonly output: string;
  /** Resolves when it has ended; never rejects. */
  readonly ended: Promise<void>;
  /** Resolves when it has ended and `output` is whole: later than `ended`, and only when its own children are silent too. */
  readonly silent: Promise<void>;
  /** Whether it still runs. */
  readonly running: boolean;
}

/**
 * Everything that a script started: processes and temporary directories. `close` ends all of it, the newest first, and
 * touches nothing else: a process is ended by its own handle, never by a name.
 */
export class ProcessScope {
  private readonly processes: StartedProcess[] = [];
  private readonly directories: string[] = [];
  private readonly inner: ProcessScope[] = [];
  private closing: Promise<void> | undefined;

  /** A scope inside this one: it can be closed alone, and closes with this one at the latest. */
  makeInner(): ProcessScope {
    const made = new ProcessScope();
    if (this.closing !== undefined) made.closing = this.closing;
    this.inner.push(made);
    return made;
  }

  /** Starts a program. @throws Error where this scope is closing already. */
  start(command: string, args: readonly string[], options: StartOptions = {}): OwnedProcess {
    this.refuseWhenClosing();
    const { user, cwd, env, stopSignal } = options;
    const spawnOptions: SpawnOptions = { stdio: ["ignore", "pipe", "pipe"], ...user };
    if (cwd !== undefined) spawnOptions.cwd = cwd;
    if (env !== undefined) spawnOptions.env = env;
    return this.own(spawn(command, args, spawnOptions), stopSignal ?? "SIGTERM");
  }

  /** Starts a Node module with a channel for messages. @throws Error where this scope is closing already. */
  fork(modulePath: string, args: readonly string[] = []): OwnedProcess {
    this.refuseWhenClosing();
    const child = fork(modulePath, args, {
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      serialization: "advanced",
    });
    return this.own(child, "SIGTERM");
  }

  /** Makes a directory that is gone when the scope is closed. */
  makeDirectory(owner?: UserId): string {
    this.refuseWhenClosing();
    const directory = mkdtempSync(join(tmpdir(), "seqcard-"));
    this.directories.push(directory);
    if (owner !== undefined) chownSync(directory, owner.uid, owner.gid);
    return directory;
  }

  /** Whether `close` was called: whatever fails from then on fails because of it. */
  get isClosing(): boolean {
    return this.closing !== undefined;
  }

  /**
   * Runs a program to its end.
   * @returns what it printed last.
   * @throws Error with that, where it did not end with exit code 0.
   */
  async run(command: string, args: readonly string[], options: StartOptions = {}): Promise<string> {
    const program = this.start(command, args, options);
    await program.silent;
    if (program.child.exitCode === 0) return program.output;
    throw new Error(`${basename(command)} failed: ${program.output.trim() || "it said nothing"}`);
  }

  /** Ends every process, the newest first, and removes every directory. Safe twice; never rejects. */
  close(): Promise<void> {
    this.closing ??= this.closeAll();
    return this.closing;
  }

  /** Ends every process at once, for when this one is about to exit and cannot wait. */
  killNow(): void {
    for (const scope of this.inner) scope.killNow();
    for (const process of this.processes) process.kill("SIGKILL");
  }

  private async closeAll(): Promise<void> {
    for (const scope of this.inner.reverse()) await scope.close();
    for (const process of this.processes.reverse()) await process.stop();
    for (const directory of this.directories)
      rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
  }

  private own(child: ChildProcess, stopSignal: NodeJS.Signals): OwnedProcess {
    const owned = new StartedProcess(child, stopSignal);
    this.processes.push(owned);
    return owned;
  }

  private refuseWhenClosing(): void {
    if (this.closing !== undefined) throw new Error("Stopped before this could be started.");
  }
}

class StartedProcess implements OwnedProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<void>;
  readonly silent: Promise<void>;
  output = "";
  running = true;
  private readonly stopSignal: NodeJS.Signals;

  constructor(child: ChildProcess, stopSignal: NodeJS.Signals) {
    this.child = child;
    this.stopSignal = stopSignal;
    const keep = (text: Buffer): void => {
      this.output = (this.output + text.toString()).slice(-OUTPUT_TAIL_CHARACTERS);
    };
    child.stdout?.on("data", keep);
    child.stderr?.on("data", keep);
    this.silent = new Promise((resolve) => {
      child.once("close", () => resolve());
      child.once("error", () => {
        if (child.pid === undefined) resolve();
      });
    });
    this.ended = new Promise((resolve) => {
      const end = (): void => {
        this.running = false;
        resolve();
      };
      child.once("exit", end);
      child.once("error", (error) => {
        keep(Buffer.from(error.message));
        // Without a process id it never began; otherwise it is a signal or message that did not arrive.
        if (child.pid === undefined) end();
      });
    });
  }

  kill(signal: NodeJS.Signals): void {
    if (this.running) this.child.kill(signal);
  }

  async stop(): Promise<void> {
    this.kill(this.stopSignal);
    const timer = setTimeout(() => this.kill("SIGKILL"), STOP_TIMEOUT_MS);
    await this.ended;
    clearTimeout(timer);
  }
}
