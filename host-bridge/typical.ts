/** How far one observation moves the estimate: fast enough to follow in a hundred, slow enough to stand still. */
const STEP = 0.06;

/**
 * A quantile of times that are handed in one after the other, in constant memory. Unlike a mean it does not mind the
 * few that are a hundred times as long as the others.
 */
export class Typical {
  private readonly up: number;
  private readonly down: number;
  private estimateMs = 0;

  /** @param quantile of the times that are below it, more than 0 and less than 1. */
  constructor(quantile: number) {
    this.up = 1 + STEP * quantile;
    this.down = 1 / (1 + STEP * (1 - quantile));
  }

  /** In milliseconds; 0 before the first observation. */
  get ms(): number {
    return this.estimateMs;
  }

  note(tookMs: number): void {
    if (this.estimateMs === 0) this.estimateMs = tookMs;
    else this.estimateMs *= tookMs > this.estimateMs ? this.up : this.down;
  }
}
