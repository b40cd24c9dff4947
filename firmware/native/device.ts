import { Uint64 } from "../wire/uint64.js";

/** What the chip itself offers, in C by family of chips (device.c). */
export class Device {
  /** The number of this chip, the same as in its USB serial number. */
  get chipId(): Uint64 {
    return new Uint64(this.halfOfChipId(0) >>> 0, this.halfOfChipId(1) >>> 0);
  }

  /** @returns microseconds since the boot. */
  nowUs(): number {
    return native("xs_device_now_us").call(this);
  }

  /** @returns 32 bits of chance as a signed integer. */
  randomBits(): number {
    return native("xs_device_random_bits").call(this);
  }

  /**
   * From here on the chip restarts where the event loop stands still for `timeoutMs`, 1 to 8388.
   * @throws RangeError
   */
  startWatchdog(timeoutMs: number): void {
    return native("xs_device_watchdog_start").call(this, timeoutMs);
  }

  /** Sets the output `pin`. */
  setLed(pin: number, on: boolean): void {
    return native("xs_device_led").call(this, pin, on);
  }

  private halfOfChipId(half: number): number {
    return native("xs_device_chip_id").call(this, half);
  }
}
