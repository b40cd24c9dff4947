import { BasePeripheral, type RP2040 } from "rp2040js";
import type { BoardAlarm, BoardClock } from "./board-clock.js";
import { bitsOf, type LineFormat, sampleCharacter } from "./sampling.js";

const DR = 0x00;
const RSR = 0x04;
const FR = 0x18;
const IBRD = 0x24;
const FBRD = 0x28;
const LCR_H = 0x2c;
const CR = 0x30;
const IFLS = 0x34;
const IMSC = 0x38;
const RIS = 0x3c;
const MIS = 0x40;
const ICR = 0x44;
const DMACR = 0x48;
/** Identification registers of a PL011, from 0xfe0 on, every four bytes. */
const IDENTIFICATION = [0x11, 0x10, 0x34, 0x00, 0x0d, 0xf0, 0x05, 0xb1];

const FR_BUSY = 1 << 3;
const FR_RXFE = 1 << 4;
const FR_TXFF = 1 << 5;
const FR_RXFF = 1 << 6;
const FR_TXFE = 1 << 7;

const LCR_PEN = 1 << 1;
const LCR_EPS = 1 << 2;
const LCR_STP2 = 1 << 3;
const LCR_FEN = 1 << 4;

const CR_UARTEN = 1 << 0;
const CR_TXE = 1 << 8;
const CR_RXE = 1 << 9;

const DMACR_RXDMAE = 1 << 0;
const DMACR_TXDMAE = 1 << 1;

const INT_RX = 1 << 4;
const INT_TX = 1 << 5;
const INT_RX_TIMEOUT = 1 << 6;
const INT_FRAMING = 1 << 7;
const INT_PARITY = 1 << 8;
const INT_OVERRUN = 1 << 10;

const DATA_FRAMING_ERROR = 1 << 8;
const DATA_PARITY_ERROR = 1 << 9;
const DATA_OVERRUN_ERROR = 1 << 11;

const FIFO_DEPTH = 32;
/** Characters in the FIFO at which its interrupt comes, by the three bits of IFLS. */
const LEVELS = [4, 8, 16, 24, 28];
/** A receive FIFO that is not empty and hears nothing for so many bit times asks for attention. */
const TIMEOUT_BITS = 32;

/** Where a UART hangs in its chip. */
export interface UartWiring {
  readonly name: string;
  readonly irq: number;
  readonly receiveRequest: number;
  readonly transmitRequest: number;
}

export const UART_WIRING: readonly UartWiring[] = [
  { name: "UART0", irq: 20, transmitRequest: 20, receiveRequest: 21 },
  { name: "UART1", irq: 21, transmitRequest: 22, receiveRequest: 23 },
];

/** What is on the transmit pin: told when a character begins. */
export type CharacterListener = (value: number, startNanos: number, format: LineFormat) => void;

/**
 * A PL011 with its time: the library's own sends in no time, has no FIFO on that side, and asks neither for DMA on
 * reception nor for attention by level. Modem lines, breaks and IrDA are left out.
 */
export class Uart extends BasePeripheral {
  /** Characters that met a full receive FIFO. */
  overruns = 0;
  onCharacter: CharacterListener = () => {};
  private readonly wiring: UartWiring;
  private readonly clock: BoardClock;
  private readonly sent: BoardAlarm;
  private readonly timeout: BoardAlarm;
  private readonly transmitFifo: number[] = [];
  private readonly receiveFifo: number[] = [];
  private isShifting = false;
  private freeNanos = 0;
  private integerDivisor = 0;
  private fractionDivisor = 0;
  private lineControl = 0;
  private control = CR_TXE | CR_RXE;
  private levels = 0x12;
  private mask = 0;
  private status = 0;
  private dmaControl = 0;
  private receiveErrors = 0;
  private isOverrun = false;

  constructor(chip: RP2040, clock: BoardClock, wiring: UartWiring) {
    super(chip, wiring.name);
    this.wiring = wiring;
    this.clock = clock;
    this.sent = clock.createAlarm(() => this.endCharacter());
    this.timeout = clock.createAlarm(() => this.raise(INT_RX_TIMEOUT));
  }

  /** What its registers say now; undefined while it is off or has no bit rate. */
  get format(): LineFormat | undefined {
    const divider = this.integerDivisor + this.fractionDivisor / 64;
    if ((this.control & CR_UARTEN) === 0 || divider === 0) return undefined;
    return {
      bitNanos: (divider * 16 * 1e9) / this.rp2040.clkPeri,
      dataBits: 5 + ((this.lineControl >> 5) & 3),
      parity: (this.lineControl & LCR_PEN) === 0 ? "none" : this.lineControl & LCR_EPS ? "even" : "odd",
      stopBits: this.lineControl & LCR_STP2 ? 2 : 1,
    };
  }

  /** A character has arrived on the receive pin, its last bit just now. */
  receive(value: number, sender: LineFormat): void {
    const receiver = this.format;
    if (receiver === undefined || (this.control & CR_RXE) === 0) return;
    if (this.receiveFifo.length >= this.depth) {
      this.overruns += 1;
      this.isOverrun = true;
      this.raise(INT_OVERRUN);
      return;
    }
    const sampled = sampleCharacter(value, sender, receiver);
    let entry = sampled.value;
    if (sampled.framingError) entry |= DATA_FRAMING_ERROR;
    if (sampled.parityError) entry |= DATA_PARITY_ERROR;
    if (this.isOverrun) entry |= DATA_OVERRUN_ERROR;
    this.isOverrun = false;
    this.receiveFifo.push(entry);
    if (sampled.framingError) this.status |= INT_FRAMING;
    if (sampled.parityError) this.status |= INT_PARITY;
    if (this.receiveFifo.length >= this.receiveLevel) this.status |= INT_RX;
    this.timeout.schedule(TIMEOUT_BITS * receiver.bitNanos);
    this.update();
  }

