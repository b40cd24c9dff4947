/** What a turn gave back. */
export interface TurnResult {
  /** As laid out in `turn-codec.ts`. */
  readonly answer: Uint8Array;
  /** XS's compute count of this turn; 0 on an engine that has none. */
  readonly compute: number;
}

/** One running card as the rig sees it, whatever runs it: from its boot to `kill` or death, and never again after. */
export interface CardEngine {
  /** The worker's process, where it has one of its own. */
  readonly processId: number | undefined;
  /** Resolves when nothing of it is left. */
  readonly gone: Promise<void>;
  /** Runs a turn. One at a time: the next only after `onTurn`, which may be called before this returns. */
  run(command: Uint8Array): void;
  /**
   * Stops it wherever it is, in the middle of a turn too; that turn ends after `resume`. Not a boot: it goes on where it
   * stood and does not know that time has passed.
   */
  pause(): void;
  resume(): void;
  /** Ends it at once, in the middle of a turn too: that turn then has no result. Safe twice. */
  kill(): void;
}

/** Whom an engine tells. */
export interface EngineListener {
  onTurn(result: TurnResult): void;
  /** It died without being killed. Nothing comes after. */
  onDeath(reason: string): void;
}

/** `rp2040` is the emulated bench: no engine of this kind, but boards that run the firmware's .uf2. */
export type EngineKind = "xs" | "node" | "rp2040";
