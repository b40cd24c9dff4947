import { ProcessScope } from "./process-scope.js";

/** Exit code of a program that Ctrl-C ended, as shells have it. */
const EXIT_INTERRUPTED = 130;
const EXIT_TERMINATED = 143;

/**
 * Runs a program that starts others. Whatever happens (it returns, it throws, Ctrl-C, SIGTERM), everything it started in
 * the scope is ended before this process exits. An error is printed as its message and makes the exit code 1.
 * @param body returns the exit code. It may settle it before: then Ctrl-C is how it is meant to end.
 */
export async function runInScope(
  body: (scope: ProcessScope, settle: (code: number) => void) => Promise<number>,
): Promise<void> {
  const scope = new ProcessScope();
  let interrupted: number | undefined;
  let settled: number | undefined;
  const settle = (code: number): void => {
    settled = code;
  };
  const interrupt = (code: number) => (): void => {
    interrupted ??= settled ?? code;
    void scope.close();
  };
  process.on("SIGINT", interrupt(EXIT_INTERRUPTED));
  process.on("SIGTERM", interrupt(EXIT_TERMINATED));
  process.on("SIGHUP", interrupt(EXIT_TERMINATED));
  process.once("exit", () => scope.killNow());

  let code = 1;
  try {
    code = await body(scope, settle);
  } catch (error) {
    // What fails because its servers were just ended is no news.
    if (interrupted === undefined) console.error(error instanceof Error ? error.message : String(error));
  } finally {
    await scope.close();
  }
  process.exit(interrupted ?? code);
}
