import { RP2040 } from "rp2040js";
import type { Random } from "../../virtual/random.js";
import { messageOf } from "../../virtual/rig-error.js";
import { type BoardAlarm, BoardClock } from "./board-clock.js";
import { BREAK_BOOTLOADER, BREAK_ERASE, BREAK_FLASH_WAIT, BREAK_PROGRAM } from "./boot-rom.js";
import { FlashLink, FlashPads } from "./flash-link.js";
import type { FlashMemory } from "./flash-memory.js";
import { QuickCore } from "./quick-core.js";
import { RingOscillator } from "./ring-oscillator.js";
import { UART_WIRING, Uart } from "./uart.js";
import { UsbHost } from "./usb-host.js";

const PERIPHERAL_SSI = 0x1_8000;
const PERIPHERAL_FLASH_PADS = 0x4_0018;
const PERIPHERAL_UART = [0x4_0034, 0x4_0038];
const PERIPHERAL_WATCHDOG = 0x4_0058;
const PERIPHERAL_ROSC = 0x4_0060;

/** Where the second boot stage stands: the boot ROM jumps there when it has found it good. */
const FLASH_START = 0x1000_0000;
const FLASH_END = 0x1400_0000;

/** What a board is made of. */
export interface BoardOptions {
  /** As `prepareBootRom` gives it. */
  readonly bootRom: Uint32Array;
  /** Outlives the board: what was in it stays. */
  readonly flash: FlashMemory;
  /** Eight bytes. */
  readonly chipId: Uint8Array;
  readonly random: Random;
  /** The watchdog has struck, or firmware asked it to: the board ends here, and `after` of it goes on. */
  readonly onReset: () => void;
  /** It did what a real one would not survive. */
  readonly onCrash: (reason: string) => void;
  /** The board whose reset this one comes after. */
  readonly after?: Board;
}

/** What a reset by the watchdog leaves of it; the library does not export its class. */
interface Watchdog {
  readonly scratchData: Uint32Array;
  reason: number;
  onWatchdogTrigger: () => void;
}

const silence = (): void => {};

/** One RP2040 from its power-on, or reset, to its end. Two of the same parts do the same, to the cycle. */
export class Board {
  readonly clock = new BoardClock();
  readonly chip: RP2040;
  readonly uarts: readonly Uart[];
  readonly usb: UsbHost;
  /** Cycles that the core has slept. */
  idleCycles = 0;
  /** It executes nothing, though its clock and its peripherals go on. */
  isHung = false;
  private readonly options: BoardOptions;
  private readonly watchdog: Watchdog;
  private readonly flashDone: BoardAlarm;
  private readonly quick: QuickCore;
  private isStalled = false;
  private isOver = false;

  constructor(options: BoardOptions) {
    this.options = options;
    const { clock } = this;
    const chip = new RP2040(clock);
    this.chip = chip;
    this.quick = new QuickCore(chip);
    chip.logger = { debug: silence, info: silence, warn: silence, error: silence };
    this.uarts = UART_WIRING.map((wiring) => new Uart(chip, clock, wiring));
    const link = new FlashLink(chip, options.chipId);
    chip.peripherals[PERIPHERAL_SSI] = link;
    chip.peripherals[PERIPHERAL_FLASH_PADS] = new FlashPads(chip, link);
    chip.peripherals[PERIPHERAL_ROSC] = new RingOscillator(chip, options.random);
    for (const [index, uart] of this.uarts.entries()) {
      chip.peripherals[PERIPHERAL_UART[index] as number] = uart;
    }
    this.watchdog = chip.peripherals[PERIPHERAL_WATCHDOG] as unknown as Watchdog;
    this.watchdog.onWatchdogTrigger = () => this.end(options.onReset);
    chip.onBreak = (code) => this.takeBreak(code);
    chip.addClockListener((frequency) => clock.setFrequency(frequency));
    this.usb = new UsbHost(chip, clock);
    this.flashDone = clock.createAlarm(() => this.advanceFlash());
    if (options.after !== undefined) this.keep(options.after);
    this.boot();
  }

  get cycles(): number {
    return this.chip.core.cycles;
  }

  /** When something can next happen by itself, on the board's clock. */
  get nextNanos(): number {
    return this.chip.core.waiting || this.isHung ? this.clock.nextNanos : this.clock.nanos;
  }

