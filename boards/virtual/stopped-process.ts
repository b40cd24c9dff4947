import type { ChildProcess } from "node:child_process";
import { startChild } from "./rig-child.js";

/**
 * A process that a SIGSTOP holds. It does not notice that its pipes end, so it would outlive a rig that is killed; a shell
 * whose input ends with the rig ends it then.
 */
export class StoppedProcess {
  private readonly child: ChildProcess;
  private readonly guard: ChildProcess;

  constructor(child: ChildProcess) {
    this.child = child;
    child.kill("SIGSTOP");
    this.guard = startChild(
      "/bin/sh",
      ["-c", 'read -r nothing; kill -KILL "$1"', "sh", `${child.pid}`],
      ["pipe", "ignore", "ignore"],
    );
    // Without a shell the process is stopped all the same.
    this.guard.on("error", () => {});
    this.guard.stdin?.on("error", () => {});
  }

  /** Lets it go on. */
  resume(): void {
    this.release();
    this.child.kill("SIGCONT");
  }

  /** Sends the guard away, for a process that is about to end otherwise. */
  release(): void {
    this.guard.kill("SIGKILL");
  }
}
