/** A few Thumb instructions as halfwords, for programs that a test writes by hand. Registers are 0 to 7. */

/** `movs r, #value`, 0 to 255. */
export const move = (register: number, value: number): number => 0x2000 | (register << 8) | value;
/** `lsls r, r, #bits`. */
export const shiftLeft = (register: number, bits: number): number => (bits << 6) | (register << 3) | register;
/** `adds r, #value`. */
export const add = (register: number, value: number): number => 0x3000 | (register << 8) | value;
/** `str value, [base, #offset]`, a multiple of four up to 124. */
export const store = (value: number, base: number, offset = 0): number =>
  0x6000 | ((offset >> 2) << 6) | (base << 3) | value;
/** `ldr to, [base, #offset]`. */
export const load = (to: number, base: number, offset = 0): number =>
  0x6800 | ((offset >> 2) << 6) | (base << 3) | to;
/** `ands r, with`. */
export const and = (register: number, withRegister: number): number =>
  0x4000 | (withRegister << 3) | register;
/** `blx r`. */
export const call = (register: number): number => 0x4780 | (register << 3);
/** `b` by so many instructions, counted from this one. */
export const jump = (instructions: number): number => 0xe000 | ((instructions - 2) & 0x7ff);
/** `beq` likewise. */
export const jumpIfZero = (instructions: number): number => 0xd000 | ((instructions - 2) & 0xff);
/** `bne` likewise. */
export const jumpIfNot = (instructions: number): number => 0xd100 | ((instructions - 2) & 0xff);
export const BREAKPOINT = 0xbe00;
export const WAIT_FOR_INTERRUPT = 0xbf30;
export const INTERRUPTS_OFF = 0xb672;

/** A register's way to any 32-bit value. */
export function set(register: number, value: number): number[] {
  return [
    move(register, value >>> 24),
    shiftLeft(register, 8),
    add(register, (value >>> 16) & 0xff),
    shiftLeft(register, 8),
    add(register, (value >>> 8) & 0xff),
    shiftLeft(register, 8),
    add(register, value & 0xff),
  ];
}

/** Writes a value to an address, by way of registers 6 and 7. */
export function poke(address: number, value: number): number[] {
  return [...set(6, address), ...set(7, value), store(7, 6)];
}

/** Stays where it is. */
export const STAY: readonly number[] = [jump(0)];

/** The bytes of a program. */
export function assemble(...parts: readonly (readonly number[])[]): Uint8Array {
  return new Uint8Array(Uint16Array.from(parts.flat()).buffer);
}
