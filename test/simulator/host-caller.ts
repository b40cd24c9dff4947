/** One call of a process for numbers. */
export interface HostCaller {
  readonly count: number;
  /** What the checker said when the call was made. */
  readonly floor: number;
  /** When the call was made. */
  readonly madeUs: number;
  /** Asked after the faults, to see that the fabric lives. */
  readonly isProbe: boolean;
  /** The process gave up, or was ended: its numbers go to nobody. */
  isSettled: boolean;
}

/** A block under way. Its callers and count are fixed when it is first sent. */
export interface HostBlock {
  readonly tag: number;
  readonly count: number;
  readonly callers: readonly HostCaller[];
  askAtUs: number;
  isRefused: boolean;
}
