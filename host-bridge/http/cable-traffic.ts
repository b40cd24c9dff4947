import type { Cable } from "../fabric-survey.js";

const WRAP = 2 ** 32;

type Ends = readonly [number | null, number | null];

/** Frames a second over each cable, from what two surveys counted. */
export class CableTraffic {
  private before = new Map<string, Ends>();
  private beforeMs = 0;
  private rates = new Map<string, Ends>();

  /** @param nowMs when the survey was answered. */
  update(nowMs: number, cables: readonly Cable[]): void {
    const seconds = (nowMs - this.beforeMs) / 1_000;
    const counted = new Map(cables.map((cable) => [keyOf(cable), cable.framesIn]));
    this.rates = new Map(
      [...counted].map(([key, [first, second]]) => {
        const [firstBefore = null, secondBefore = null] = this.before.get(key) ?? [];
        return [key, [rate(firstBefore, first, seconds), rate(secondBefore, second, seconds)]];
      }),
    );
    this.before = counted;
    this.beforeMs = nowMs;
  }

  /** Frames a second that came in at each end; null where it is not known. */
  of(cable: Cable): Ends {
    return this.rates.get(keyOf(cable)) ?? [null, null];
  }
}

function keyOf({ cards, links }: Cable): string {
  return `${cards.join("-")}:${links.join("-")}`;
}

function rate(before: number | null, now: number | null, seconds: number): number | null {
  if (before === null || now === null || seconds <= 0) return null;
  const frames = (now - before + WRAP) % WRAP;
  // A card that was restarted counts from 0 again.
  return frames > WRAP / 2 ? null : frames / seconds;
}
