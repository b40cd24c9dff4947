import { spawnSync } from "node:child_process";
import test from "ava";
import { testOfProgram } from "./checked-program.js";
import { hasCommand, hasSanitizers, ProgramFolder } from "./compile.js";

const SOURCES = [
  "firmware/native/spi-link.c",
  "firmware/native/frame-codec.c",
  "test/native/spi-link-check.c",
];
const SEEDS = 10;
/** Of 1000 steps of the bus. */
const FAULT_RATES = [0, 5, 50, 200];

const folder = new ProgramFolder();
test.after.always(() => folder.remove());
const compiler = ["cc", "clang"].find((command) => hasCommand(command) && hasSanitizers(folder, command));

if (compiler === undefined) {
  test.skip("the SPI link: no C compiler with sanitizers is here", () => {});
} else {
  const compiled = folder.compile(compiler, "spi-link-check", SOURCES);
  for (const rate of FAULT_RATES) {
    test(`controller and peripheral, ${rate} faults in 1000 steps: frames arrive once, in order, and all of them where nothing fails`, (t) => {
      if ("failure" in compiled) {
        t.fail(compiled.failure);
        return;
      }
      for (let seed = 1; seed <= SEEDS; seed += 1) {
        const { status, stdout, stderr } = spawnSync(compiled.program, [String(seed), String(rate)], {
          encoding: "utf8",
        });
        t.is(status, 0, `spi-link-check ${seed} ${rate}: ${stderr}`);
        t.regex(stdout, /^sent \d+ \d+ refused/);
      }
    });
  }
}

testOfProgram({
  title: "the SPI link: headers, times, what was sent into the void, what was broken off",
  name: "spi-link-rules-check",
  sources: ["firmware/native/spi-link.c", "test/native/spi-link-rules-check.c"],
  prints: /^\d{3,} checks\n$/,
});
