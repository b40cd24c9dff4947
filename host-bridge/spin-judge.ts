import { Typical } from "./typical.js";

/** A spin has to be this much quicker to be worth a core. */
const MUST_GAIN = 0.95;
/** Every so many calls the other way is tried, as what pays may change. */
const TRY_EVERY_CALLS = 32;
const MEDIAN = 0.5;

/**
 * Whether a caller that blocks its thread should spin at first. It should not where the answer takes longer than it
 * may spin, and not where the card, the daemon or others want the core that it would keep from them: so both ways are
 * measured as calls are made, and the quicker one is taken.
 */
export class SpinJudge {
  private readonly spun = new Typical(MEDIAN);
  private readonly slept = new Typical(MEDIAN);
  private calls = 0;

  /**
   * Says how the next call is to wait.
   * @param spinMs how long it may spin; `Infinity` always spins.
   */
  shouldSpin(spinMs: number): boolean {
    if (spinMs === Number.POSITIVE_INFINITY) return true;
    if (this.slept.ms === 0 || this.slept.ms > spinMs) return false;
    this.calls += 1;
    const pays = this.spun.ms < MUST_GAIN * this.slept.ms;
    return this.calls % TRY_EVERY_CALLS === 0 ? !pays : pays;
  }

  /** A call was served. */
  note(didSpin: boolean, tookMs: number): void {
    (didSpin ? this.spun : this.slept).note(tookMs);
  }
}