  /** Runs to this time of its own clock, or over it by the rest of an instruction. */
  runUntil(endNanos: number): void {
    const { clock } = this;
    const { core } = this.chip;
    clock.setEnd(endNanos);
    for (;;) {
      clock.ring();
      if (this.isOver || clock.nanos >= endNanos) return;
      if (core.waiting || this.isStalled || this.isHung) {
        this.skip(clock.stopCycles - core.cycles);
      } else if (this.options.flash.isBusy) {
        this.stepBesideFlash();
      } else {
        this.quick.run(clock);
        this.checkSleep();
      }
    }
  }

  /** The power goes. Nothing runs afterwards. */
  cutPower(): void {
    this.options.flash.cutPower(this.clock.nanos);
    this.isOver = true;
    this.clock.halt();
  }

  /** Copies what has changed in the flash to where the core reads it. */
  refreshFlash(offset: number, length: number): void {
    this.chip.flash.set(this.options.flash.bytes.subarray(offset, offset + length), offset);
  }

  private boot(): void {
    const { bootRom, flash } = this.options;
    const { chip, clock } = this;
    chip.bootrom.set(bootRom);
    chip.flash.set(flash.bytes);
    chip.core.reset();
    chip.core.PC = FLASH_START;
    clock.follow(chip.core);
  }

  /** A reset by the watchdog leaves RAM and scratch registers as they were. */
  private keep({ chip, watchdog }: Board): void {
    this.chip.sram.set(chip.sram);
    this.watchdog.scratchData.set(watchdog.scratchData);
    this.watchdog.reason = watchdog.reason;
  }

  private skip(cycles: number): void {
    const { core } = this.chip;
    if (cycles > 0) {
      core.cycles += cycles;
      if (core.waiting && !this.isHung) this.idleCycles += cycles;
    }
    this.isStalled = false;
  }

  /** An interrupt that was pending before it went to sleep with interrupts off wakes a real core, too. */
  private checkSleep(): void {
    const { core } = this.chip;
    if (core.waiting && (core.pendingInterrupts & core.enabledInterrupts) !== 0) core.waiting = false;
  }

  /** While the flash is busy nothing can be read from it, code least of all. */
  private stepBesideFlash(): void {
    const { core } = this.chip;
    core.executeInstruction();
    this.checkSleep();
    if (core.PC < FLASH_START || core.PC >= FLASH_END || !this.options.flash.isBusy) return;
    const address = core.PC.toString(16);
    this.crash(`it ran code from its flash (0x${address}) while that was erased or programmed`);
  }

  private takeBreak(code: number): void {
    const { flash } = this.options;
    const { chip, clock } = this;
    const [first = 0, second = 0, third = 0] = chip.core.registers;
    try {
      switch (code) {
        case BREAK_ERASE:
          flash.erase(first, second, clock.nanos);
          break;
        case BREAK_PROGRAM:
          flash.program(first, this.readMemory(second, third), clock.nanos);
          break;
        case BREAK_FLASH_WAIT:
          if (flash.isBusy) this.stall();
          return;
        case BREAK_BOOTLOADER:
          this.crash("it went into its boot loader, which waits for a new firmware");
          return;
        default:
          // Without a debugger a breakpoint locks the core; only the watchdog gets it out.
          this.stall();
          this.isHung = true;
          return;
      }
    } catch (error) {
      this.crash(messageOf(error));
      return;
    }
    this.advanceFlash();
  }

  /** Stays at this instruction until something happens. */
  private stall(): void {
    this.chip.core.PC -= 2;
    this.isStalled = true;
    this.clock.stopNow();
  }

  private readMemory(address: number, length: number): Uint8Array {
    return Uint8Array.from({ length }, (_, index) => this.chip.readUint8(address + index));
  }

  private advanceFlash(): void {
    const { flash } = this.options;
    flash.advance(this.clock.nanos);
    if (flash.isBusy) this.flashDone.scheduleAt(flash.nextNanos);
  }

  private crash(reason: string): void {
    this.end(() => this.options.onCrash(reason));
  }

  private end(tell: () => void): void {
    if (this.isOver) return;
    this.isOver = true;
    this.clock.halt();
    tell();
  }
}
