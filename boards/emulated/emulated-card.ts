import type { HostLine } from "../virtual/host-line.js";
import type { PoweredCard } from "../virtual/powered-card.js";
import type { Random } from "../virtual/random.js";
import type { RigFlashStatus } from "../virtual/rig-events.js";
import type { ByteWire } from "./cable/byte-wire.js";
import { Board } from "./chip/board.js";
import type { BoardAlarm } from "./chip/board-clock.js";
import type { FirmwarePart } from "./chip/firmware-image.js";
import type { FlashFile } from "./chip/flash-file.js";
import { FlashMemory, type FlashTimes } from "./chip/flash-memory.js";
import type { Runner } from "./emulation.js";

/** A cable at one of a card's UARTs. */
export interface EmulatedLink {
  readonly output: ByteWire;
  readonly input: ByteWire;
}

export interface EmulatedCardOptions {
  readonly id: number;
  /** Eight bytes. */
  readonly chipId: Uint8Array;
  readonly bootRom: Uint32Array;
  readonly firmware: readonly FirmwarePart[];
  readonly flashTimes: FlashTimes;
  readonly random: Random;
  /** In the order of the chip's UARTs. */
  readonly links: readonly EmulatedLink[];
  readonly line: HostLine;
  /** The rig's time between two slices, in nanoseconds. */
  readonly now: () => number;
  /** Opens the file that keeps the flash, having read it into `bytes`. */
  readonly openFile?: (bytes: Uint8Array) => FlashFile;
  readonly onDeath: (reason: string) => void;
  /** The watchdog has reset it. */
  readonly onReset?: () => void;
}

/** Ten bits at a sixteenth of 200 MHz. */
const QUICKEST_NANOS = 800;

/** A card of the emulated bench: a power switch, a flash that outlives it, and a board while it has power. */
export class EmulatedCard implements PoweredCard, Runner {
  readonly processId = undefined;
  readonly flash: FlashMemory;
  /** Resets by the watchdog. */
  resets = 0;
  private readonly options: EmulatedCardOptions;
  private readonly file: FlashFile | undefined;
  private current: Board | undefined;
  private startNanos = 0;
  private busyBefore = 0;
  private overrunsBefore = 0;
  private arrivals: BoardAlarm[] = [];
  /** What the board asked for in its last slice: it can neither end nor begin inside itself. */
  private afterSlice: (() => void) | undefined;

  constructor(options: EmulatedCardOptions) {
    this.options = options;
    this.flash = new FlashMemory(options.flashTimes, options.random, (offset, length) => {
      this.current?.refreshFlash(offset, length);
      this.file?.write(this.flash.bytes, offset, length);
    });
    this.file = options.openFile?.(this.flash.bytes);
    for (const { offset, bytes } of options.firmware) {
      this.flash.bytes.set(bytes, offset);
      this.file?.write(this.flash.bytes, offset, bytes.length);
    }
    options.line.onBytes = (bytes) => this.current?.usb.send(bytes);
  }

  get id(): number {
    return this.options.id;
  }

  /** The board while it has power: for measurements. */
  get board(): Board | undefined {
    return this.current;
  }

  get isRunning(): boolean {
    return this.current !== undefined;
  }

  get isPaused(): boolean {
    return this.current?.isHung ?? false;
  }

  /** Resets stand for turns: an emulated board has none. */
  get turns(): number {
    return this.resets;
  }

  /** Cycles that its core was awake, since the rig began. */
  get compute(): number {
    return this.busyBefore + busyCycles(this.current);
  }

  /** Characters that met a full receive FIFO, and bytes that its USB did not fetch. */
  get lostBytes(): number {
    return this.overrunsBefore + lostBytes(this.current);
  }

  get flashStatus(): RigFlashStatus {
    const { programs, erases, busyUs, torn } = this.flash;
    return { programs, erases, busyUs, tornWrites: torn };
  }

  /** Now on the rig's clock, in the middle of a slice too. */
  get nanos(): number {
    return this.current === undefined ? this.options.now() : this.startNanos + this.current.clock.nanos;
  }

