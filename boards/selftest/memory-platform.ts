import type { Platform } from "../../firmware/main.js";
import type { FramePort } from "../../firmware/ports/frame-port.js";
import { MemoryRecordStore } from "../../firmware/storage/memory-record-store.js";
import { DEFAULT_TIMING } from "../../firmware/wire/constants.js";
import { Uint64 } from "../../firmware/wire/uint64.js";
import type { Alarm, VirtualClock } from "./virtual-clock.js";

/** A board without hardware: its clock is virtual, its flash and its ports are memory. */
export class MemoryPlatform implements Platform {
  readonly links: readonly FramePort[];
  readonly host: FramePort;
  readonly storage = new MemoryRecordStore();
  readonly chipId: Uint64;
  readonly randomSeed: number;
  readonly timing = DEFAULT_TIMING;
  readonly alarm: Alarm;
  private readonly clock: VirtualClock;

  /** @param number 1, 2, 3, ... makes chip id and seed differ from card to card; they repeat from run to run. */
  constructor(clock: VirtualClock, number: number, links: readonly FramePort[], host: FramePort) {
    this.clock = clock;
    this.alarm = clock.makeAlarm();
    this.links = links;
    this.host = host;
    this.chipId = new Uint64(0x5e1f7e57, number);
    this.randomSeed = (number * 0x9e3779b9) >>> 0;
  }

  now(): number {
    return this.clock.nowUs;
  }

  wakeAt(timeUs: number): void {
    this.alarm.atUs = timeUs;
  }
}
