import type { CardStatus } from "../../host-bridge/card-status.js";
import { type CableEnd, type PairedCable, pairEnds } from "./cable-ends.js";
import { connectorName } from "./connectors.js";
import { type Finding, fault } from "./finding.js";

/** Frames of two cards are not counted at one instant: so many may be under way, or said in between. */
const COUNT_SLACK_FRAMES = 16;

/** What one direction of a cable carried while it was measured. */
export interface WayFigures {
  /** Connectors such as "1A" and "2B". */
  readonly from: string;
  readonly to: string;
  readonly sent: number;
  readonly received: number;
  /** Arrived, and failed length, encoding or checksum. */
  readonly bad: number;
  /** Sent and not received: at least that, as the counts of the two cards are some frames apart. */
  readonly lost: number;
  /** Found the send buffer full, and were never sent. */
  readonly dropped: number;
  /** Millionths of the frames sent that were lost or bad. */
  readonly errorsPpm: number;
}

/** The ends of all cables of these cards, as each card itself sees them. */
export function endsOf(statuses: readonly CardStatus[]): CableEnd[] {
  return statuses.flatMap(({ card, links }) => links.map((link) => ({ card, ...link })));
}

/** @returns both ways of every cable that has two known ends, from the counts before and after. They wrap at 2^32. */
export function measureWays(before: readonly CableEnd[], after: readonly CableEnd[]): WayFigures[] {
  return pairEnds(after).flatMap(({ a, b }: PairedCable) => {
    if (b === undefined) return [];
    const ways = [way(a, b, before), way(b, a, before)];
    return ways.filter((one) => one !== undefined);
  });
}

function way(from: CableEnd, to: CableEnd, before: readonly CableEnd[]): WayFigures | undefined {
  const fromBefore = before.find(({ card, link }) => card === from.card && link === from.link);
  const toBefore = before.find(({ card, link }) => card === to.card && link === to.link);
  if (fromBefore === undefined || toBefore === undefined) return undefined;
  const sent = (from.framesOut - fromBefore.framesOut) >>> 0;
  const received = (to.framesIn - toBefore.framesIn) >>> 0;
  const bad = (to.badFrames - toBefore.badFrames) >>> 0;
  const lost = Math.max(0, sent - received - COUNT_SLACK_FRAMES);
  const errors = Math.max(lost, bad);
  return {
    from: connectorName(from),
    to: connectorName(to),
    sent,
    received,
    bad,
    lost,
    dropped: ((from.dropped ?? 0) - (fromBefore.dropped ?? 0)) >>> 0,
    errorsPpm: sent === 0 ? 0 : Math.round((errors * 1_000_000) / sent),
  };
}

/** Says which ways lose too much. @param maxErrorsPpm how many millionths of the frames may be bad or lost. */
export function judgeWays(ways: readonly WayFigures[], maxErrorsPpm: number): Finding[] {
  return ways.flatMap(({ from, to, sent, bad, lost, errorsPpm }) => {
    if (errorsPpm <= maxErrorsPpm) return [];
    const isGarbled = bad > 0;
    return [
      fault(
        isGarbled ? "BAD_FRAMES" : "LOST_FRAMES",
        `From ${from} to ${to} ${isGarbled ? `${bad} frames arrived bad` : `${lost} frames were lost`} of ${sent} sent: ${errorsPpm} in a million, at most ${maxErrorsPpm} are allowed.`,
        "Shorten the cable, twist each signal with a ground, check the ground, or build the firmware with less baud.",
      ),
    ];
  });
}
