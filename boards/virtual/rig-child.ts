import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { openPtyDescriptors } from "./pty-pair.js";

/**
 * Starts a process that inherits these streams and no pty: the ports of the other cards are to vanish with their cards.
 * @param streams from descriptor 0 on.
 */
export function startChild(
  command: string,
  args: readonly string[],
  streams: readonly ("ignore" | "pipe")[],
): ChildProcess {
  const nowhere = openSync("/dev/null", "r");
  try {
    const stdio: ("ignore" | "pipe" | number)[] = [...streams];
    const covered = openPtyDescriptors().filter((descriptor) => descriptor >= streams.length);
    for (const descriptor of covered) {
      while (stdio.length < descriptor) stdio.push("ignore");
      stdio[descriptor] = nowhere;
    }
    return spawn(command, args, { stdio });
  } finally {
    closeSync(nowhere);
  }
}