  override readUint32(offset: number): number {
    switch (offset) {
      case DR:
        return this.readData();
      case RSR:
        return this.receiveErrors;
      case FR:
        return this.flags;
      case IBRD:
        return this.integerDivisor;
      case FBRD:
        return this.fractionDivisor;
      case LCR_H:
        return this.lineControl;
      case CR:
        return this.control;
      case IFLS:
        return this.levels;
      case IMSC:
        return this.mask;
      case RIS:
        return this.status;
      case MIS:
        return this.status & this.mask;
      case DMACR:
        return this.dmaControl;
    }
    const identification = IDENTIFICATION[(offset - 0xfe0) >> 2];
    return identification ?? super.readUint32(offset);
  }

  override writeUint32(offset: number, value: number): void {
    switch (offset) {
      case DR:
        this.writeData(value & 0xff);
        break;
      case RSR:
        this.receiveErrors = 0;
        break;
      case IBRD:
        this.integerDivisor = value & 0xffff;
        break;
      case FBRD:
        this.fractionDivisor = value & 0x3f;
        break;
      case LCR_H:
        this.lineControl = value & 0xff;
        break;
      case CR:
        this.control = value & 0xff87;
        this.startCharacter(this.clock.nanos);
        break;
      case IFLS:
        this.levels = value & 0x3f;
        break;
      case IMSC:
        this.mask = value & 0x7ff;
        break;
      case ICR:
        this.status &= ~this.rawWriteValue;
        break;
      case DMACR:
        this.dmaControl = value & 7;
        break;
      default:
        super.writeUint32(offset, value);
        return;
    }
    this.update();
  }

  private get depth(): number {
    return this.lineControl & LCR_FEN ? FIFO_DEPTH : 1;
  }

  private get receiveLevel(): number {
    return this.lineControl & LCR_FEN ? (LEVELS[(this.levels >> 3) & 7] ?? 28) : 1;
  }

  private get transmitLevel(): number {
    return this.lineControl & LCR_FEN ? FIFO_DEPTH - (LEVELS[4 - (this.levels & 7)] ?? 28) : 0;
  }

  private get flags(): number {
    const transmitting = this.transmitFifo.length;
    const received = this.receiveFifo.length;
    return (
      (this.isShifting || transmitting > 0 ? FR_BUSY : 0) |
      (received === 0 ? FR_RXFE : 0) |
      (received >= this.depth ? FR_RXFF : 0) |
      (transmitting === 0 ? FR_TXFE : 0) |
      (transmitting >= this.depth ? FR_TXFF : 0)
    );
  }

  private readData(): number {
    const entry = this.receiveFifo.shift() ?? 0;
    this.receiveErrors = (entry >> 8) & 0xf;
    if (this.receiveFifo.length < this.receiveLevel) this.status &= ~INT_RX;
    if (this.receiveFifo.length === 0) {
      this.status &= ~INT_RX_TIMEOUT;
      this.timeout.cancel();
    }
    this.update();
    return entry;
  }

  private writeData(value: number): void {
    if (this.transmitFifo.length >= this.depth) return;
    this.transmitFifo.push(value);
    this.startCharacter(this.clock.nanos);
    if (this.transmitFifo.length > this.transmitLevel) this.status &= ~INT_TX;
  }

  private startCharacter(startNanos: number): void {
    const format = this.format;
    if (this.isShifting || format === undefined || (this.control & CR_TXE) === 0) return;
    const value = this.transmitFifo.shift();
    if (value === undefined) return;
    this.isShifting = true;
    this.freeNanos = startNanos + bitsOf(format) * format.bitNanos;
    this.sent.scheduleAt(this.freeNanos);
    this.onCharacter(value, startNanos, format);
    if (this.transmitFifo.length === this.transmitLevel) this.status |= INT_TX;
  }

  private endCharacter(): void {
    this.isShifting = false;
    // Back to back: the cycle at which the alarm rang is a little later than the end of the last bit.
    this.startCharacter(this.freeNanos);
    this.update();
  }

  private raise(interrupt: number): void {
    this.status |= interrupt;
    this.update();
  }

  private update(): void {
    const { dma } = this.rp2040;
    this.rp2040.setInterrupt(this.wiring.irq, (this.status & this.mask) !== 0);
    const wantsRead = this.receiveFifo.length > 0 && (this.dmaControl & DMACR_RXDMAE) !== 0;
    const wantsWrite =
      this.transmitFifo.length < this.depth &&
      (this.dmaControl & DMACR_TXDMAE) !== 0 &&
      (this.control & CR_UARTEN) !== 0;
    if (wantsRead) dma.setDREQ(this.wiring.receiveRequest);
    else dma.clearDREQ(this.wiring.receiveRequest);
    if (wantsWrite) dma.setDREQ(this.wiring.transmitRequest);
    else dma.clearDREQ(this.wiring.transmitRequest);
  }
}
