/** What the checks look at, handed in so that tests can make it up. */
export interface Machine {
  readonly environment: Readonly<Record<string, string | undefined>>;
  exists(path: string): boolean;
  /** @returns the text of a file, or undefined where it cannot be read. */
  read(path: string): string | undefined;
  /** Whether a program of this name is on the PATH. */
  has(program: string): boolean;
  /** @returns what the command prints, or undefined where it cannot be run or fails. */
  run(command: string, args: readonly string[]): string | undefined;
}
