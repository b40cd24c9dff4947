import {
  AdaptiveWindow,
  LARGEST_WINDOW,
  LONGEST_MOVE_US,
  SHORTEST_MOVE_US,
} from "../../../firmware/card/adaptive-window.js";
import { DEFAULT_WINDOW, MAX_BLOCK_COUNT } from "../../../firmware/wire/constants.js";
import { Random } from "../../support/random.js";
import type { UnitCase } from "../../support/unit-case.js";

const SECOND_US = 1_000_000;

/** Uses numbers at a steady rate for a while, as a primary does. @returns the times of the moves, in seconds. */
function useSteadily(window: AdaptiveWindow, numbersPerSecond: number, seconds: number): number[] {
  const moves: number[] = [];
  let atSeconds = 0;
  while (atSeconds < seconds) {
    moves.push(atSeconds);
    atSeconds += window.move(atSeconds * SECOND_US) / 2 / numbersPerSecond;
  }
  return moves;
}

export const adaptiveWindowCases: readonly UnitCase[] = [
  {
    title: "begins with the default, and keeps it for the first two moves of a slow load",
    run(t) {
      const window = new AdaptiveWindow();
      t.is(window.size, DEFAULT_WINDOW);
      t.is(window.move(5 * SECOND_US), DEFAULT_WINDOW);
      t.is(window.move(10 * SECOND_US), DEFAULT_WINDOW);
    },
  },
  {
    title: "doubles below four seconds, halves from eight on, and stays between the two",
    run(t) {
      const window = new AdaptiveWindow();
      let nowUs = 0;
      const after = (us: number): number => {
        nowUs += us;
        return window.move(nowUs) / DEFAULT_WINDOW;
      };
      t.is(after(0), 1);
      t.is(after(SHORTEST_MOVE_US - 1), 2);
      t.is(after(0), 4);
      t.is(after(SHORTEST_MOVE_US), 4);
      t.is(after(LONGEST_MOVE_US - 1), 4);
      t.is(after(LONGEST_MOVE_US), 2);
      t.is(after(1000 * LONGEST_MOVE_US), 1);
      t.is(after(1000 * LONGEST_MOVE_US), 1);
    },
  },
  {
    title: "never passes the largest window, which still leaves room for blocks in 32 bits",
    run(t) {
      const window = new AdaptiveWindow();
      const sizes = new Set<number>();
      for (let move = 0; move < 40; move += 1) sizes.add(window.move(move));
      t.is(window.size, LARGEST_WINDOW);
      t.is(sizes.size, 15);
      t.true(LARGEST_WINDOW + MAX_BLOCK_COUNT < 2 ** 32);
    },
  },
  {
    title: "begins every view anew",
    run(t) {
      const window = new AdaptiveWindow();
      window.move(0);
      t.is(window.move(1), 2 * DEFAULT_WINDOW);
      window.begin();
      t.is(window.size, DEFAULT_WINDOW);
      t.is(window.move(2), DEFAULT_WINDOW);
      t.is(window.move(3), 2 * DEFAULT_WINDOW);
    },
  },
  {
    title: "settles where ceilings move once in four to eight seconds, at any rate that boards can reach",
    run(t) {
      for (const rate of [10_000, 100_000, 1_234_567, 23_000_000, 93_388_800, 134_000_000]) {
        const window = new AdaptiveWindow();
        const moves = useSteadily(window, rate, 200).filter((atSeconds) => atSeconds > 30);
        const intervals = moves.slice(1).map((atSeconds, index) => atSeconds - (moves[index] as number));
        t.true(Math.min(...intervals) >= 4, `${rate}: ${Math.min(...intervals)}`);
        t.true(rate < 16_384 || Math.max(...intervals) <= 8.1, `${rate}: ${Math.max(...intervals)}`);
        t.true(window.size <= Math.max(DEFAULT_WINDOW, 16 * rate), `${rate}: ${window.size}`);
      }
    },
  },
  {
    title: "writes no more than once in four seconds and fifteen times, however the load changes",
    run(t) {
      for (let seed = 1; seed <= 200; seed += 1) {
        const random = new Random(seed);
        const window = new AdaptiveWindow();
        let atSeconds = 0;
        let moves = 0;
        while (atSeconds < 2000) {
          window.move(atSeconds * SECOND_US);
          moves += 1;
          // Steady, in bursts, or made to be as bad as possible: just too fast, then just too slow.
          const rate = random.pick([1e4, 1e6, 9e7, window.size / 7.9, window.size / 16.1, 1.3e8]);
          atSeconds += window.size / 2 / rate;
          if (moves > atSeconds / 4 + 16) break;
        }
        t.true(moves <= atSeconds / 4 + 16, `seed ${seed}: ${moves} moves in ${atSeconds} s`);
      }
    },
  },
];
