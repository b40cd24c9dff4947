import { setTimeout as delay } from "node:timers/promises";
import type { EchoPattern, EchoQuestion, EchoResult } from "../../host-bridge/cable-calls.js";

/** Where echoes are asked for: one card. */
export interface EchoSource {
  echo(question: EchoQuestion): Promise<EchoResult>;
}

export interface EchoPlan {
  /** Echoes of each pattern, and as many without a payload. */
  readonly count: number;
  /** How long a card waits for an echo, in milliseconds. */
  readonly waitMs: number;
}

/** How the echoes over one cable fared that were asked for at one of its ends. */
export interface EchoTally {
  sent: number;
  back: number;
  lost: number;
  /** Came back with another payload, under a good checksum. */
  changed: number;
  /** Of the payloads that came back, each way. */
  bytes: number;
  /** Lost or changed, by pattern; one that the cable bore is not named. */
  readonly failedBy: Partial<Record<EchoPattern, number>>;
  /** Round trips of echoes that fill a frame, in microseconds. */
  readonly longUs: number[];
  /** Round trips of echoes without a payload. */
  readonly shortUs: number[];
  /** Why no more were asked for; undefined where all were. */
  brokenOff?: string;
}

export const ECHO_PATTERN_NAMES: readonly EchoPattern[] = [
  "zeros",
  "ones",
  "alternating",
  "counting",
  "random",
];
/** Bytes that fill a frame: 250, of which header and tag take 13. */
export const LONGEST_PAYLOAD_BYTES = 237;
/** So many lost one after the other, and the cable is as good as cut. */
const HOPELESS_LOSSES = 8;
/** A send buffer is empty again by then. */
const ROOM_PAUSE_MS = 20;
const MAX_TRIES = 50;

export function makeTally(): EchoTally {
  return { sent: 0, back: 0, lost: 0, changed: 0, bytes: 0, failedBy: {}, longUs: [], shortUs: [] };
}

/** Sends echoes over the cable `link` of a card, one after the other. Rejects where the card's host cannot ask. */
export async function runEchoes(source: EchoSource, link: number, plan: EchoPlan): Promise<EchoTally> {
  const tally = makeTally();
  for (const pattern of ECHO_PATTERN_NAMES) {
    // One more: the card makes the payload at the first one.
    for (let index = 0; index <= plan.count; index += 1) {
      const question = { link, pattern, payloadBytes: LONGEST_PAYLOAD_BYTES, waitMs: plan.waitMs };
      await sendEcho(source, question, tally, index === 0 ? undefined : tally.longUs);
      if (isOver(tally)) return tally;
    }
  }
  for (let index = 0; index < plan.count; index += 1) {
    await sendEcho(
      source,
      { link, pattern: "zeros", payloadBytes: 0, waitMs: plan.waitMs },
      tally,
      tally.shortUs,
    );
    if (isOver(tally)) return tally;
  }
  return tally;
}

function isOver(tally: EchoTally): boolean {
  if (tally.back + tally.changed === 0 && tally.lost >= HOPELESS_LOSSES) {
    tally.brokenOff = `the first ${tally.lost} were lost`;
  }
  return tally.brokenOff !== undefined;
}

/** Sends one echo. @param times takes the round trip, where it counts. */
export async function sendEcho(
  source: EchoSource,
  question: EchoQuestion,
  tally: EchoTally,
  times?: number[],
): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const { outcome, roundTripUs } = await source.echo(question);
    const { pattern, payloadBytes } = question;
    switch (outcome) {
      case "back":
        tally.sent += 1;
        tally.back += 1;
        tally.bytes += payloadBytes;
        times?.push(roundTripUs);
        return;
      case "lost":
      case "changed":
        tally.sent += 1;
        tally[outcome] += 1;
        tally.failedBy[pattern] = (tally.failedBy[pattern] ?? 0) + 1;
        return;
      case "busy":
      case "no-room":
        if (tries < MAX_TRIES) {
          await delay(ROOM_PAUSE_MS);
          break;
        }
        tally.brokenOff = "the card's send buffer stayed full";
        return;
      default:
        tally.brokenOff = `the card says ${outcome}`;
        return;
    }
  }
}

/** @returns the value below which `share` (0 to 1) of them lie; undefined where there are none. */
export function quantile(values: readonly number[], share: number): number | undefined {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}
