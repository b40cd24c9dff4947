import test from "ava";
import { makeScreen, type ScreenOutput } from "../../../scripts/demonstration/screen.js";

function makeOutput(isTTY: boolean): { output: ScreenOutput; written: () => string } {
  let text = "";
  return {
    output: {
      isTTY,
      columns: 20,
      write(more) {
        text += more;
      },
    },
    written: () => text,
  };
}

test("on a terminal progress overwrites its line, cut to the width, and what follows begins a new one", (t) => {
  const { output, written } = makeOutput(true);
  const screen = makeScreen(output, true);
  screen.showProgress("1 %");
  screen.showProgress("a progress that is too long for it");
  screen.say("done");
  t.is(written(), "\r\u001b[K1 %\r\u001b[Ka progress that is \ndone\n");
});

test("elsewhere progress is a line a second, without escape sequences", (t) => {
  const { output, written } = makeOutput(false);
  let timeMs = 0;
  const screen = makeScreen(output, true, () => timeMs);
  for (; timeMs <= 2000; timeMs += 250) screen.showProgress(`${timeMs}`);
  screen.endProgress();
  screen.say(screen.bold("done"));
  t.is(written(), "0\n1000\n2000\ndone\n");
});

test("bold only where the terminal may have color", (t) => {
  t.is(makeScreen(makeOutput(true).output, true).bold("x"), "\u001b[1mx\u001b[22m");
  t.is(makeScreen(makeOutput(true).output, false).bold("x"), "x");
});
