import type { Board } from "../chip/board.js";
import type { BoardAlarm } from "../chip/board-clock.js";
import type { MapFile } from "./map-file.js";

/** A prime number of nanoseconds, so that nothing keeps step with it. */
const INTERVAL_NANOS = 8_069;

/** How often a board was found in a function. */
export interface ProfileLine {
  readonly name: string;
  readonly samples: number;
}

/** Looks at the program counter of a board every 8 microseconds, except while it sleeps. */
export class Profiler {
  /** Looks at which the core was asleep. */
  asleep = 0;
  private readonly board: Board;
  private readonly alarm: BoardAlarm;
  private lookNanos: number;
  private readonly samples = new Map<number, number>();

  constructor(board: Board) {
    this.board = board;
    this.alarm = board.clock.createAlarm(() => this.look());
    this.lookNanos = board.clock.nanos;
    this.lookLater();
  }

  stop(): void {
    this.alarm.cancel();
  }

  /** @returns functions by how often they ran, the busiest first. */
  report(map: MapFile): ProfileLine[] {
    const byName = new Map<string, number>();
    for (const [address, samples] of this.samples) {
      const name = map.functionAt(address)?.name ?? (address < 0x4000 ? "(boot ROM)" : "(unknown)");
      byName.set(name, (byName.get(name) ?? 0) + samples);
    }
    return [...byName]
      .map(([name, samples]) => ({ name, samples }))
      .sort((left, right) => right.samples - left.samples);
  }

  private look(): void {
    const { core } = this.board.chip;
    if (core.waiting) this.asleep += 1;
    else this.samples.set(core.PC, (this.samples.get(core.PC) ?? 0) + 1);
    this.lookLater();
  }

  /** By the clock, not by when it last looked: that was at the end of some instruction. */
  private lookLater(): void {
    this.lookNanos += INTERVAL_NANOS;
    this.alarm.scheduleAt(this.lookNanos);
  }
}