  get nextNanos(): number {
    return this.current === undefined ? Number.POSITIVE_INFINITY : this.startNanos + this.current.nextNanos;
  }

  /**
   * The shortest time from when a character begins on one of its cables until it arrives. While a UART is not set up yet, it
   * is that of the quickest that firmware may choose.
   */
  get leastFlightNanos(): number {
    let least = Number.POSITIVE_INFINITY;
    if (this.current === undefined) return least;
    for (const index of this.options.links.keys()) {
      const format = this.current.uarts[index]?.format;
      least = Math.min(least, format === undefined ? QUICKEST_NANOS : 10 * format.bitNanos);
    }
    return least;
  }

  start(): void {
    this.startNanos = this.options.now();
    this.makeBoard(undefined);
  }

  async kill(): Promise<void> {
    const board = this.current;
    if (board === undefined) return;
    board.cutPower();
    this.retire(board);
    for (const { output } of this.options.links) output.forget();
  }

  /** Its core stops where it stands; clock, peripherals and watchdog go on. */
  pause(): void {
    if (this.current !== undefined) this.current.isHung = true;
  }

  resume(): void {
    if (this.current !== undefined) this.current.isHung = false;
  }

  close(): void {
    this.file?.close();
  }

  runUntil(nanos: number): void {
    const { current } = this;
    if (current === undefined) {
      for (const { input } of this.options.links) input.discardUntil(nanos);
      return;
    }
    current.runUntil(nanos - this.startNanos);
    const after = this.afterSlice;
    this.afterSlice = undefined;
    after?.();
  }

  private makeBoard(after: Board | undefined): void {
    const { bootRom, chipId, line, links, onDeath, random } = this.options;
    const board: Board = new Board({
      bootRom,
      chipId,
      random,
      flash: this.flash,
      onCrash: (reason) => {
        this.afterSlice = () => {
          void this.kill();
          onDeath(reason);
        };
      },
      onReset: () => {
        this.afterSlice = () => this.reset(board);
      },
      ...(after === undefined ? {} : { after }),
    });
    this.current = board;
    board.usb.onBytes = (bytes) => line.write(bytes);
    this.arrivals = links.map(({ input, output }, index) => this.join(board, index, input, output));
  }

  /** @returns the alarm that rings when a character arrives at this UART. */
  private join(board: Board, index: number, input: ByteWire, output: ByteWire): BoardAlarm {
    const uart = board.uarts[index];
    const { startNanos } = this;
    const expect = (nanos: number): void => alarm.scheduleAt(nanos - startNanos);
    const alarm = board.clock.createAlarm(() => {
      const arrival = input.arrive();
      if (arrival !== undefined) uart?.receive(arrival.value, arrival.format);
      if (input.nextNanos !== undefined) expect(input.nextNanos);
    });
    input.onExpected = expect;
    if (input.nextNanos !== undefined) expect(input.nextNanos);
    if (uart !== undefined) {
      uart.onCharacter = (value, nanos, format) => output.send(value, startNanos + nanos, format);
    }
    return alarm;
  }

  private reset(board: Board): void {
    const nowNanos = this.nanos;
    board.cutPower();
    this.retire(board);
    this.resets += 1;
    this.startNanos = nowNanos;
    this.makeBoard(board);
    this.options.onReset?.();
  }

  private retire(board: Board): void {
    this.busyBefore += busyCycles(board);
    this.overrunsBefore += lostBytes(board);
    for (const alarm of this.arrivals) alarm.cancel();
    for (const { input } of this.options.links) input.onExpected = () => {};
    this.current = undefined;
  }
}

function busyCycles(board: Board | undefined): number {
  return board === undefined ? 0 : board.cycles - board.idleCycles;
}

function lostBytes(board: Board | undefined): number {
  if (board === undefined) return 0;
  return board.uarts.reduce((sum, uart) => sum + uart.overruns, board.usb.lostBytes);
}
