/** Where time comes from, so that tests can run in time of their own. */
export interface Clock {
  /** Milliseconds since some start, with fractions. Never goes back. */
  nowMs(): number;
  /** Calls `callback` once after `delayMs`. @returns what takes the call back. */
  setTimer(callback: () => void, delayMs: number): () => void;
}

export class SystemClock implements Clock {
  nowMs(): number {
    return performance.now();
  }

  setTimer(callback: () => void, delayMs: number): () => void {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  }
}
