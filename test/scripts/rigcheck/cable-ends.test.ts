import test from "ava";
import { type CableEnd, cableName, judgeCables, pairEnds } from "../../../scripts/rigcheck/cable-ends.js";

/** An end such as "1A>2 alive": connector A of card 1 hears card 2. */
function end(text: string, framesIn = 100): CableEnd {
  const match = /^(\d+)([A-Z])>(\d+) (alive|stale|dead)$/.exec(text);
  if (match === null) throw new Error(text);
  return {
    card: Number(match[1]),
    link: (match[2] as string).charCodeAt(0) - 65,
    neighbour: Number(match[3]),
    state: match[4] as CableEnd["state"],
    framesIn: match[3] === "0" ? 0 : framesIn,
    framesOut: 100,
    badFrames: 0,
    dropped: 0,
  };
}

const ends = (...texts: string[]): CableEnd[] => texts.map((text) => end(text));
const findings = (...texts: string[]) => judgeCables(ends(...texts), new Set([1, 2, 3]));
const codes = (...texts: string[]) => findings(...texts).map(({ code, severity }) => `${severity} ${code}`);
const TRIANGLE = ["1A>2 alive", "1B>3 alive", "2A>1 alive", "2B>3 alive", "3A>1 alive", "3B>2 alive"];

test("a whole triangle has nothing wrong", (t) => {
  t.deepEqual(codes(...TRIANGLE), []);
  t.deepEqual(pairEnds(ends(...TRIANGLE)).map(cableName), ["1A-2A", "1B-3A", "2B-3B"]);
});

test("two cables between the same cards are two", (t) => {
  const cables = pairEnds(ends("1A>2 alive", "1B>2 alive", "2A>1 alive", "2B>1 alive"));
  t.deepEqual(cables.map(cableName), ["1A-2A", "1B-2B"]);
});

test("a way that broke is named with the end that hears nothing", (t) => {
  const [found, ...rest] = findings(
    "1A>2 stale",
    "1B>3 alive",
    "2A>1 dead",
    "2B>3 alive",
    "3A>1 alive",
    "3B>2 alive",
  );
  t.is(found?.code, "ONE_WAY_CABLE");
  t.regex(found?.text ?? "", /none arrives from 1A at 2A/);
  t.deepEqual(rest, []);
});

test("a way that never worked is named too", (t) => {
  const found = findings("1A>2 stale", "1B>3 alive", "2A>0 dead", "2B>3 alive", "3A>1 alive", "3B>2 alive");
  t.is(found[0]?.code, "ONE_WAY_CABLE");
  t.regex(found[0]?.text ?? "", /none arrives from 1A at 2A/);
  t.deepEqual(
    found.slice(1).map(({ code, severity }) => `${severity} ${code}`),
    ["warning SILENT_CONNECTOR"],
  );
});

test("with several silent connectors the card is named, not one of them", (t) => {
  const found = findings("1A>2 stale", "1B>3 alive", "3A>1 alive", "2A>0 dead", "2B>0 dead");
  t.is(found[0]?.code, "ONE_WAY_CABLE");
  t.regex(found[0]?.text ?? "", /card 2, which hears nothing/);
  t.true(found.some(({ code, text }) => code === "CARD_ALONE" && text.includes("card 2")));
});

test("wires that lead to different cards are miswired", (t) => {
  // What 1A sends arrives at 3A, what 3A sends arrives at 2A, and what 2A sends arrives at 1A.
  t.deepEqual(
    codes("1A>2 stale", "3A>1 stale", "2A>3 stale", "1B>3 alive", "3B>1 alive", "2B>3 alive", "3C>2 alive"),
    ["error MISWIRED_CABLE", "error MISWIRED_CABLE", "error MISWIRED_CABLE"],
  );
});

test("a connector that hears its own card is miswired", (t) => {
  t.true(codes("1A>1 stale", ...TRIANGLE.slice(1)).includes("error MISWIRED_CABLE"));
});

test("a cable that was there and is silent, one that comes and goes, and a card with none", (t) => {
  t.deepEqual(codes("1A>2 dead", "2A>1 dead", "1B>3 alive", "3A>1 alive", "2B>3 alive", "3B>2 alive"), [
    "error DEAD_CABLE",
  ]);
  t.deepEqual(codes("1A>2 stale", "2A>1 alive"), [
    "warning ONE_WAY_CABLE",
    "error CARD_ALONE",
    "error CARD_ALONE",
  ]);
});

test("of a card that was not asked nothing is said", (t) => {
  t.deepEqual(judgeCables(ends("1A>4 alive", "1B>3 alive", "3A>1 alive"), new Set([1, 3])), []);
});

test("frames at a connector without a hello tell of another baud or another fabric", (t) => {
  const [found] = judgeCables(
    [{ ...end("1A>0 dead"), badFrames: 7 }, end("1B>3 alive"), end("3A>1 alive")],
    new Set([1, 3]),
  );
  t.is(found?.code, "SILENT_CONNECTOR");
  t.regex(found?.advice ?? "", /baud/);
});
