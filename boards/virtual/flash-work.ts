import type { CardFlash } from "./card-flash.js";
import { PowerCut } from "./memory-flash.js";
import type { Random } from "./random.js";
import type { Scheduled, Scheduler } from "./scheduler.js";
import type { FlashOperation } from "./turn-messages.js";

/** What the flash of an RP2040 takes to program a page, and to erase a sector. */
export const PROGRAM_US = 700;
export const SHORTEST_ERASE_US = 45_000;
export const LONGEST_ERASE_US = 400_000;

export interface FlashWorkListener {
  /** Every program is durable, so what the card sent may get out; only erases may follow. */
  onWritten(): void;
  onDone(): void;
  /** The flash did not take it. Nothing comes after. */
  onFailure(): void;
}

/** Does to a card's flash what its firmware did in a turn, each operation in its time; power may go within any. */
export class FlashWork {
  programs = 0;
  erases = 0;
  /** Time that all of it took. */
  busyUs = 0;
  private readonly flash: CardFlash;
  private readonly scheduler: Scheduler;
  private readonly random: Random;
  private waiting: FlashOperation[] = [];
  private current: FlashOperation | undefined;
  private beganUs = 0;
  private lastsUs = 0;
  private timer: Scheduled | undefined;
  private listener: FlashWorkListener | undefined;
  private hasWritten = false;
  private onCut: (() => void) | undefined;

  constructor(flash: CardFlash, scheduler: Scheduler, random: Random) {
    this.flash = flash;
    this.scheduler = scheduler;
    this.random = random;
  }

  /** Whether the card hears nothing, as its interrupts are off. */
  get isErasing(): boolean {
    return this.current !== undefined && this.current.page === undefined;
  }

  /** @param operations in their order; the listener is told before this returns where there are none. */
  start(operations: readonly FlashOperation[], listener: FlashWorkListener): void {
    this.waiting = [...operations];
    this.listener = listener;
    this.hasWritten = false;
    this.next();
  }

  /** Has the power go at some byte of the next operation: `onCut` is called then and must switch the card off. */
  cutNext(onCut: () => void): void {
    this.onCut = onCut;
  }

  /** The power goes. An operation under way has done the part for which there was time. */
  powerOff(): void {
    this.timer?.cancel();
    const operation = this.current;
    if (operation !== undefined) {
      const size = operation.page === undefined ? this.flash.sectorBytes : this.flash.pageBytes;
      const share = Math.min(1, (this.scheduler.now() - this.beganUs) / this.lastsUs);
      this.flash.cutPower({ afterBytes: Math.floor(share * size), scattered: this.random() < 0.5 });
      try {
        this.apply(operation);
      } catch (error) {
        if (!(error instanceof PowerCut)) throw error;
      }
    }
    this.waiting = [];
    this.current = undefined;
    this.listener = undefined;
    this.onCut = undefined;
  }

  private next(): void {
    const { listener } = this;
    if (!this.hasWritten && !this.waiting.some(({ page }) => page !== undefined)) {
      this.hasWritten = true;
      listener?.onWritten();
      // What was sent may have ended this card.
      if (listener !== this.listener) return;
    }
    this.current = this.waiting.shift();
    if (this.current === undefined) {
      listener?.onDone();
      return;
    }
    this.beganUs = this.scheduler.now();
    this.lastsUs = this.current.page === undefined ? this.drawEraseUs() : PROGRAM_US;
    const cut = this.onCut;
    const untilUs = this.beganUs + this.lastsUs * (cut === undefined ? 1 : this.random());
    this.timer = this.scheduler.at(untilUs, cut ?? (() => this.finish()), true);
  }

  private finish(): void {
    const operation = this.current as FlashOperation;
    this.current = undefined;
    this.busyUs += this.lastsUs;
    if (this.apply(operation)) this.next();
    else this.listener?.onFailure();
  }

  private apply({ offset, page }: FlashOperation): boolean {
    if (page === undefined) {
      this.erases += 1;
      return this.flash.erase(offset);
    }
    this.programs += 1;
    return this.flash.program(offset, page);
  }

  private drawEraseUs(): number {
    return Math.floor(SHORTEST_ERASE_US + this.random() * (LONGEST_ERASE_US - SHORTEST_ERASE_US));
  }
}
