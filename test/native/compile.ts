import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The project's folder, from `dist/test/native/`. */
export const PROJECT_FOLDER = fileURLToPath(new URL("../../../", import.meta.url));

const WARNINGS = ["-std=c11", "-Wall", "-Wextra", "-Wconversion", "-Werror"];
const SANITIZERS = ["-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"];

/** What became of a try to compile: a program, or why there is none. */
export type Compiled = { readonly program: string } | { readonly failure: string };

/** A folder for compiled programs that goes away with the process. */
export class ProgramFolder {
  readonly path = mkdtempSync(join(tmpdir(), "seqcard-test-"));

  /**
   * Compiles C of this project with warnings as errors, under the sanitizers of addresses and of undefined behaviour.
   * @param sources from the project's folder on.
   */
  compile(
    compiler: string,
    name: string,
    sources: readonly string[],
    options: readonly string[] = [],
  ): Compiled {
    const program = join(this.path, name);
    const args = [...WARNINGS, ...SANITIZERS, ...options, ...sources, "-o", program];
    const { status, stderr, error } = spawnSync(compiler, args, { cwd: PROJECT_FOLDER, encoding: "utf8" });
    if (status === 0) return { program };
    return { failure: `${compiler} ${args.join(" ")}: ${error?.message ?? stderr}` };
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** Whether a command is there and answers to `--version`. */
export function hasCommand(command: string): boolean {
  return spawnSync(command, ["--version"], { stdio: "ignore" }).status === 0;
}

/** Whether this compiler comes with both sanitizers' libraries: some installations leave them out. */
export function hasSanitizers(folder: ProgramFolder, compiler: string): boolean {
  const probe = join(folder.path, "probe");
  const { status } = spawnSync(compiler, ["-x", "c", "-", "-fsanitize=address,undefined", "-o", probe], {
    input: "int main(void) { return 0; }\n",
  });
  return status === 0;
}
