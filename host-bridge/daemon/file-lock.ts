import { spawn } from "node:child_process";
import { closeSync, constants, openSync } from "node:fs";

const { O_CREAT, O_NOFOLLOW, O_RDWR } = constants;
const OWNER_ONLY = 0o600;
/** How long another one may keep it: it makes a socket meanwhile, and no more. */
const WAIT_MS = 10_000;

/**
 * Does `work` while this process, and no other, has a lock on the file `path`, which is made where it is not there, and
 * stays. The kernel takes the lock back with the process, so one that is killed leaves none. Node has no call for it; the
 * program `flock` that every Linux has takes it on the file that is open here. Where there is no such program, `work` is done without.
 * @returns false, with `work` not done, where another process keeps the lock.
 */
export async function withFileLock(path: string, work: () => Promise<void>): Promise<boolean> {
  const file = openSync(path, O_RDWR | O_CREAT | O_NOFOLLOW, OWNER_ONLY);
  try {
    if (!(await lock(file))) return false;
    await work();
    return true;
  } finally {
    closeSync(file);
  }
}

function lock(file: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    // The lock belongs to the open file, which this process keeps when flock has ended. Descriptor 3 is the same file there.
    const flock = spawn("flock", ["-x", "3"], {
      stdio: ["ignore", "ignore", "ignore", file],
      timeout: WAIT_MS,
    });
    flock.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") resolve(true);
      else reject(error);
    });
    flock.once("exit", (code, signal) => {
      if (code === 0 || signal !== null) resolve(code === 0);
      else reject(new Error(`flock ended with ${code}`));
    });
  });
}
