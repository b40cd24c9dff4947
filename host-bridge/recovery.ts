import { setTimeout as pause } from "node:timers/promises";
import { SequenceError } from "./errors.js";
import type { RecoveryCard, RecoveryPlan } from "./recovery-plan.js";
import type { Sequence } from "./sequence.js";

/** A card that is to be part of the recovered fabric. */
export interface RecoveryPort {
  readonly port: string;
  readonly sequence: Sequence;
}

export type RecoveryProgress =
  | { readonly step: "initialised"; readonly port: string; readonly card: number }
  | { readonly step: "waiting-for"; readonly cards: readonly number[] }
  | { readonly step: "ready" };

export interface FoundingOptions {
  /** How long the founding may take, in milliseconds; 30,000 by default. */
  readonly timeoutMs?: number;
  /** For tests, which have a time of their own. */
  readonly pauseMs?: (ms: number) => Promise<void>;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const LOOK_AGAIN_MS = 100;

/** Asks each card, and those that it reaches, what is to be known of the lost fabric. Changes nothing. */
export async function readForRecovery(ports: readonly RecoveryPort[]): Promise<RecoveryCard[]> {
  const cards: RecoveryCard[] = [];
  for (const { port, sequence } of ports) {
    const { cards: reports } = await sequence.survey();
    cards.push({ port, status: await sequence.status(), reports });
  }
  return cards;
}

/**
 * Carries a plan of `planRecovery` out: every card leaves the lost fabric for good and waits for the others, and the new
 * fabric begins when all of them hear each other. Given again after it was broken off, it goes on where it stopped.
 */
export async function carryOutRecovery(
  ports: readonly RecoveryPort[],
  plan: RecoveryPlan,
  onProgress: (progress: RecoveryProgress) => void = () => {},
  options: FoundingOptions = {},
): Promise<void> {
  for (const { port, newCard, replacesFabricId } of plan.cards) {
    const sequence = ports.find((one) => one.port === port)?.sequence;
    if (sequence === undefined)
      throw new SequenceError("BAD_OPTION", `the plan names the port ${port}, which is not open`);
    await sequence.initialise({
      fabricId: plan.newFabricId,
      cardId: newCard,
      first: plan.first,
      members: plan.members,
      replacesFabricId,
    });
    onProgress({ step: "initialised", port, card: newCard });
  }
  await waitForFounding(
    ports.map(({ sequence }) => sequence),
    (cards) => onProgress({ step: "waiting-for", cards }),
    options,
  );
  onProgress({ step: "ready" });
}

/**
 * Waits until cards that were initialised have founded their fabric and can give numbers.
 * @param onWaiting is told which cards have not been heard by the founder yet, whenever that changes.
 * Rejects with TIMEOUT, which names the cards that lack.
 */
export async function waitForFounding(
  sequences: readonly Sequence[],
  onWaiting: (cards: readonly number[]) => void = () => {},
  options: FoundingOptions = {},
): Promise<void> {
  const { timeoutMs = DEFAULT_TIMEOUT_MS, pauseMs = (ms: number) => pause(ms) } = options;
  let told = "";
  for (let waitedMs = 0; ; waitedMs += LOOK_AGAIN_MS) {
    const statuses = await Promise.all(sequences.map((sequence) => sequence.status()));
    if (statuses.every(({ state }) => state === "ready")) return;
    // The founder knows whom it has heard; the others know of themselves only.
    const founder = statuses.find(({ joining, card, members }) => joining && card === members[0]?.card);
    const lacking = (founder?.members ?? [])
      .filter(({ incarnation }) => incarnation === 0)
      .map(({ card }) => card);
    if (lacking.join() !== told) {
      told = lacking.join();
      onWaiting(lacking);
    }
    if (waitedMs >= timeoutMs) throw foundingTimeout(lacking, statuses[0]?.state ?? "unknown");
    await pauseMs(LOOK_AGAIN_MS);
  }
}

function foundingTimeout(lacking: readonly number[], state: string): SequenceError {
  return new SequenceError(
    "TIMEOUT",
    lacking.length === 0
      ? `the cards are initialised, but no number can be had yet: ${state}; see \`seqcard status\``
      : `the fabric is not founded yet: card ${lacking.join(", ")} was not heard; it begins by itself as soon as all of them are initialised, have power and are connected`,
  );
}
