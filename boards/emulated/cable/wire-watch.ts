import { type FrameOutcome, FrameWatcher, type Trace, toHex } from "../../virtual/trace.js";

/** Outcomes from good to bad: a frame has the worst of its characters. */
const BADNESS: readonly FrameOutcome[] = ["delivered", "garbled", "lost", "cut"];

/** Finds the frames among the characters of a wire, for the trace only. */
export class WireWatch {
  private readonly trace: Trace;
  private readonly from: string;
  private readonly to: string;
  private readonly byte = new Uint8Array(1);
  private watcher: FrameWatcher | undefined;
  private outcome: FrameOutcome = "delivered";
  private startNanos = 0;
  private bytes = 0;

  constructor(trace: Trace, from: string, to: string) {
    this.trace = trace;
    this.from = from;
    this.to = to;
  }

  /** A character has arrived, or would have. */
  take(sent: number, startNanos: number, arrivalNanos: number, outcome: FrameOutcome): void {
    if (!this.trace.active) {
      this.watcher = undefined;
      return;
    }
    this.watcher ??= new FrameWatcher();
    if (this.bytes === 0) this.startNanos = startNanos;
    this.bytes += 1;
    if (BADNESS.indexOf(outcome) > BADNESS.indexOf(this.outcome)) this.outcome = outcome;
    this.byte[0] = sent;
    for (const { payload, type } of this.watcher.push(this.byte)) {
      this.trace.emit({
        event: "frame",
        timeUs: arrivalNanos / 1_000,
        sentUs: this.startNanos / 1_000,
        from: this.from,
        to: this.to,
        type,
        bytes: this.bytes,
        payload: toHex(payload),
        outcome: this.outcome,
      });
    }
    // A delimiter that ends nothing begins something.
    if (sent === 0 && this.bytes > 1) this.reset();
  }

  private reset(): void {
    this.bytes = 0;
    this.outcome = "delivered";
  }
}
