import type { RP2040 } from "rp2040js";

const FLASH_START = 0x1000_0000;
const FLASH_BYTES = 0x100_0000;
const RAM_START = 0x2000_0000;
const RAM_BYTES = 264 * 1_024;

/**
 * A chip's RAM and flash as the quick interpreter reads and writes them. Addresses may have run over 32 bits. What lies
 * elsewhere, or is not aligned, is the library's business: a load then gives -1, a store false.
 */
export class QuickMemory {
  private readonly ram8: Uint8Array;
  private readonly ram16: Uint16Array;
  private readonly ram32: Uint32Array;
  private readonly flash8: Uint8Array;
  private readonly flash16: Uint16Array;
  private readonly flash32: Uint32Array;

  constructor(chip: RP2040) {
    this.ram8 = chip.sram;
    this.ram16 = new Uint16Array(chip.sram.buffer);
    this.ram32 = new Uint32Array(chip.sram.buffer);
    this.flash8 = chip.flash;
    this.flash16 = chip.flash16;
    this.flash32 = new Uint32Array(chip.flash.buffer);
  }

  /** Whether as many words as an instruction can move are in RAM from there on. */
  hasRam(address: number): boolean {
    return (address - RAM_START) >>> 0 < RAM_BYTES - 36;
  }

  /** @returns half an instruction; 0xde00, which is none, where there is neither RAM nor flash. */
  fetch(pc: number): number {
    const inFlash = (pc - FLASH_START) >>> 0;
    if (inFlash < FLASH_BYTES) return this.flash16[inFlash >>> 1] as number;
    const offset = (pc - RAM_START) >>> 0;
    return offset < RAM_BYTES ? (this.ram16[offset >>> 1] as number) : 0xde00;
  }

  /** @returns the word there; -1 where neither RAM nor flash is, or where it is not aligned. */
  load32(address: number): number {
    const offset = (address - RAM_START) >>> 0;
    if ((offset & 3) !== 0) return -1;
    if (offset < RAM_BYTES) return this.ram32[offset >>> 2] as number;
    const inFlash = (address - FLASH_START) >>> 0;
    return inFlash < FLASH_BYTES ? (this.flash32[inFlash >>> 2] as number) : -1;
  }

  load16(address: number): number {
    const offset = (address - RAM_START) >>> 0;
    if ((offset & 1) !== 0) return -1;
    if (offset < RAM_BYTES) return this.ram16[offset >>> 1] as number;
    const inFlash = (address - FLASH_START) >>> 0;
    return inFlash < FLASH_BYTES ? (this.flash16[inFlash >>> 1] as number) : -1;
  }

  load8(address: number): number {
    const offset = (address - RAM_START) >>> 0;
    if (offset < RAM_BYTES) return this.ram8[offset] as number;
    const inFlash = (address - FLASH_START) >>> 0;
    return inFlash < FLASH_BYTES ? (this.flash8[inFlash] as number) : -1;
  }

  store32(address: number, value: number): boolean {
    const offset = (address - RAM_START) >>> 0;
    if (offset >= RAM_BYTES || (offset & 3) !== 0) return false;
    this.ram32[offset >>> 2] = value;
    return true;
  }

  store16(address: number, value: number): boolean {
    const offset = (address - RAM_START) >>> 0;
    if (offset >= RAM_BYTES || (offset & 1) !== 0) return false;
    this.ram16[offset >>> 1] = value;
    return true;
  }

  store8(address: number, value: number): boolean {
    const offset = (address - RAM_START) >>> 0;
    if (offset >= RAM_BYTES) return false;
    this.ram8[offset] = value;
    return true;
  }

  /**
   * Loads the registers of a list, a bit each from register 0 on.
   * @param address for which `hasRam` holds.
   * @returns the address behind the last.
   */
  loadList(address: number, list: number, registers: Uint32Array): number {
    let index = (address - RAM_START) >>> 2;
    for (let register = 0; register < 8; register += 1) {
      if ((list & (1 << register)) !== 0) registers[register] = this.ram32[index++] as number;
    }
    return RAM_START + 4 * index;
  }

  /** Stores them likewise. */
  storeList(address: number, list: number, registers: Uint32Array): number {
    let index = (address - RAM_START) >>> 2;
    for (let register = 0; register < 8; register += 1) {
      if ((list & (1 << register)) !== 0) this.ram32[index++] = registers[register] as number;
    }
    return RAM_START + 4 * index;
  }
}
