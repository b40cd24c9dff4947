import type { CardStatus } from "../card-status.js";
import type { FabricSurvey } from "../fabric-survey.js";
import { fold } from "./output.js";

const MAX_RATES = 60;
const MAX_CHANGES = 5;
const BARS = "▁▂▃▄▅▆▇█";

interface Reading {
  readonly atMs: number;
  readonly latest: bigint;
  readonly view: number;
  readonly primary: number;
  readonly secondary: number;
}

/** What follows from several looks at a fabric: how fast its numbers go, and which views came. */
export class TopFigures {
  private before: Reading | null = null;
  private rates: number[] = [];
  private changes: string[] = [];
  private status: CardStatus | null = null;

  /** @param nowMs of any clock that never goes back. */
  update(nowMs: number, fabric: FabricSurvey, status: CardStatus): void {
    const { latest, view, primary, secondary } = fabric;
    const { before } = this;
    this.status = status;
    if (before !== null && nowMs > before.atMs) {
      const gained = latest > before.latest ? Number(latest - before.latest) : 0;
      this.rates.push(Math.round((gained * 1_000) / (nowMs - before.atMs)));
      if (this.rates.length > MAX_RATES) this.rates.shift();
      if (view !== before.view) {
        this.changes.unshift(
          `view ${before.view} → ${view}: primary ${before.primary} → ${primary}, secondary ${before.secondary} → ${secondary}`,
        );
        this.changes.length = Math.min(this.changes.length, MAX_CHANGES);
      }
    }
    this.before = { atMs: nowMs, latest, view, primary, secondary };
  }

  draw(): string {
    const lines: string[] = [];
    const now = this.rates.at(-1);
    if (now !== undefined) {
      const most = Math.max(...this.rates);
      lines.push(`numbers a second ${now}, at the most ${most}`, `  ${sparkline(this.rates, most)}`);
    }
    if (this.status !== null) {
      const { card, counters } = this.status;
      lines.push(
        fold(
          `skipped: ${counters.numbersSkipped} by repeats, ${counters.numbersSkippedByViews} at the most by view changes, as card ${card} has counted since its start`,
          "  ",
        ),
      );
    }
    return [...lines, ...this.changes.map((change) => fold(change, "  "))].join("\n");
  }
}

/** A bar for each value. @param most the value of the highest bar. */
export function sparkline(values: readonly number[], most: number): string {
  return values
    .map((value) => BARS[most === 0 ? 0 : Math.round((value / most) * (BARS.length - 1))] as string)
    .join("");
}
