import type { Deliveries } from "../checker/index.js";
import { type BaudChoice, baudsOf } from "./baud-rates.js";
import { type BaudFigures, type BaudPlan, runBaud } from "./baud-run.js";
import type { BenchOfCards } from "./bench-of-cards.js";
import { type CableEnd, cableName, isWhole, type PairedCable } from "./cable-ends.js";
import { type Finding, fault, warning } from "./finding.js";
import { NumberFlow } from "./number-flow.js";
import type { AnsweringPort } from "./rig-port.js";

export interface BaudOptions extends BaudPlan {
  readonly choice: BaudChoice;
  /** Also where others get no numbers while a cable is under test. */
  readonly force: boolean;
}

/** What became of one cable. */
export interface CableBauds {
  /** Such as "1A-2B". */
  readonly cable: string;
  /** What it has but for tests, and the lower limit of both boards; 0 where it is not known or cannot be changed. */
  readonly configuredBaud: number;
  readonly maxBaud: number;
  /** The highest rate without an error; undefined where there is none. */
  readonly bestBaud: number | undefined;
  readonly rates: readonly BaudFigures[];
  /** Why it was left out; undefined where it was not. */
  readonly leftOut: string | undefined;
  /** The longest that any card waited for a number meanwhile, in milliseconds. */
  readonly longestWaitMs: number;
}

export interface BaudCheck {
  readonly cables: readonly CableBauds[];
  readonly findings: readonly Finding[];
}

const NOTHING = { configuredBaud: 0, maxBaud: 0, bestBaud: undefined, rates: [], longestWaitMs: 0 };
/** Numbers need not come as fast as they can meanwhile. */
const FLOW_PAUSE_MS = 2;

/** Tests every cable that works at other rates, one cable after the other, while numbers flow at all cards. */
export async function checkBauds(
  bench: BenchOfCards,
  cables: readonly PairedCable[],
  options: BaudOptions,
  limitMs: number,
  deliveries: Deliveries,
  onProgress: (text: string) => void,
): Promise<BaudCheck> {
  const findings: Finding[] = [];
  const tested: CableBauds[] = [];
  const flow = new NumberFlow(deliveries, FLOW_PAUSE_MS);
  for (const { sequence, status } of bench.all) flow.add(status.card, sequence);
  try {
    for (const cable of cables) {
      if (cable.b === undefined || !isWhole(cable)) continue;
      flow.beginWindow();
      const result = await checkCable(bench, cables, cable, options, onProgress, findings);
      const waits = bench.cards.map((card) => flow.window(card).longestWaitMs);
      tested.push({ ...result, longestWaitMs: Math.max(0, ...waits) });
      if (!(await isBack(bench, cable, limitMs))) {
        findings.push(notBack(cable, limitMs));
        break;
      }
    }
  } finally {
    await flow.stop();
  }
  return { cables: tested, findings };
}

