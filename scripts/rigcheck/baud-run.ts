import { setTimeout as delay } from "node:timers/promises";
import type {
  EchoPattern,
  LinkTestOutcome,
  LinkTestQuestion,
  LinkTestResult,
} from "../../host-bridge/cable-calls.js";
import type { CableEnd } from "./cable-ends.js";
import { connectorName } from "./connectors.js";
import { ECHO_PATTERN_NAMES, type EchoSource, LONGEST_PAYLOAD_BYTES } from "./echo-run.js";

/** Where a test is asked for: the card at one end of the cable. */
export interface TestSource extends EchoSource {
  testLink(question: LinkTestQuestion): Promise<LinkTestResult>;
}

/** What one direction of a cable carried at a rate: echoes, and the answers to those that came by the other one. */
export interface BaudWay {
  /** Connectors such as "1A" and "2B". */
  readonly from: string;
  readonly to: string;
  readonly sent: number;
  readonly received: number;
  /** Arrived, and failed length, encoding or checksum. */
  readonly bad: number;
  /** Millionths of the frames sent that did not arrive, or arrived bad. */
  readonly errorsPpm: number;
}

/** How a cable fared at one rate. */
export interface BaudFigures {
  readonly baud: number;
  /** "clean" and "errors": it was tested; else the card's word, or why this computer could not. */
  readonly outcome: "clean" | "errors" | "too-slow" | "no-answer" | Exclude<LinkTestOutcome, "begun">;
  /** Whose word the outcome is, where it is a card's. */
  readonly card: number;
  readonly echoes: number;
  readonly back: number;
  readonly changed: number;
  /** Both ways; none where the counts of both ends could not be had in time. */
  readonly ways: readonly BaudWay[];
}

export interface BaudPlan {
  /** How long a cable is at a rate, 1 to 2,000. */
  readonly durationMs: number;
  /** How long a card waits for an echo. Slow rates take longer. */
  readonly waitMs: number;
}

/** Asks what the ends of a cable have counted. */
export type CountEnds = () => Promise<readonly (CableEnd | undefined)[]>;

/** Echoes under way at a time: both wires are busy at once. */
const AT_ONCE = 2;
/** What a round trip takes at the most; at low rates the payload is shorter for that. */
const ROUND_TRIP_MS = 100;
/** Header, tag, checksum and framing. */
const FRAME_EXTRA_BYTES = 20;
const BITS_PER_BYTE = 10;
/** Of a test, until when nothing is done, until when echoes are asked for, and until when they are waited for; the rest is for counting. */
const SETTLING_SHARE = 0.1;
const ASKING_SHARE = 0.55;
const ECHO_SHARE = 0.75;
/** So long nothing must change. */
const REST_MS = 20;
const TRIES = 5;

/** Has a cable at one rate for a while, and sends echoes over it. Rejects where the card's host cannot ask. */
export async function runBaud(
  source: TestSource,
  link: number,
  baud: number,
  plan: BaudPlan,
  count: CountEnds,
): Promise<BaudFigures> {
  for (let tries = 1; ; tries += 1) {
    const isLast = tries === TRIES;
    const figures = await tryBaud(source, link, baud, plan, count, isLast);
    // A computer that was busy elsewhere for too much of the test has found out nothing.
    if (figures.outcome !== "too-slow" || isLast) return figures;
  }
}

async function tryBaud(
  source: TestSource,
  link: number,
  baud: number,
  { durationMs, waitMs }: BaudPlan,
  count: CountEnds,
  takesEchoesAlone: boolean,
): Promise<BaudFigures> {
  const none = { baud, card: 0, echoes: 0, back: 0, changed: 0, ways: [] };
  const { card, outcome } = await source.testLink({ link, baud, durationMs });
  if (outcome !== "begun") return { ...none, card, outcome };
  const beganMs = performance.now();
  const payloadBytes = payloadFor(baud);
  const leastWaitMs = (4 * 2 * (payloadBytes + FRAME_EXTRA_BYTES) * BITS_PER_BYTE * 1_000) / baud;
  // Each end changes by its own clock: a card that was busy then may be a little late.
  await delay(durationMs * SETTLING_SHARE);
  const before = await count();
  const tally = await sendEchoes(source, link, payloadBytes, Math.max(waitMs, leastWaitMs), {
    stopMs: beganMs + durationMs * ASKING_SHARE,
    endMs: beganMs + durationMs * ECHO_SHARE,
  });
  const after = await countAtRest(count, beganMs + durationMs);
  await untilOver(source, link);
  if (tally.echoes === 0 || (after === undefined && !takesEchoesAlone))
    return { ...none, outcome: "too-slow" };
  const ways = waysBetween(before, after ?? []);
  // What both ends have counted is surer than what this computer has seen come back: it may have been late.
  const isWhole =
    ways.length === 0 ? tally.back === tally.echoes : ways.every(({ errorsPpm }) => errorsPpm === 0);
  return { ...none, ...tally, ways, outcome: isWhole && tally.changed === 0 ? "clean" : "errors" };
}

