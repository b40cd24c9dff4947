import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { View } from "../../host-bridge/index.js";
import type { OwnedProcess, ProcessScope } from "../processes/process-scope.js";
import { askWorker, tellWorker } from "../processes/worker-channel.js";
import type { HostCommand, HostNote, HostReport } from "./host-process.js";

const HOST_PROCESS = fileURLToPath(new URL("./host-process.js", import.meta.url));
/** A host whose card has no power waits for it, rather than give up. */
const CALL_TIMEOUT_MS = 90_000;

interface Host {
  readonly process: OwnedProcess;
  readonly file: string;
  note: HostNote;
}

/** Host processes, one for each port or several at one daemon, that take numbers all the time. Numbered from 1, in the order of the ports. */
export class HostFleet {
  private readonly hosts: readonly Host[];
  private readonly seenViews = new Set<number>();
  private loads: Promise<unknown> = Promise.resolve();
  private isLoaded = false;
  private onNote: () => void = () => {};

  private constructor(hosts: readonly Host[]) {
    this.hosts = hosts;
    for (const { note } of hosts) this.see(note.view);
  }

  /**
   * Starts a process for each port and opens it.
   * @param directory where each writes its deliveries.
   * @throws Error with what the host bridge says, where a port cannot be opened.
   */
  static open(scope: ProcessScope, directory: string, paths: readonly string[]): Promise<HostFleet> {
    return HostFleet.start(scope, directory, paths, false);
  }

  /** Starts `count` processes that all take their numbers from the daemon at a socket. */
  static connect(scope: ProcessScope, directory: string, socket: string, count: number): Promise<HostFleet> {
    return HostFleet.start(scope, directory, Array<string>(count).fill(socket), true);
  }

  /** Starts a process for each socket, where a daemon listens; the same socket may come several times. */
  static connectEach(scope: ProcessScope, directory: string, sockets: readonly string[]): Promise<HostFleet> {
    return HostFleet.start(scope, directory, sockets, true);
  }

  private static async start(
    scope: ProcessScope,
    directory: string,
    paths: readonly string[],
    isSocket: boolean,
  ): Promise<HostFleet> {
    const hosts = paths.map(async (path, index) => {
      const process = scope.fork(HOST_PROCESS);
      const file = join(directory, `host${index + 1}`);
      const timeoutMs = CALL_TIMEOUT_MS;
      const note = await ask(process, { type: "open", host: index + 1, path, isSocket, file, timeoutMs });
      return { process, file, note };
    });
    return new HostFleet(await Promise.all(hosts));
  }

  /** Where the deliveries are, whole after `close`. */
  get files(): readonly string[] {
    return this.hosts.map(({ file }) => file);
  }

  /** Where each host stands. */
  get notes(): readonly HostNote[] {
    return this.hosts.map(({ note }) => note);
  }

  /** The newest view that any host knows. */
  get view(): View | null {
    const views = this.notes.flatMap(({ view }) => (view === null ? [] : [view]));
    return views.reduce<View | null>((best, view) => (view.number > (best?.number ?? 0) ? view : best), null);
  }

  /** How many different views the hosts have been told of. */
  get viewCount(): number {
    return this.seenViews.size;
  }

  /** Numbers taken by all. */
  get numbers(): number {
    return this.notes.reduce((sum, { numbers }) => sum + numbers, 0);
  }

  /** One host takes numbers one after the other. */
  async take(host: number, count: number): Promise<void> {
    await ask(this.find(host).process, { type: "take", count });
  }

  /** All begin to take numbers, `callers` at once each, until `stopLoad`. */
  startLoad(callers: number): void {
    this.isLoaded = true;
    const loads = this.hosts.map(async (host) => {
      host.note = await askWorker<HostReport, HostNote>(host.process, { type: "load", callers }, (note) => {
        host.note = note;
        this.see(note.view);
        this.onNote();
      });
    });
    this.loads = Promise.all(loads).finally(() => {
      this.isLoaded = false;
      this.onNote();
    });
    // Whoever fails, fails the whole: thrown by `wait` and `stopLoad`.
    this.loads.catch(() => {});
  }

  /** Ends it. @throws Error where a host process failed. */
  async stopLoad(): Promise<void> {
    for (const { process } of this.hosts) tellWorker(process, { type: "stop" });
    await this.loads;
  }

  /** Has a host hand the roles over while the load goes on. */
  handOver(host: number, primary: number): void {
    tellWorker(this.find(host).process, { type: "handover", primary });
  }

  /**
   * Waits until each of these hosts has got a number that it asked for after `sinceNs`.
   * @returns those that did not within `timeoutMs`.
   * @throws Error where a host process failed.
   */
  async servedSince(sinceNs: bigint, hosts: readonly number[], timeoutMs: number): Promise<number[]> {
    const late = (): number[] => hosts.filter((host) => this.find(host).note.servedNs <= sinceNs);
    await this.wait(() => late().length === 0, timeoutMs);
    return late();
  }

  /**
   * Waits for something that the hosts' notes tell, for `timeoutMs` at most.
   * @throws Error where a host process failed.
   */
  async wait(isDone: () => boolean, timeoutMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const done = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, timeoutMs);
      this.onNote = () => {
        if (!this.isLoaded || isDone()) resolve();
      };
      this.onNote();
    });
    await done;
    this.onNote = () => {};
    clearTimeout(timer);
    if (!this.isLoaded) await this.loads;
  }

  /** Closes the ports. @returns what each host came to. */
  close(): Promise<HostReport[]> {
    return Promise.all(this.hosts.map(({ process }) => ask(process, { type: "close" })));
  }

  private see(view: View | null): void {
    if (view !== null && view.number > 0) this.seenViews.add(view.number);
  }

  private find(host: number): Host {
    const found = this.hosts[host - 1];
    if (found === undefined) throw new RangeError(`There is no host ${host}.`);
    return found;
  }
}

function ask(process: OwnedProcess, command: HostCommand): Promise<HostReport> {
  return askWorker<HostReport>(process, command);
}
