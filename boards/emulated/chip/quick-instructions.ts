import type { RP2040 } from "rp2040js";
import { CoreArithmetic, countBits } from "./core-arithmetic.js";
import { KINDS } from "./opcode-kinds.js";
import { QuickMemory } from "./quick-memory.js";

/** What each instruction does to registers, flags and memory, and how long it takes. */
export class QuickInstructions extends CoreArithmetic {
  private readonly memory: QuickMemory;

  constructor(chip: RP2040) {
    super(chip.core);
    this.memory = new QuickMemory(chip);
  }

  /** @returns the cycles it took; 0, having changed nothing, where the next instruction is the library's. */
  protected step(): number {
    const { core, memory, registers } = this;
    const pc = registers[15] as number;
    const instruction = memory.fetch(pc);
    const low = instruction & 7;
    const middle = (instruction >> 3) & 7;
    const high = (instruction >> 6) & 7;
    const wide = (instruction >> 8) & 7;
    let cycles = 1;
    let next = pc + 2;
    switch (KINDS[instruction]) {
      case 1 /* MoveImmediate */:
        this.setResult(wide, instruction & 0xff);
        break;
      case 2 /* CompareImmediate */:
        this.subtract(registers[wide] as number, instruction & 0xff);
        break;
      case 3 /* AddImmediate8 */:
        registers[wide] = this.add(registers[wide] as number, instruction & 0xff);
        break;
      case 4 /* SubtractImmediate8 */:
        registers[wide] = this.subtract(registers[wide] as number, instruction & 0xff);
        break;
      case 5 /* AddImmediate3 */:
        registers[low] = this.add(registers[middle] as number, high);
        break;
      case 6 /* SubtractImmediate3 */:
        registers[low] = this.subtract(registers[middle] as number, high);
        break;
      case 7 /* AddRegister */:
        registers[low] = this.add(registers[middle] as number, registers[high] as number);
        break;
      case 8 /* SubtractRegister */:
        registers[low] = this.subtract(registers[middle] as number, registers[high] as number);
        break;
      case 9 /* ShiftLeft */:
        {
          const shift = (instruction >> 6) & 31;
          const input = registers[middle] as number;
          if (shift > 0) core.C = ((input >>> (32 - shift)) & 1) !== 0;
          this.setResult(low, input << shift);
          break;
        }
      case 10 /* ShiftRight */:
        {
          const shift = (instruction >> 6) & 31;
          const input = registers[middle] as number;
          core.C = ((input >>> (shift === 0 ? 31 : shift - 1)) & 1) !== 0;
          this.setResult(low, shift === 0 ? 0 : input >>> shift);
          break;
        }
      case 11 /* ShiftRightSigned */:
        {
          const shift = (instruction >> 6) & 31;
          const input = registers[middle] as number;
          core.C = ((input >>> (shift === 0 ? 31 : shift - 1)) & 1) !== 0;
          this.setResult(low, input >> (shift === 0 ? 31 : shift));
          break;
        }
      case 12 /* And */:
        this.setResult(low, (registers[low] as number) & (registers[middle] as number));
        break;
      case 13 /* ExclusiveOr */:
        this.setResult(low, (registers[low] as number) ^ (registers[middle] as number));
        break;
      case 14 /* Or */:
        this.setResult(low, (registers[low] as number) | (registers[middle] as number));
        break;
      case 15 /* BitClear */:
        this.setResult(low, (registers[low] as number) & ~(registers[middle] as number));
        break;
      case 16 /* Not */:
        this.setResult(low, ~(registers[middle] as number));
        break;
      case 17 /* Test */:
        {
          const result = (registers[low] as number) & (registers[middle] as number);
          core.N = result < 0;
          core.Z = result === 0;
          break;
        }
      case 18 /* Compare */:
        this.subtract(registers[low] as number, registers[middle] as number);
        break;
      case 19 /* Multiply */:
        this.setResult(low, Math.imul(registers[low] as number, registers[middle] as number));
        break;
      case 20 /* Negate */:
        registers[low] = this.subtract(0, registers[middle] as number);
        break;
      case 21 /* AddHigh */:
        {
          const to = ((instruction & 0x80) >> 4) | low;
          const from = (instruction >> 3) & 15;
          if (to >= 13 || from === 15) return 0;
          registers[to] = (registers[to] as number) + (registers[from] as number);
          break;
        }
      case 22 /* CompareHigh */:
        {
          const left = ((instruction >> 4) & 8) | low;
          const right = (instruction >> 3) & 15;
          if (left === 15 || right === 15) return 0;
          this.subtract(registers[left] as number, registers[right] as number);
          break;
        }
      case 23 /* MoveHigh */:
        {
          const to = ((instruction >> 4) & 8) | low;
          const from = (instruction >> 3) & 15;
          if (to === 13 || to === 15 || from === 15) return 0;
          registers[to] = registers[from] as number;
          break;
        }
      case 24 /* LoadLiteral */:
        {
          const value = memory.load32(((pc + 4) & ~3) + ((instruction & 0xff) << 2));
          if (value < 0) return 0;
          registers[wide] = value;
          cycles = 2;
          break;
        }
      case 25 /* LoadWord */:
        {
          const value = memory.load32((registers[middle] as number) + ((instruction >> 4) & 0x7c));
          if (value < 0) return 0;
          registers[low] = value;
          cycles = 2;
          break;
        }
      case 26 /* LoadWordRegister */:
        {
          const value = memory.load32((registers[middle] as number) + (registers[high] as number));
          if (value < 0) return 0;
          registers[low] = value;
          cycles = 2;
          break;
        }
      case 27 /* LoadWordStack */:
        {
          const value = memory.load32((registers[13] as number) + ((instruction & 0xff) << 2));
          if (value < 0) return 0;
          registers[wide] = value;
          cycles = 2;
          break;
        }
      case 28 /* LoadByte */:
        {
          const value = memory.load8((registers[middle] as number) + ((instruction >> 6) & 31));
          if (value < 0) return 0;
          registers[low] = value;
          cycles = 2;
          break;
        }
      case 29 /* LoadByteRegister */:
        {
          const value = memory.load8((registers[middle] as number) + (registers[high] as number));
          if (value < 0) return 0;
          registers[low] = value;
          cycles = 2;
          break;
        }
      case 30 /* LoadHalf */:
        {
          const value = memory.load16((registers[middle] as number) + ((instruction >> 5) & 0x3e));
          if (value < 0) return 0;
          registers[low] = value;
          cycles = 2;
          break;
        }
      case 31 /* LoadHalfRegister */:
        {
          const value = memory.load16((registers[middle] as number) + (registers[high] as number));
          if (value < 0) return 0;
          registers[low] = value;
          cycles = 2;
          break;
        }
      case 32 /* LoadSignedByte */:
        {
          const value = memory.load8((registers[middle] as number) + (registers[high] as number));
          if (value < 0) return 0;
          registers[low] = (value << 24) >> 24;
          cycles = 2;
          break;
        }
      case 33 /* LoadSignedHalf */:
        {
          const value = memory.load16((registers[middle] as number) + (registers[high] as number));
          if (value < 0) return 0;
          registers[low] = (value << 16) >> 16;
          cycles = 2;
          break;
        }
      case 34 /* StoreWord */:
        {
          const address = (registers[middle] as number) + ((instruction >> 4) & 0x7c);
          if (!memory.store32(address, registers[low] as number)) return 0;
          cycles = 2;
          break;
        }
      case 35 /* StoreWordRegister */:
        {
          const address = (registers[middle] as number) + (registers[high] as number);
          if (!memory.store32(address, registers[low] as number)) return 0;
          cycles = 2;
          break;
        }
      case 36 /* StoreWordStack */:
        {
          const address = (registers[13] as number) + ((instruction & 0xff) << 2);
          if (!memory.store32(address, registers[wide] as number)) return 0;
          cycles = 2;
          break;
        }
      case 37 /* StoreByte */:
        {
          const address = (registers[middle] as number) + ((instruction >> 6) & 31);
          if (!memory.store8(address, registers[low] as number)) return 0;
          cycles = 2;
          break;
        }
      case 38 /* StoreByteRegister */:
        {
          const address = (registers[middle] as number) + (registers[high] as number);
          if (!memory.store8(address, registers[low] as number)) return 0;
          cycles = 2;
          break;
        }
      case 39 /* StoreHalf */:
        {
          const address = (registers[middle] as number) + ((instruction >> 5) & 0x3e);
          if (!memory.store16(address, registers[low] as number)) return 0;
          cycles = 2;
          break;
        }
      case 40 /* StoreHalfRegister */:
        {
          const address = (registers[middle] as number) + (registers[high] as number);
          if (!memory.store16(address, registers[low] as number)) return 0;
          cycles = 2;
          break;
        }
      case 41 /* AddStackTo */:
        registers[wide] = (registers[13] as number) + ((instruction & 0xff) << 2);
        break;
      case 42 /* AddStack */:
        registers[13] = (registers[13] as number) + ((instruction & 0x7f) << 2);
        break;
      case 43 /* SubtractStack */:
        registers[13] = (registers[13] as number) - ((instruction & 0x7f) << 2);
        break;
      case 44 /* Push */:
        {
          const list = instruction & 0x1ff;
          const bottom = (registers[13] as number) - 4 * countBits(list);
          if (!memory.hasRam(bottom)) return 0;
          const end = memory.storeList(bottom, list & 0xff, registers);
          if (list & 0x100) memory.store32(end, registers[14] as number);
          registers[13] = bottom;
          cycles = 1 + countBits(list & 0xff);
          break;
        }
      case 45 /* Pop */:
        {
          const list = instruction & 0xff;
          const bottom = registers[13] as number;
          if (!memory.hasRam(bottom)) return 0;
          cycles = 1 + countBits(list);
          let end = bottom + 4 * countBits(list);
          if (instruction & 0x100) {
            next = memory.load32(end);
            // An exception that ends.
            if (next >>> 28 === 15) return 0;
            next &= ~1;
            end += 4;
            cycles += 2;
          }
          memory.loadList(bottom, list, registers);
          registers[13] = end;
          break;
        }
      case 46 /* LoadMany */:
        {
          const base = registers[wide] as number;
          const list = instruction & 0xff;
          if (!memory.hasRam(base) || (base & 3) !== 0) return 0;
          const end = memory.loadList(base, list, registers);
          if ((list & (1 << wide)) === 0) registers[wide] = end;
          cycles = 1 + countBits(list);
          break;
        }
      case 47 /* StoreMany */:
        {
          const base = registers[wide] as number;
          const list = instruction & 0xff;
          if (!memory.hasRam(base) || (base & 3) !== 0) return 0;
          const end = memory.storeList(base, list, registers);
          if ((list & (1 << wide)) === 0) registers[wide] = end;
          cycles = 1 + countBits(list);
          break;
        }
      case 48 /* ExtendByte */:
        registers[low] = (registers[middle] as number) & 0xff;
        break;
      case 49 /* ExtendHalf */:
        registers[low] = (registers[middle] as number) & 0xffff;
        break;
      case 50 /* ExtendSignedByte */:
        registers[low] = ((registers[middle] as number) << 24) >> 24;
        break;
      case 51 /* ExtendSignedHalf */:
        registers[low] = ((registers[middle] as number) << 16) >> 16;
        break;
      case 52 /* BranchIf */:
        if (this.holds((instruction >> 8) & 15)) {
          next = pc + 4 + ((instruction << 24) >> 23);
          cycles = 2;
        }
        break;
      case 53 /* Branch */:
        next = pc + 4 + ((instruction << 21) >> 20);
        cycles = 2;
        break;
      case 54 /* BranchLink */:
        {
          const second = memory.fetch(pc + 2);
          if ((second & 0xd000) !== 0xd000) return 0;
          const sign = (instruction >> 10) & 1;
          const first = 1 - (sign ^ ((second >> 13) & 1));
          const other = 1 - (sign ^ ((second >> 11) & 1));
          const top = (sign === 1 ? -1 << 24 : 0) | (first << 23) | (other << 22);
          registers[14] = (pc + 4) | 1;
          next = pc + 4 + (top | ((instruction & 0x3ff) << 12) | ((second & 0x7ff) << 1));
          cycles = 3;
          break;
        }
      case 55 /* BranchExchange */:
        {
          next = registers[(instruction >> 3) & 15] as number;
          if (next >>> 28 === 15 || ((instruction >> 3) & 15) === 15) return 0;
          next &= ~1;
          cycles = 2;
          break;
        }
      case 56 /* BranchLinkExchange */:
        {
          next = (registers[(instruction >> 3) & 15] as number) & ~1;
          if (((instruction >> 3) & 15) >= 14) return 0;
          registers[14] = (pc + 2) | 1;
          cycles = 2;
          break;
        }
      default:
        return 0;
    }
    registers[15] = next;
    return cycles;
  }
}
