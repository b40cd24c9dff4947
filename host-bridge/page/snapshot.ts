/**
 * What the daemon tells the page, as JSON. 64-bit numbers are decimal strings. Types only: the daemon writes what the
 * page reads, and neither holds code of the other.
 */
export interface Snapshot {
  /** Of the daemon's clock, in milliseconds since 1970. */
  readonly timeMs: number;
  readonly uptimeMs: number;
  readonly ready: boolean;
  /** Why no numbers can be had, and what to do; "" where they can. */
  readonly advice: string;
  /** The newest number that the daemon knows to exist; "0" for none. */
  readonly latest: string;
  readonly openOrders: number;
  readonly point: RatePoint;
  readonly latency: Latency;
  readonly skipped: readonly NamedCount[];
  readonly counters: readonly NamedCount[];
  readonly hostCards: readonly HostCard[];
  /** null before the fabric was asked for the first time. */
  readonly fabric: Fabric | null;
  /** How old `fabric` is, in milliseconds. */
  readonly fabricAgeMs: number;
  /** By rising time. */
  readonly timeLine: readonly TimeLineEntry[];
}

/** Numbers delivered by this daemon in the second that ended then. */
export interface RatePoint {
  readonly timeMs: number;
  readonly numbersPerSecond: number;
}

/** Of the last minute. */
export interface Latency {
  readonly orders: number;
  readonly buckets: readonly LatencyBucket[];
}

export interface LatencyBucket {
  /** null for "longer than all others". */
  readonly atMostMs: number | null;
  readonly orders: number;
}

export interface NamedCount {
  readonly name: string;
  readonly help: string;
  readonly count: number;
}

/** A card at a port of this daemon. */
export interface HostCard {
  readonly path: string;
  readonly card: number | null;
  readonly state: string;
}

export interface Fabric {
  readonly fabricId: string;
  readonly state: string;
  readonly view: number;
  readonly ceiling: string;
  readonly latest: string;
  readonly leaseLeftMs: number | null;
  readonly votes: { readonly all: number; readonly quorum: number; readonly answered: number };
  readonly cards: readonly FabricCard[];
  readonly cables: readonly FabricCable[];
}

export interface FabricCard {
  readonly card: number;
  readonly answered: boolean;
  readonly roles: readonly ("primary" | "secondary")[];
  readonly state: string;
  readonly votes: number;
  readonly view: number;
  readonly ceiling: string;
  readonly latest: string;
  readonly uptimeMs: number;
  readonly firmware: string;
  /** The port of this daemon at which it is; null for none. */
  readonly port: string | null;
  readonly inUse: boolean;
}

export interface FabricCable {
  readonly cards: readonly [number, number];
  readonly state: "alive" | "stale" | "one-way" | "dead";
  /** No cable, but the trunk that a host lends between its two cards. */
  readonly isTrunk: boolean;
  /** Frames a second that come in at each of the two; null where that is not known. */
  readonly framesPerSecond: readonly [number | null, number | null];
  readonly badFrames: readonly [number | null, number | null];
}

export interface TimeLineEntry {
  /** Rises by one with each. */
  readonly id: number;
  readonly timeMs: number;
  readonly kind:
    | "view"
    | "outage"
    | "ready"
    | "card-lost"
    | "card-back"
    | "cable-lost"
    | "cable-back"
    | "moved";
  readonly text: string;
}
