import { ProcessScope } from "./process-scope.js";

/** Exit code of a program that Ctrl-C ended, as shells have it. */
const EXIT_INTERRUPTED = 130;
const EXIT_TERMINATED = 143;

/**
 * Runs a program that starts others. Whatever happens (it returns, it throws, Ctrl-C, SIGTERM), everything it started in
 * the scope is ended before this process exits. An error is printed as its message and makes the exit code 1.
 * @param body returns the exit code.
 */
export async function runInScope(body: (scope: ProcessScope) => Promise<number>): Promise<void> {
  const scope = new ProcessScope();
  let interrupted: number | undefined;
  const interrupt = (code: number) => (): void => {
    interrupted ??= code;
    void scope.close();
  };
  process.on("SIGINT", interrupt(EXIT_INTERRUPTED));
  process.on("SIGTERM", interrupt(EXIT_TERMINATED));
  process.on("SIGHUP", interrupt(EXIT_TERMINATED));
  process.once("exit", () => scope.killNow());

  let code = 1;
  try {
    code = await body(scope);
  } catch (error) {
    // What fails because its servers were just ended is no news.
    if (interrupted === undefined) console.error(error instanceof Error ? error.message : String(error));
  } finally {
    await scope.close();
  }
  process.exit(interrupted ?? code);
}
