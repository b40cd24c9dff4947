import { BasePeripheral, type RP2040 } from "rp2040js";

/** Registers of the serial controller in front of the flash chip. */
const SSI_CTRLR0 = 0x00;
const SSI_SSIENR = 0x08;
const SSI_TXFLR = 0x20;
const SSI_RXFLR = 0x24;
const SSI_SR = 0x28;
const SSI_IDR = 0x58;
const SSI_VERSION_ID = 0x5c;
const SSI_DR0 = 0x60;
const STATUS_TX_NOT_FULL = 1 << 1;
const STATUS_TX_EMPTY = 1 << 2;
const STATUS_RX_NOT_EMPTY = 1 << 3;

/** Of the pads: how the chip select is driven. */
const PAD_CHIP_SELECT_CONTROL = 0x0c;
const OVERRIDE_SHIFT = 8;
const OVERRIDE_LOW = 2;

const COMMAND_READ_STATUS = 0x05;
const COMMAND_READ_STATUS_2 = 0x35;
const COMMAND_UNIQUE_ID = 0x4b;
const COMMAND_JEDEC_ID = 0x9f;
/** Of the second status register: four data lines may be used, as every board's chip is set. */
const QUAD_ENABLE = 0x02;
/** Winbond, 16 Mbit. */
const JEDEC_ID = [0xef, 0x40, 0x15];
/** Bytes that the chip lets pass before its id. */
const UNIQUE_ID_DUMMIES = 4;

/**
 * The serial controller and the chip behind it, as far as firmware talks to them itself: status and identity. Erase and
 * program go through the boot ROM, and what is executed in place needs no controller here.
 */
export class FlashLink extends BasePeripheral {
  private readonly uniqueId: Uint8Array;
  private readonly answers: number[] = [];
  private command = -1;
  private position = 0;
  private readonly registers = new Map<number, number>();

  /** @param uniqueId eight bytes, as the chip sends them. */
  constructor(chip: RP2040, uniqueId: Uint8Array) {
    super(chip, "SSI");
    this.uniqueId = uniqueId;
  }

  /** The chip select goes down: what comes next is a command. */
  select(): void {
    this.command = -1;
    this.answers.length = 0;
  }

  override readUint32(offset: number): number {
    switch (offset) {
      case SSI_SR:
        return STATUS_TX_NOT_FULL | STATUS_TX_EMPTY | (this.answers.length > 0 ? STATUS_RX_NOT_EMPTY : 0);
      case SSI_TXFLR:
        return 0;
      case SSI_RXFLR:
        return this.answers.length;
      case SSI_IDR:
        return 0x5153_5049;
      case SSI_VERSION_ID:
        return 0x3430_312a;
      case SSI_DR0:
        return this.answers.shift() ?? 0;
    }
    return this.registers.get(offset) ?? 0;
  }

  override writeUint32(offset: number, value: number): void {
    if (offset === SSI_DR0) {
      this.take(value & 0xff);
      return;
    }
    // Firmware that lets the controller drive the select ends a command by turning it off or to another format.
    if (offset === SSI_SSIENR || offset === SSI_CTRLR0) this.select();
    this.registers.set(offset, value);
  }

  private take(byte: number): void {
    if (this.command < 0) {
      this.command = byte;
      this.position = 0;
      this.answers.push(0);
      return;
    }
    this.answers.push(this.answerAt(this.position));
    this.position += 1;
  }

  private answerAt(position: number): number {
    switch (this.command) {
      case COMMAND_READ_STATUS:
        return 0;
      case COMMAND_READ_STATUS_2:
        return QUAD_ENABLE;
      case COMMAND_JEDEC_ID:
        return JEDEC_ID[position] ?? 0;
      case COMMAND_UNIQUE_ID:
        return this.uniqueId[position - UNIQUE_ID_DUMMIES] ?? 0;
    }
    return 0;
  }
}

/** The pads of the flash chip: they remember what was written, and one of them selects the chip. */
export class FlashPads extends BasePeripheral {
  private readonly link: FlashLink;
  private readonly registers = new Map<number, number>();

  constructor(chip: RP2040, link: FlashLink) {
    super(chip, "IO_QSPI");
    this.link = link;
  }

  override readUint32(offset: number): number {
    return this.registers.get(offset) ?? 0;
  }

  override writeUint32(offset: number, value: number): void {
    const before = this.readUint32(offset);
    this.registers.set(offset, value);
    if (offset !== PAD_CHIP_SELECT_CONTROL) return;
    const isLow = ((value >> OVERRIDE_SHIFT) & 3) === OVERRIDE_LOW;
    if (isLow && ((before >> OVERRIDE_SHIFT) & 3) !== OVERRIDE_LOW) this.link.select();
  }
}
