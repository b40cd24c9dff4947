import { element, svgElement } from "./elements.js";
import { clockTime } from "./format.js";
import type { TimeLineEntry } from "./snapshot.js";

const SPAN_MS = 600_000;
const HEIGHT = 56;
const EDGE = 10;

type Mood = "good" | "bad" | "note";

/** Shape and colour: neither alone carries the meaning. */
const MOODS: Readonly<Record<TimeLineEntry["kind"], Mood>> = {
  view: "note",
  moved: "note",
  outage: "bad",
  "card-lost": "bad",
  "cable-lost": "bad",
  ready: "good",
  "card-back": "good",
  "cable-back": "good",
};
const SIGNS: Readonly<Record<Mood, string>> = { good: "▲", bad: "▼", note: "◆" };

/** What happened: a strip of the last ten minutes, and a list. */
export class TimeLineView {
  private readonly strip: HTMLElement;
  private readonly list: HTMLElement;
  private shownId = -1;
  private begunMs = 0;

  constructor(strip: HTMLElement, list: HTMLElement) {
    this.strip = strip;
    this.list = list;
  }

  /** @param startedMs when this daemon was started: another one counts from the beginning again. */
  show(entries: readonly TimeLineEntry[], nowMs: number, startedMs: number): void {
    this.drawStrip(entries, nowMs);
    const newest = entries.at(-1)?.id ?? 0;
    const isOther = Math.abs(startedMs - this.begunMs) > 1_000;
    if (newest === this.shownId && !isOther) return;
    this.shownId = newest;
    this.begunMs = startedMs;
    this.list.replaceChildren(...[...entries].reverse().map(drawEntry));
  }

  private drawStrip(entries: readonly TimeLineEntry[], nowMs: number): void {
    const width = this.strip.clientWidth;
    const place = (timeMs: number): number =>
      width - EDGE - ((nowMs - timeMs) / SPAN_MS) * (width - 2 * EDGE);
    const svg = svgElement("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, "aria-hidden": "true" });
    svg.append(
      svgElement("line", { class: "axis", x1: EDGE, x2: width - EDGE, y1: 28, y2: 28, "stroke-width": 2 }),
    );
    for (const minutes of [10, 5, 0]) {
      const anchor = minutes === 10 ? "start" : minutes === 0 ? "end" : "middle";
      const x = place(nowMs - minutes * 60_000);
      const text = minutes === 0 ? "now" : `${minutes} min ago`;
      svg.append(svgElement("text", { x, y: 52, "text-anchor": anchor }, text));
    }
    for (const { kind, timeMs, text } of entries) {
      if (nowMs - timeMs > SPAN_MS) continue;
      const mood = MOODS[kind];
      svg.append(
        svgElement(
          "path",
          { class: `mark-${mood}`, d: shape(mood, place(timeMs)) },
          svgElement("title", {}, text),
        ),
      );
    }
    this.strip.replaceChildren(svg);
  }
}

function shape(mood: Mood, x: number): string {
  if (mood === "good") return `M${x} 14l6 12h-12z`;
  if (mood === "bad") return `M${x} 42l6 -12h-12z`;
  return `M${x} 20l7 8l-7 8l-7 -8z`;
}

function drawEntry({ kind, timeMs, text }: TimeLineEntry): HTMLElement {
  const mood = MOODS[kind];
  return element(
    "li",
    { "data-kind": kind },
    element("span", { class: mood, "aria-hidden": "true" }, SIGNS[mood]),
    element("time", { datetime: new Date(timeMs).toISOString() }, clockTime(timeMs)),
    element("span", {}, text),
  );
}
