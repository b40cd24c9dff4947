import { setTimeout as delay } from "node:timers/promises";
import type { BenchOfCards } from "./bench-of-cards.js";
import { cableName, isWhole, type PairedCable } from "./cable-ends.js";
import { type Finding, fault, warning } from "./finding.js";
import type { NumberFlow } from "./number-flow.js";
import { type Operator, type Target, targetName } from "./operator.js";

/** What one pulled plug did. */
export interface FailoverStep {
  readonly name: string;
  readonly outcome: "passed" | "failed" | "left out";
  /** The cards that had to be served meanwhile. */
  readonly served: readonly number[];
  /** Until the last of them had a number that was asked for after the pull; undefined where it did not come. */
  readonly nextNumberMs: number | undefined;
  /** The longest that a call at one of them took, from just before the pull until all was in again. */
  readonly longestWaitMs: number;
  readonly numbers: number;
}

export interface FailoverOptions {
  /** How long a number, a cable or a card may take to come back, in milliseconds. */
  readonly limitMs: number;
  /** How long numbers flow with the plug out, in milliseconds. */
  readonly stayMs: number;
}

interface StepResult {
  readonly step: FailoverStep;
  readonly findings: readonly Finding[];
  /** Whether all is as it was: with a plug out the next step would say nothing. */
  readonly restored: boolean;
}

/** Pulls one plug after the other while numbers flow, and looks at who is still served. */
export class Failover {
  readonly steps: FailoverStep[] = [];
  readonly findings: Finding[] = [];
  private readonly bench: BenchOfCards;
  private readonly flow: NumberFlow;
  private readonly operator: Operator;
  private readonly options: FailoverOptions;
  /** As they were before any plug was pulled: so they have to be again behind every step. */
  private readonly whole: readonly PairedCable[];

  /** @param cables those of the rig, before any plug is pulled. */
  constructor(
    bench: BenchOfCards,
    cables: readonly PairedCable[],
    flow: NumberFlow,
    operator: Operator,
    options: FailoverOptions,
  ) {
    this.bench = bench;
    this.whole = cables.filter(isWhole);
    this.flow = flow;
    this.operator = operator;
    this.options = options;
  }

  /** Every whole cable, then every card. Rejects as the operator does. */
  async run(onStep: (name: string) => void): Promise<void> {
    const targets: Target[] = [
      ...this.whole.map((cable) => ({ kind: "cable" as const, cable })),
      ...this.bench.all.map(({ path, status }) => ({ kind: "card" as const, card: status.card, path })),
    ];
    for (const target of targets) {
      onStep(targetName(target));
      const { step, findings, restored } = await this.pullAndRestore(target);
      this.steps.push(step);
      this.findings.push(...findings);
      if (!restored) return;
    }
  }

  private async pullAndRestore(target: Target): Promise<StepResult> {
    const name = targetName(target);
    const findings: Finding[] = [];
    const served = this.expected(target);
    findings.push(...this.judgeSpare(target, served));
    this.flow.beginWindow();
    const pulledNs = await this.operator.pull(target);
    if (pulledNs === undefined) {
      const step: FailoverStep = {
        name,
        outcome: "left out",
        served,
        nextNumberMs: undefined,
        longestWaitMs: 0,
        numbers: 0,
      };
      findings.push(
        warning(
          "STEP_LEFT_OUT",
          `Nobody pulled ${name}, so what its loss does was not seen.`,
          "Run the check again when it can be pulled.",
        ),
      );
      return { step, findings, restored: true };
    }
    const next = this.awaitAll(served, pulledNs, findings, `with ${name} out`);
    if (target.kind === "card") {
      this.flow.remove(target.card);
      await this.bench.drop(target.card);
    }
    const nextNumberMs = await next;
    await delay(this.options.stayMs);
    const windows = served.map((card) => this.flow.window(card));
    const isSeen = await this.bench.until(() => this.isOut(target), this.options.limitMs);
    if (!isSeen) findings.push(notSeen(name));
    const path = await this.operator.restore(target);
    const restored = await this.isBack(target, path);
    if (restored)
      await this.awaitAll(this.bench.cards, process.hrtime.bigint(), findings, `with ${name} in again`);
    else {
      findings.push(
        fault(
          "NOT_RESTORED",
          `What was whole did not come back after ${name} was in again.`,
          "Check that plug, then run the check again: the steps behind it were left out.",
        ),
      );
    }
    const longestWaitMs = Math.max(0, ...windows.map((window) => window.longestWaitMs));
    const numbers = windows.reduce((sum, window) => sum + window.numbers, 0);
    const hasFailed = findings.some(({ severity }) => severity === "error");
    const step: FailoverStep = {
      name,
      outcome: hasFailed ? "failed" : "passed",
      served,
      nextNumberMs,
      longestWaitMs,
      numbers,
    };
    return { step, findings, restored };
  }

