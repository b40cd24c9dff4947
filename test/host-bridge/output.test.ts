import test from "ava";
import { fold } from "../../host-bridge/commands/output.js";

test("a text is folded at blanks, and a word that is too long stands by itself", (t) => {
  const word = "x".repeat(90);
  const text = fold(`- ${"ab ".repeat(40)}${word} end`, "  ");
  const lines = text.split("\n");
  t.deepEqual(
    lines.map((line) => line.length <= 80 || line.trim() === word),
    lines.map(() => true),
  );
  t.true(lines.slice(1).every((line) => line.startsWith("  ")));
  t.is(lines.join(" ").replace(/ +/g, " "), `- ${"ab ".repeat(40)}${word} end`);
});
