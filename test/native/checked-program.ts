import { spawnSync } from "node:child_process";
import test from "ava";
import { hasCommand, hasSanitizers, ProgramFolder } from "./compile.js";

/** Folders of headers that stand in for what the C of a board includes beside the project's own. */
const XS = "test/native/stand-ins/xs";

/** A program in C that judges C of the firmware by itself, on the computer. */
export interface CheckedProgram {
  /** Its title as a test. */
  readonly title: string;
  readonly name: string;
  /** From the project's folder on. */
  readonly sources: readonly string[];
  /** Folders of headers, beside `firmware/native` and the stand-ins of XS. */
  readonly headers?: readonly string[];
  /** For each run, the arguments it is given. One run without any where left out. */
  readonly runs?: readonly (readonly string[])[];
  /** What it prints to the end. */
  readonly prints: RegExp;
}

/** Declares the test: it compiles under the sanitizers of addresses and undefined behaviour, runs, and ends well. */
export function testOfProgram({
  title,
  name,
  sources,
  headers = [],
  runs = [[]],
  prints,
}: CheckedProgram): void {
  const folder = new ProgramFolder();
  test.after.always(() => folder.remove());
  const compiler = ["cc", "clang"].find((command) => hasCommand(command) && hasSanitizers(folder, command));
  if (compiler === undefined) {
    test.skip(`${title}: no C compiler with sanitizers is here`, () => {});
    return;
  }
  test(title, (t) => {
    const include = [...headers, "firmware/native", XS].map((each) => `-I${each}`);
    // A line's functions have one form, whether a line needs all of its arguments or not.
    const options = ["-Wno-unused-parameter", ...include];
    const compiled = folder.compile(compiler, name, [...sources, `${XS}/xs.c`], options);
    if ("failure" in compiled) return t.fail(compiled.failure);
    for (const args of runs) {
      const { status, stdout, stderr } = spawnSync(compiled.program, args, { encoding: "utf8" });
      t.is(status, 0, `${name} ${args.join(" ")}: ${stderr}`);
      t.regex(stdout, prints);
    }
  });
}
