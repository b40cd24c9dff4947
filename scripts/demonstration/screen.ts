/** Where the demonstration writes: a terminal, a file, or nowhere. */
export interface Screen {
  /** Whole lines, for good. */
  say(...lines: string[]): void;
  /** Where things stand: on one line that is overwritten on a terminal, else as a line once in a while. */
  showProgress(text: string): void;
  /** Ends a line of progress. */
  endProgress(): void;
  bold(text: string): string;
}

/** What `makeScreen` needs of `process.stdout`. */
export interface ScreenOutput {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Without a terminal, how often progress becomes a line. */
const LINE_EVERY_MS = 1000;
const CLEAR_LINE = "\r\u001b[K";

/** @param color as NO_COLOR wants it; it is never used where the output is no terminal. */
export function makeScreen(
  output: ScreenOutput,
  color: boolean,
  nowMs: () => number = () => performance.now(),
): Screen {
  const terminal = output.isTTY === true;
  let isOpen = false;
  let lastMs = Number.NEGATIVE_INFINITY;
  const endProgress = (): void => {
    if (isOpen) output.write("\n");
    isOpen = false;
    lastMs = Number.NEGATIVE_INFINITY;
  };
  return {
    endProgress,
    bold: (text) => (terminal && color ? `\u001b[1m${text}\u001b[22m` : text),
    say(...lines) {
      endProgress();
      for (const line of lines) output.write(`${line}\n`);
    },
    showProgress(text) {
      if (terminal) {
        output.write(CLEAR_LINE + text.slice(0, Math.max(1, (output.columns ?? 80) - 1)));
        isOpen = true;
      } else if (nowMs() - lastMs >= LINE_EVERY_MS) {
        lastMs = nowMs();
        output.write(`${text}\n`);
      }
    },
  };
}

/** A screen that shows nothing, where only the result is wanted. */
export const DARK_SCREEN: Screen = {
  say() {},
  showProgress() {},
  endProgress() {},
  bold: (text) => text,
};
