import type { BenchOfCards } from "./bench-of-cards.js";
import { type CableEnd, cableName, isWhole, type PairedCable } from "./cable-ends.js";
import { connectorName } from "./connectors.js";
import {
  type EchoPlan,
  type EchoSource,
  type EchoTally,
  makeTally,
  quantile,
  runEchoes,
} from "./echo-run.js";
import { type Finding, fault, warning } from "./finding.js";
import type { AnsweringPort } from "./rig-port.js";

/** Echoes over a cable, asked for at the end `at`: there and back, each over both of its ways. */
export interface EchoFigures {
  /** Connectors such as "1A" and "2B". */
  readonly at: string;
  readonly to: string;
  readonly sent: number;
  readonly back: number;
  readonly lost: number;
  readonly changed: number;
  readonly bytes: number;
  readonly failedBy: EchoTally["failedBy"];
  /** Frames that arrived bad meanwhile at the far end, and at this one: they tell which way is bad. */
  readonly badThere: number;
  readonly badHere: number;
  /** Of echoes that fill a frame; undefined where none came back. */
  readonly p50Us: number | undefined;
  readonly p99Us: number | undefined;
  /** Half of the median round trip of an echo without a payload: a frame's time from one card to the next. */
  readonly perHopUs: number | undefined;
  /** Why no more were asked for; undefined where all were. */
  readonly brokenOff: string | undefined;
}

export interface EchoCheck {
  readonly figures: readonly EchoFigures[];
  readonly findings: readonly Finding[];
}

/** A link that no card has. */
const NO_LINK = 255;
const PROBES = 3;
/** One that is lost may be a mischance; a second one is the cable. */
const CHANCE_LOSSES = 1;

/** Sends echoes over every cable that works, from each of its ends that has a port. */
export async function checkEchoes(
  bench: BenchOfCards,
  cables: readonly PairedCable[],
  plan: EchoPlan,
  onProgress: (text: string) => void,
): Promise<EchoCheck> {
  const findings: Finding[] = [];
  const figures: EchoFigures[] = [];
  if (plan.count === 0) return { figures, findings };
  const able = new Map<number, AnsweringPort>();
  for (const port of bench.all) {
    if (await knowsEchoes(port.sequence)) able.set(port.status.card, port);
    else findings.push(oldFirmware(`Card ${port.status.card} knows no echoes`));
  }
  for (const cable of cables) {
    const { a, b } = cable;
    if (b === undefined || !isWhole(cable)) continue;
    for (const [end, other] of [
      [a, b],
      [b, a],
    ] as const) {
      const port = able.get(end.card);
      if (port === undefined) continue;
      onProgress(`echoes over cable ${cableName(cable)}, asked for at ${connectorName(end)}`);
      figures.push(await measure(bench, port.sequence, end, other, plan));
    }
  }
  const silent = new Set(
    silentCards(
      figures,
      bench.cards.filter((card) => !able.has(card)),
    ),
  );
  for (const card of silent) findings.push(oldFirmware(`Card ${card} answers no echoes`));
  return { figures, findings: [...findings, ...judgeEchoes(figures, silent)] };
}

/**
 * Whether the card's firmware knows echoes: it answers at once where it is asked for one over a cable that it has not. A
 * line keeps its order, so it needs no time-out: an answer that a later question has overtaken never comes.
 */
export async function knowsEchoes(
  sequence: Pick<AnsweringPort["sequence"], "echo" | "status">,
): Promise<boolean> {
  for (let probe = 0; probe < PROBES; probe += 1) {
    let answered = false;
    sequence.echo({ link: NO_LINK, pattern: "zeros", payloadBytes: 0, waitMs: 1 }).then(
      () => {
        answered = true;
      },
      () => {},
    );
    await sequence.status();
    if (answered) return true;
  }
  return false;
}

async function measure(
  bench: BenchOfCards,
  source: EchoSource,
  end: CableEnd,
  other: CableEnd,
  plan: EchoPlan,
): Promise<EchoFigures> {
  const before = await bench.ends();
  const tally = await runEchoes(source, end.link, plan).catch((error: unknown): EchoTally => {
    const brokenOff = error instanceof Error ? error.message : String(error);
    return { ...makeTally(), brokenOff };
  });
  const after = await bench.ends();
  return echoFigures(end, other, tally, badFrames(other, before, after), badFrames(end, before, after));
}

export function echoFigures(
  end: CableEnd,
  other: CableEnd,
  tally: EchoTally,
  badThere: number,
  badHere: number,
): EchoFigures {
  const { back, brokenOff, bytes, changed, failedBy, lost, sent } = tally;
  const shortUs = quantile(tally.shortUs, 0.5);
  return {
    at: connectorName(end),
    to: connectorName(other),
    sent,
    back,
    lost,
    changed,
    bytes,
    failedBy,
    badThere,
    badHere,
    p50Us: quantile(tally.longUs, 0.5),
    p99Us: quantile(tally.longUs, 0.99),
    perHopUs: shortUs === undefined ? undefined : shortUs / 2,
    brokenOff,
  };
}

export function badFrames(end: CableEnd, before: readonly CableEnd[], after: readonly CableEnd[]): number {
  const count = (ends: readonly CableEnd[]): number =>
    ends.find(({ card, link }) => card === end.card && link === end.link)?.badFrames ?? 0;
  return (count(after) - count(before)) >>> 0;
}

/** Cards that answered no echo over any cable, while hellos pass: old, or all of their cables are bad. */
function silentCards(figures: readonly EchoFigures[], unable: readonly number[]): number[] {
  return unable.filter((card) => {
    const asked = figures.filter(({ to }) => cardOf(to) === card);
    return asked.length > 0 && asked.every(({ back }) => back === 0);
  });
}

/** The card of a connector such as "12B". */
function cardOf(connector: string): number {
  return Number.parseInt(connector, 10);
}

function oldFirmware(text: string): Finding {
  return warning(
    "NO_ECHOES",
    `${text}: its firmware is of before there were any.`,
    "Flash all cards with the same firmware; without echoes its cables are tested by the frames of the protocol only.",
  );
}

/** Says over which cables echoes were lost. @param silent cards that answer none. */
export function judgeEchoes(
  figures: readonly EchoFigures[],
  silent: ReadonlySet<number> = new Set(),
): Finding[] {
  return figures.flatMap((one) => {
    const { at, back, badHere, badThere, brokenOff, changed, lost, sent, to } = one;
    if (silent.has(cardOf(to))) return [];
    if (changed > 0) {
      return [
        fault(
          "ECHO_CHANGED",
          `${changed} of ${sent} echoes from ${at} over ${to} came back with another payload under a good checksum.`,
          "One of the two cards changes bytes in its memory: change the board.",
        ),
      ];
    }
    if (lost === 0) {
      if (brokenOff === undefined) return [];
      return [
        warning(
          "ECHOES_LOST",
          `Echoes from ${at} to ${to} were broken off: ${brokenOff}.`,
          "Run the check again.",
        ),
      ];
    }
    const where =
      badThere + badHere === 0 ? "" : `; ${badThere} frames arrived bad at ${to}, ${badHere} at ${at}`;
    const text = `${lost} of ${sent} echoes from ${at} to ${to} did not come back${where}.`;
    const advice =
      "The end at which frames arrive bad names the wire: shorten it, twist it with a ground, check the ground.";
    const isChance = lost <= CHANCE_LOSSES && back > 0;
    return [isChance ? warning("ECHOES_LOST", text, advice) : fault("ECHOES_LOST", text, advice)];
  });
}