/** @param times until when echoes are asked for, and until when they are waited for. */
async function sendEchoes(
  source: TestSource,
  link: number,
  payloadBytes: number,
  waitMs: number,
  { stopMs, endMs }: { stopMs: number; endMs: number },
): Promise<{ echoes: number; back: number; changed: number }> {
  const tally = { echoes: 0, back: 0, changed: 0 };
  const ask = async (first: number): Promise<void> => {
    for (let index = first; performance.now() < stopMs; index += 1) {
      const pattern = ECHO_PATTERN_NAMES[index % ECHO_PATTERN_NAMES.length] as EchoPattern;
      const leftMs = Math.ceil(endMs - performance.now());
      const question = { link, pattern, payloadBytes, waitMs: Math.min(leftMs, Math.ceil(waitMs)) };
      const { outcome } = await source.echo(question);
      if (outcome === "cut") return;
      if (outcome === "back") tally.back += 1;
      if (outcome === "changed") tally.changed += 1;
      if (outcome === "back" || outcome === "changed" || outcome === "lost") tally.echoes += 1;
      else await delay(1);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, (_, first) => ask(first)));
  return tally;
}

/** Counts when nothing is under way any more. @returns undefined where the test was over before. */
async function countAtRest(
  count: CountEnds,
  endMs: number,
): Promise<readonly (CableEnd | undefined)[] | undefined> {
  let newest = "";
  while (performance.now() < endMs) {
    const ends = await count();
    const text = JSON.stringify(ends);
    if (performance.now() < endMs && text === newest) return ends;
    newest = text;
    await delay(REST_MS);
  }
  return undefined;
}

/** @returns how long a payload may be for an echo to be back in time, each way. */
export function payloadFor(baud: number): number {
  const frameBytes = Math.floor((baud * ROUND_TRIP_MS) / 2 / 1_000 / BITS_PER_BYTE);
  return Math.max(0, Math.min(LONGEST_PAYLOAD_BYTES, frameBytes - FRAME_EXTRA_BYTES));
}

/** Both ends are back when the card would take the next test. */
async function untilOver(source: TestSource, link: number): Promise<void> {
  const isBusy = async (): Promise<boolean> =>
    (await source.testLink({ link, baud: 0, durationMs: 0 })).outcome === "busy";
  while (await isBusy()) await delay(20);
}

/** @returns both ways of a cable, from the counts of its ends before and after. They wrap at 2^32. */
export function waysBetween(
  [a, b]: readonly (CableEnd | undefined)[],
  [aAfter, bAfter]: readonly (CableEnd | undefined)[],
): BaudWay[] {
  if (a === undefined || b === undefined || aAfter === undefined || bAfter === undefined) return [];
  return [way(a, aAfter, b, bAfter), way(b, bAfter, a, aAfter)];
}

function way(from: CableEnd, fromAfter: CableEnd, to: CableEnd, toAfter: CableEnd): BaudWay {
  const sent = (fromAfter.framesOut - from.framesOut) >>> 0;
  const received = (toAfter.framesIn - to.framesIn) >>> 0;
  const bad = (toAfter.badFrames - to.badFrames) >>> 0;
  const errors = Math.max(bad, sent - received);
  const errorsPpm = sent === 0 ? 0 : Math.round((errors * 1_000_000) / sent);
  return { from: connectorName(from), to: connectorName(to), sent, received, bad, errorsPpm };
}
