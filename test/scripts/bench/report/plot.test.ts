import test from "ava";
import { plotSvg } from "../../../../scripts/bench/report/plot.js";
import { sampleResult } from "../sample-result.js";

/** @returns what is wrong with the nesting of elements, or undefined. */
function findNestingFault(xml: string): string | undefined {
  const open: string[] = [];
  let rest = xml;
  // Attribute values may hold ">", so they are taken whole.
  const tag = /<(\/?)([A-Za-z][\w:-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/g;
  for (const [whole, closing, name, , selfClosing] of xml.matchAll(tag)) {
    rest = rest.replace(whole, "");
    if (selfClosing === "/") continue;
    if (closing === "") open.push(name as string);
    else if (open.pop() !== name) return `</${name}> closes something else`;
  }
  if (open.length > 0) return `<${open.at(-1)}> is not closed`;
  if (/[<>]/.test(rest.replace(/<!\[CDATA\[.*?\]\]>/gs, ""))) return "something that is not a tag";
  return undefined;
}

test("the check of nesting finds what is wrong", (t) => {
  t.is(findNestingFault('<a b="1>2"><c/>text</a>'), undefined);
  t.truthy(findNestingFault("<a><b></a></b>"));
  t.truthy(findNestingFault("<a>"));
  t.truthy(findNestingFault("<a>1 < 2</a>"));
});

test("the plot is well-formed SVG with every system that was measured, and none that was not", (t) => {
  const svg = plotSvg(sampleResult());
  t.true(svg.startsWith("<svg"));
  t.is(findNestingFault(svg), undefined);
  for (const title of ["seqcard on XS", "Redis INCR + WAIT 1", "PostgreSQL &lt;nextval&gt;"]) {
    t.true(svg.includes(title), title);
  }
  t.false(svg.includes("etcd put"));
  t.true(svg.includes("1,024 callers"));
  t.true(svg.includes("300K"), "bars are labelled with numbers a second");
});

test("a run in which nothing could be measured still has a plot", (t) => {
  t.is(findNestingFault(plotSvg({ ...sampleResult(), systems: [] })), undefined);
});
