import { DEFAULT_WINDOW, LARGEST_WINDOW_LOG2 } from "../wire/constants.js";

/**
 * Largest window. A board's primary assigns 2,850 blocks of 32,768 numbers a second at the very most, 93 million numbers:
 * a window of 2^30 moves less often than once in four seconds up to 134 million. It is also the largest gap that a cold
 * start can leave, a nine-thousand-millionth of all numbers.
 */
export const LARGEST_WINDOW = 2 ** LARGEST_WINDOW_LOG2;
/** Ceilings that move more often than this make the window grow. */
export const SHORTEST_MOVE_US = 4_000_000;
/** Ceilings that move more seldom than this let it shrink. Twice the other, so that a steady load finds one window. */
export const LONGEST_MOVE_US = 8_000_000;

/**
 * How far the ceiling moves at a time, so that flash is written about once in four seconds under load and no gap is
 * larger than it has to be. A window doubles when the last one was used too fast and halves when it was used slowly:
 * every doubling beyond the first fourteen pays with a halving, so however the load changes, T seconds below the largest
 * window's rate see at most T/4 + 15 moves. A window stays below 16 seconds' worth of numbers at the rate that made it
 * grow (or DEFAULT_WINDOW).
 */
export class AdaptiveWindow {
  /** Numbers in the window now, DEFAULT_WINDOW to LARGEST_WINDOW, a power of two. */
  size = DEFAULT_WINDOW;
  private movedAtUs = 0;
  private moved = false;

  /** The window as a power of two, as it goes with its ceiling. */
  get log2(): number {
    return 31 - Math.clz32(this.size);
  }

  /** A primary begins a view: what another one, or this one long ago, found fitting means nothing. */
  begin(): void {
    this.size = DEFAULT_WINDOW;
    this.moved = false;
  }

  /**
   * Half of the window is used and the ceiling moves.
   * @param nowUs card time in microseconds, never less than in the call before.
   * @returns the window to move it by.
   */
  move(nowUs: number): number {
    // The first move of a view tells nothing: the ceiling that it found may have been used up by others.
    if (this.moved) {
      const sinceUs = nowUs - this.movedAtUs;
      if (sinceUs < SHORTEST_MOVE_US) this.size = Math.min(this.size * 2, LARGEST_WINDOW);
      else if (sinceUs >= LONGEST_MOVE_US) this.size = Math.max(this.size / 2, DEFAULT_WINDOW);
    }
    this.moved = true;
    this.movedAtUs = nowUs;
    return this.size;
  }
}
