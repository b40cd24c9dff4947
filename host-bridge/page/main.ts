import { byId } from "./elements.js";
import { FabricDrawing } from "./fabric-drawing.js";
import { fillFigures } from "./figures.js";
import { clockTime } from "./format.js";
import { LatencyChart } from "./latency-chart.js";
import { LiveConnection } from "./live-connection.js";
import { RateChart } from "./rate-chart.js";
import type { Snapshot } from "./snapshot.js";
import { fillCables, fillCards, fillCounts } from "./tables.js";
import { TimeLineView } from "./time-line.js";

/** A survey that is older than this is no picture of now. */
const OLD_MS = 5_000;

const drawing = new FabricDrawing(byId("drawing"));
const rate = new RateChart(byId("rate"));
const latency = new LatencyChart(byId("latency"), byId("latency-table"));
const timeLine = new TimeLineView(byId("strip"), byId("time-line"));
const state = byId("state");
const notice = byId("notice");
let shownAt = "not there yet";

// What scrolls can be scrolled with the keyboard, in browsers that do not see to it themselves too.
for (const scrolling of document.querySelectorAll<HTMLElement>(".scroll, #time-line")) scrolling.tabIndex = 0;

new LiveConnection({
  onHistory: (points) => rate.begin(points),
  onSnapshot: show,
  onGone: () => {
    setState("daemon gone", "bad");
    // Without a figure that rises: this is read out whenever it changes.
    tell(`The daemon does not answer. What is below is ${shownAt}; trying again.`);
    byId("main").classList.add("gone");
  },
});

function show(snapshot: Snapshot): void {
  const { fabric, ready, advice, timeMs, uptimeMs, fabricAgeMs } = snapshot;
  byId("main").classList.remove("gone");
  shownAt = `of ${clockTime(timeMs)}`;
  setState(ready ? "ready" : "not ready", ready ? "good" : "bad");
  if (!ready) tell(`No numbers can be had: ${advice}.`);
  else if (fabric !== null && fabricAgeMs > OLD_MS)
    tell(`The fabric was last heard at ${clockTime(timeMs - fabricAgeMs)}.`);
  else tell("");
  fillFigures(byId("figures"), snapshot);
  rate.add(snapshot.point);
  latency.show(snapshot.latency);
  timeLine.show(snapshot.timeLine, timeMs, timeMs - uptimeMs);
  fillCounts(byId("skipped"), snapshot.skipped);
  fillCounts(byId("counters"), snapshot.counters);
  if (fabric === null) return;
  byId("fabric-id").textContent = `fabric ${fabric.fabricId}`;
  drawing.show(fabric);
  byId("trunk-key").hidden = !fabric.cables.some(({ isTrunk }) => isTrunk);
  fillCards(byId("cards"), fabric);
  fillCables(byId("cables"), fabric);
}

/** Touches the page only where something changes: a screen reader says what is new. */
function setState(text: string, mood: "good" | "bad"): void {
  if (state.textContent === text) return;
  state.textContent = text;
  state.className = `pill ${mood}`;
  document.title = text === "ready" ? "seqcard" : `seqcard: ${text}`;
}

function tell(text: string): void {
  if (notice.textContent === text) return;
  notice.textContent = text;
  notice.hidden = text === "";
}
