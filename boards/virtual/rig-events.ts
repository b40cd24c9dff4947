/** What a rig tells about itself, besides its trace. */
export type RigEvent =
  | { readonly event: "started"; readonly id: number; readonly path: string }
  | { readonly event: "killed"; readonly id: number }
  /** It hangs in the middle of what it does, or goes on. */
  | { readonly event: "paused" | "resumed"; readonly id: number }
  /** The card ended by itself; it counts as killed, and the others go on. */
  | { readonly event: "died"; readonly id: number; readonly reason: string }
  | { readonly event: "cut"; readonly from: number; readonly to: number; readonly oneWay: boolean }
  | { readonly event: "mended"; readonly from: number; readonly to: number }
  | { readonly event: "stopped" };

export type RigEventListener = (event: RigEvent) => void;

/** A card as the rig sees it. */
export interface RigCardStatus {
  readonly id: number;
  /** Where a program opens its port; undefined while it has no power. */
  readonly path: string | undefined;
  readonly running: boolean;
  /** Whether it hangs. */
  readonly paused: boolean;
  /** Of its worker, where it has one. */
  readonly processId: number | undefined;
  readonly turns: number;
  /** XS's compute count of all its turns. */
  readonly compute: number;
  /** Frames that its host did not fetch in time. */
  readonly hostFramesDropped: number;
  /** Bytes that came while it was too busy, or erased. */
  readonly lostBytes: number;
  readonly flash: RigFlashStatus;
}

/** What was done to a card's flash since the rig began. */
export interface RigFlashStatus {
  readonly programs: number;
  readonly erases: number;
  /** Time that this took. */
  readonly busyUs: number;
  /** Writes in whose midst a bouncing contact took the power. */
  readonly tornWrites: number;
}

export interface RigCableStatus {
  readonly a: number;
  readonly b: number;
  /** `no`, `both`, or the one way that is cut, such as `1-2`. */
  readonly cut: string;
}

export interface RigStatus {
  readonly engine: string;
  readonly topology: string;
  /** How many fabrics the cards stand in, in equal parts by rising id. */
  readonly fabrics: number;
  readonly seed: number;
  readonly fabricId: number;
  readonly uptimeMs: number;
  readonly cards: readonly RigCardStatus[];
  readonly cables: readonly RigCableStatus[];
}
