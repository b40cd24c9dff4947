import { type Firmware, type Platform, startFirmware } from "../firmware/main.js";
import type { Alarm } from "../firmware/native/alarm.js";
import type { Device } from "../firmware/native/device.js";
import type { FlashRegion } from "../firmware/native/flash-region.js";
import type { FramePort } from "../firmware/ports/frame-port.js";
import { FlashLog } from "../firmware/storage/flash-log.js";
import type { RecordStore } from "../firmware/storage/record-store.js";
import { DEFAULT_TIMING } from "../firmware/wire/constants.js";
import type { Uint64 } from "../firmware/wire/uint64.js";
import { BoardLight, type ShowColor } from "./board-light.js";

/** What a board hands in: its hardware, opened. */
export interface BoardHardware {
  readonly device: Device;
  readonly alarm: Alarm;
  readonly flash: FlashRegion;
  readonly links: readonly FramePort[];
  readonly host: FramePort;
  readonly showColor: ShowColor;
}

/** A board's hardware as the firmware's platform. */
export class BoardPlatform implements Platform {
  readonly links: readonly FramePort[];
  readonly host: FramePort;
  readonly storage: RecordStore;
  readonly chipId: Uint64;
  readonly randomSeed: number;
  readonly timing = DEFAULT_TIMING;
  readonly light: BoardLight;
  private readonly device: Device;
  private readonly alarm: Alarm;

  constructor({ device, alarm, flash, links, host, showColor }: BoardHardware) {
    this.device = device;
    this.alarm = alarm;
    this.links = links;
    this.host = host;
    this.light = new BoardLight(showColor);
    this.storage = new FlashLog(flash);
    this.chipId = device.chipId;
    this.randomSeed = device.randomBits() >>> 0;
  }

  now(): number {
    return this.device.nowUs();
  }

  wakeAt(timeUs: number): void {
    // The one alarm serves card and light.
    let atUs = this.light.nextUs;
    if (timeUs < atUs) atUs = timeUs;
    this.alarm.set(atUs);
  }
}

/** Starts the card on a board. */
export function startBoard(hardware: BoardHardware): Firmware {
  const platform = new BoardPlatform(hardware);
  const firmware = startFirmware(platform);
  hardware.alarm.onAlarm = (nowUs) => {
    if (nowUs >= platform.light.nextUs) platform.light.look(firmware.readCondition, nowUs);
    firmware.wake(nowUs);
  };
  return firmware;
}
