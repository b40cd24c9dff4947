import type { ProcessScope } from "../../processes/process-scope.js";
import type { ClientSettings } from "../number-client.js";

/** Processes that share the callers, the same number for each system but for cards without a daemon. */
export const CLIENT_PROCESSES = 4;
/** A card has one process; as many cards as a quorum with two roles needs. */
export const CARD_PROCESSES = 3;

/** A system that hands out numbers and can be started here. */
export interface BenchSystem {
  /** For --only and the JSON. */
  readonly id: string;
  readonly title: string;
  /** What a number of this system is worth, in one sentence. */
  readonly promise: string;
  /** @returns undefined where it can be started, else what to do about it. */
  whyUnavailable(): string | undefined;
  /** Starts it in `scope`, which ends it. @throws where it does not come up. */
  start(scope: ProcessScope): Promise<StartedSystem>;
}

export interface StartedSystem {
  /** Versions and settings that matter, in a few words. */
  readonly setUp: string;
  /** One for each client process. */
  readonly clients: readonly ClientSettings[];
  /** Numbers of connections worth trying for so many callers; each is tried shortly, the best is measured. */
  connectionChoices(callers: number): readonly number[];
}

/** @returns `settings` once for each client process. */
export function sameForEach(settings: ClientSettings): ClientSettings[] {
  return Array.from({ length: CLIENT_PROCESSES }, () => settings);
}

/** @returns those of `choices` that make sense for so many callers, each once. */
export function upTo(callers: number, choices: readonly number[]): number[] {
  return [...new Set(choices.map((choice) => Math.min(callers, choice)))];
}
