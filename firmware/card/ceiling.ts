import { LARGEST_WINDOW_LOG2, SMALLEST_WINDOW_LOG2 } from "../wire/constants.js";
import { NUMBER_LIMIT, Uint64 } from "../wire/uint64.js";

/**
 * A ceiling, and the window by which it was moved there. The two belong together: the window says how much below the
 * ceiling can be unused, so who takes over a ceiling takes its window with it.
 */
export class Ceiling extends Uint64 {
  /** The window as a power of two, SMALLEST_WINDOW_LOG2 to LARGEST_WINDOW_LOG2. */
  windowLog2 = SMALLEST_WINDOW_LOG2;

  /** Moves to `end`, down as well. */
  moveTo(end: Uint64, windowLog2: number): void {
    this.copy(end);
    this.windowLog2 = windowLog2;
  }

  /** Takes over the higher one, with its window; of two equal ceilings the larger window, so that no order matters. */
  raise(end: Uint64, windowLog2: number): void {
    const order = this.compare(end);
    if (order < 0) this.moveTo(end, windowLog2);
    else if (order === 0) this.windowLog2 = Math.max(this.windowLog2, windowLog2);
  }
}

/** Whether a ceiling with this window can be one that a primary made: nothing else is taken from a frame or from flash. */
export function isCeiling(end: Uint64, windowLog2: number): boolean {
  return (
    end.compare(NUMBER_LIMIT) <= 0 && windowLog2 >= SMALLEST_WINDOW_LOG2 && windowLog2 <= LARGEST_WINDOW_LOG2
  );
}