async function checkCable(
  bench: BenchOfCards,
  cables: readonly PairedCable[],
  cable: PairedCable,
  options: BaudOptions,
  onProgress: (text: string) => void,
  findings: Finding[],
): Promise<CableBauds> {
  const name = cableName(cable);
  const leaveOut = (reason: string): CableBauds => ({ ...NOTHING, cable: name, leftOut: reason });
  const cutOff = cardsCutOff(bench, cables, cable);
  if (cutOff.length > 0 && !options.force) {
    const whom = `card${cutOff.length === 1 ? "" : "s"} ${cutOff.join(", ")}`;
    const text = `Without cable ${name} ${whom} would get no numbers, so it was not tested at other rates.`;
    findings.push(
      warning("CABLE_NEEDED", text, "Lay a second way, or give --force where nobody needs numbers now."),
    );
    return leaveOut(`${whom} would get no numbers meanwhile`);
  }
  const [end, port] = askingEnd(bench, cable) ?? [];
  if (end === undefined || port === undefined) return leaveOut("neither end has a port among those given");
  const { sequence } = port;
  const limits = await sequence.testLink({ link: end.link, baud: 0, durationMs: 0 }).catch(() => undefined);
  if (limits?.outcome !== "unchanged") {
    const reason =
      limits === undefined ? "the firmware knows no such tests" : `the card says ${limits.outcome}`;
    findings.push(
      warning(
        "NO_BAUDS",
        `Cable ${name} was not tested at other rates: ${reason}.`,
        "Links on SPI and old firmware have no other.",
      ),
    );
    return leaveOut(reason);
  }
  const { configuredBaud, maxBaud } = limits;
  const rates: BaudFigures[] = [];
  for (const baud of baudsOf(options.choice, maxBaud)) {
    onProgress(`cable ${name} at ${baud} baud`);
    const count = () => countEnds(bench, cable);
    const figures = await runBaud(sequence, end.link, baud, options, count).catch(
      (): BaudFigures => ({ baud, outcome: "no-answer", card: 0, echoes: 0, back: 0, changed: 0, ways: [] }),
    );
    rates.push(figures);
  }
  findings.push(...judgeBauds(name, configuredBaud, maxBaud, rates));
  const clean = rates.filter(({ outcome }) => outcome === "clean").map(({ baud }) => baud);
  const bestBaud = clean.length === 0 ? undefined : Math.max(...clean);
  return { ...NOTHING, cable: name, configuredBaud, maxBaud, bestBaud, rates, leftOut: undefined };
}

/** Which cards that are served with the cable are not without it. */
function cardsCutOff(bench: BenchOfCards, cables: readonly PairedCable[], cable: PairedCable): number[] {
  const others = cables.filter((one) => one !== cable);
  const all = bench.graph(cables);
  const rest = bench.graph(others);
  const served = rest.served(bench.voters());
  return [...all.served(bench.voters())].filter((card) => !served.has(card)).sort((a, b) => a - b);
}

function askingEnd(bench: BenchOfCards, { a, b }: PairedCable): [CableEnd, AnsweringPort] | undefined {
  for (const end of [a, b]) {
    const port = bench.all.find(({ status }) => status.card === end?.card);
    if (end !== undefined && port !== undefined) return [end, port];
  }
  return undefined;
}

async function countEnds(bench: BenchOfCards, { a, b }: PairedCable): Promise<(CableEnd | undefined)[]> {
  const ends = await bench.ends();
  return [a, b].map((one) => ends.find(({ card, link }) => card === one?.card && link === one.link));
}

/** Says where a cable is bad at the rate that it has or below, and which rates were refused. */
export function judgeBauds(
  cable: string,
  configuredBaud: number,
  maxBaud: number,
  rates: readonly BaudFigures[],
): Finding[] {
  return rates.flatMap(({ baud, outcome, back, echoes }) => {
    if (outcome === "clean") return [];
    if (outcome === "errors") {
      if (baud > configuredBaud) return [];
      const text = `Cable ${cable} has errors at ${baud} baud, no more than the ${configuredBaud} that it has: ${back} of ${echoes} echoes came back.`;
      return [fault("BAUD_ERRORS", text, "Shorten it, twist each signal with a ground, check the ground.")];
    }
    if (outcome === "bad-baud") {
      const text = `Cable ${cable} was not tested at ${baud} baud: its boards can 9600 to ${maxBaud}.`;
      return [warning("BAUD_REFUSED", text, "Leave that rate out.")];
    }
    const text = `Cable ${cable} was not tested at ${baud} baud: ${outcome}.`;
    return [
      warning("BAUD_UNTESTED", text, "Run the check again; a card that was asked for many tests rests."),
    ];
  });
}

function isBack(bench: BenchOfCards, cable: PairedCable, limitMs: number): Promise<boolean> {
  return bench.until(async () => {
    const ends = await countEnds(bench, cable);
    return ends.every((end) => end?.state === "alive");
  }, limitMs);
}

function notBack(cable: PairedCable, limitMs: number): Finding {
  return fault(
    "NOT_RESTORED",
    `Cable ${cableName(cable)} does not work ${limitMs} ms after its test at other rates.`,
    "Take the power from both of its cards and give it back: each starts at its own rate.",
  );
}
