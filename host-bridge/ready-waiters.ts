import type { Clock } from "./clock.js";
import { SequenceError } from "./errors.js";

interface ReadyWaiter {
  resolve(): void;
  reject(error: SequenceError): void;
}

/** Calls that wait until numbers can be had, each with a time limit of its own. */
export class ReadyWaiters {
  private readonly clock: Clock;
  private readonly timeout: () => SequenceError;
  private readonly waiters = new Set<ReadyWaiter>();

  /** @param timeout makes the error of a call whose time is over: why the fabric is not ready. */
  constructor(clock: Clock, timeout: () => SequenceError) {
    this.clock = clock;
    this.timeout = timeout;
  }

  add(timeoutMs: number, signal: AbortSignal | undefined): Promise<void> {
    if (signal?.aborted) return Promise.reject(abortedError(signal));
    return new Promise((resolve, reject) => {
      const end = (): void => {
        this.waiters.delete(waiter);
        cancel();
        signal?.removeEventListener("abort", onAbort);
      };
      const waiter: ReadyWaiter = {
        resolve: () => {
          end();
          resolve();
        },
        reject: (error) => {
          end();
          reject(error);
        },
      };
      const onAbort = (): void => waiter.reject(abortedError(signal));
      const cancel = this.clock.setTimer(() => waiter.reject(this.timeout()), timeoutMs);
      signal?.addEventListener("abort", onAbort);
      this.waiters.add(waiter);
    });
  }

  resolveAll(): void {
    for (const waiter of [...this.waiters]) waiter.resolve();
  }

  rejectAll(error: SequenceError): void {
    for (const waiter of [...this.waiters]) waiter.reject(error);
  }
}

function abortedError(signal: AbortSignal | undefined): SequenceError {
  return new SequenceError("ABORTED", "the waiting was aborted by its signal", { cause: signal?.reason });
}