  /** Who has to be served with the target out: the cards with a port here that are in the part with a quorum. */
  private expected(target: Target): number[] {
    const without = target.kind === "card" ? target.card : undefined;
    const left =
      target.kind === "card"
        ? this.whole
        : this.whole.filter((cable) => cableName(cable) !== cableName(target.cable));
    const served = this.bench.graph(left, without).served(this.bench.voters());
    return this.bench.cards.filter((card) => served.has(card));
  }

  private judgeSpare(target: Target, served: readonly number[]): Finding[] {
    const lost = this.bench.cards.filter(
      (card) => !served.includes(card) && !(target.kind === "card" && target.card === card),
    );
    if (lost.length === 0) return [];
    return [
      warning(
        "NO_SPARE",
        `Without ${targetName(target)} nobody serves card ${lost.join(", ")}.`,
        "One cable more would close the ring.",
      ),
    ];
  }

  /** @returns how long the last of them took to have a number asked for at `sinceNs` or later. */
  private async awaitAll(
    cards: readonly number[],
    sinceNs: bigint,
    findings: Finding[],
    when: string,
  ): Promise<number | undefined> {
    const waits = await Promise.all(
      cards.map(async (card) => ({
        card,
        ms: await this.flow.nextAfter(card, sinceNs, this.options.limitMs),
      })),
    );
    for (const { card, ms } of waits) {
      if (ms !== undefined) continue;
      findings.push(
        fault(
          "NO_NUMBERS",
          `Card ${card} gave no number within ${this.options.limitMs} ms ${when}.`,
          `Ask seqcard status --port ... at card ${card} what keeps it.`,
        ),
      );
    }
    const times = waits.flatMap(({ ms }) => (ms === undefined ? [] : [ms]));
    return times.length === cards.length ? Math.max(0, ...times) : undefined;
  }

  private async isOut(target: Target): Promise<boolean> {
    if (target.kind === "cable") return !(await this.isUp(cableName(target.cable)));
    const cables = await this.bench.cables(target.card);
    return !cables.some((cable) => cable.a.neighbour === target.card && isWhole(cable));
  }

  private async isBack(target: Target, path: string | undefined): Promise<boolean> {
    const { limitMs } = this.options;
    if (target.kind === "card") {
      if (!(await this.bench.reopen(target.card, path ?? target.path, limitMs))) return false;
      const port = this.bench.all.find(({ status }) => status.card === target.card);
      if (port !== undefined) this.flow.add(target.card, port.sequence);
    }
    const names = this.whole.map(cableName);
    return this.bench.until(async () => {
      const whole = new Set((await this.bench.cables()).filter(isWhole).map(cableName));
      return names.every((name) => whole.has(name));
    }, limitMs);
  }

  private async isUp(name: string): Promise<boolean> {
    return (await this.bench.cables()).some((cable) => cableName(cable) === name && isWhole(cable));
  }
}

function notSeen(name: string): Finding {
  return fault(
    "PULL_NOT_SEEN",
    `The cards still see ${name}.`,
    "Another plug was pulled than the one asked for, or the labels are wrong: compare with the table of cables.",
  );
}
