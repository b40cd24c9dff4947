import test from "ava";
import type { Board } from "../../../../boards/emulated/chip/board.js";
import type { LineFormat } from "../../../../boards/emulated/chip/sampling.js";
import { makeBoard } from "../test-board.js";
import { assemble, STAY } from "../thumb.js";

const UART0 = 0x4003_4000;
const DR = UART0;
const FR = UART0 + 0x18;
const IMSC = UART0 + 0x38;
const RIS = UART0 + 0x3c;
const DMACR = UART0 + 0x48;
const BUSY = 8;
const TXFF = 32;
const RXFE = 16;
const RECEIVE = 16;
const TIMEOUT = 64;
const OVERRUN = 1_024;
const BYTE_NANOS = 5_000;
const FORMAT: LineFormat = { bitNanos: 500, dataBits: 8, parity: "none", stopBits: 1 };

interface Character {
  readonly value: number;
  readonly nanos: number;
}

/** A board whose UART 0 runs at 2 Mbaud with FIFOs; what it sends is in `sent`. */
function makeUart(
  integerDivisor = 3,
  fraction = 58,
): { board: Board; sent: Character[]; format: LineFormat[] } {
  const { board } = makeBoard(assemble(STAY));
  const sent: Character[] = [];
  const format: LineFormat[] = [];
  board.chip.writeUint32(UART0 + 0x24, integerDivisor);
  board.chip.writeUint32(UART0 + 0x28, fraction);
  board.chip.writeUint32(UART0 + 0x2c, 0x70);
  board.chip.writeUint32(UART0 + 0x30, 0x301);
  for (const uart of board.uarts.slice(0, 1)) {
    uart.onCharacter = (value, nanos, used) => {
      sent.push({ value, nanos });
      format.push(used);
    };
  }
  return { board, sent, format };
}

function receive(board: Board, ...values: number[]): void {
  for (const value of values) board.uarts[0]?.receive(value, FORMAT);
}

test("characters leave one behind the other, at the bit rate of the registers", (t) => {
  const { board, format, sent } = makeUart();
  for (const value of [1, 2, 3]) board.chip.writeUint32(DR, value);
  t.is(board.chip.readUint32(FR) & BUSY, BUSY);
  board.runUntil(14_000);
  t.is(board.chip.readUint32(FR) & BUSY, BUSY);
  board.runUntil(16_000);
  t.is(board.chip.readUint32(FR) & BUSY, 0);
  t.deepEqual(
    sent.map(({ value }) => value),
    [1, 2, 3],
  );
  const byteNanos = 10 * (format[0]?.bitNanos ?? 0);
  t.true(Math.abs(byteNanos - BYTE_NANOS) < 10, `${byteNanos}`);
  t.is((sent[1]?.nanos ?? 0) - (sent[0]?.nanos ?? 0), byteNanos);
  t.is((sent[2]?.nanos ?? 0) - (sent[1]?.nanos ?? 0), byteNanos);
});

test("33 characters fill the FIFO and the shift register, and a full one takes no more", (t) => {
  const { board, sent } = makeUart();
  for (let value = 0; value < 40; value += 1) board.chip.writeUint32(DR, value);
  t.is(board.chip.readUint32(FR) & TXFF, TXFF);
  board.runUntil(300_000);
  t.is(sent.length, 33);
});

test("reception asks for attention by level, or after 32 bit times of silence", (t) => {
  const { board } = makeUart();
  board.chip.writeUint32(UART0 + 0x34, 0);
  receive(board, 1, 2, 3);
  t.is(board.chip.readUint32(RIS) & (RECEIVE | TIMEOUT), 0);
  board.runUntil(15_000);
  t.is(board.chip.readUint32(RIS) & TIMEOUT, 0);
  board.runUntil(17_000);
  t.is(board.chip.readUint32(RIS) & TIMEOUT, TIMEOUT);
  receive(board, 4);
  t.is(board.chip.readUint32(RIS) & RECEIVE, RECEIVE);
  t.deepEqual(
    [1, 2, 3, 4].map(() => board.chip.readUint32(DR)),
    [1, 2, 3, 4],
  );
  t.is(board.chip.readUint32(RIS) & (RECEIVE | TIMEOUT), 0);
  t.is(board.chip.readUint32(FR) & RXFE, RXFE);
});

test("an interrupt reaches the core only where it is let through", (t) => {
  const { board } = makeUart();
  const isPending = (): boolean => (board.chip.core.pendingInterrupts & (1 << 20)) !== 0;
  receive(board, ...Array.from({ length: 16 }, (_, value) => value));
  t.false(isPending());
  board.chip.writeUint32(IMSC, RECEIVE);
  t.true(isPending());
  board.chip.readUint32(DR);
  t.false(isPending());
});

test("a full receive FIFO loses what comes, counts it and says so", (t) => {
  const { board } = makeUart();
  receive(board, ...Array.from({ length: 35 }, (_, value) => value));
  t.is(board.uarts[0]?.overruns, 3);
  t.is(board.chip.readUint32(RIS) & OVERRUN, OVERRUN);
  for (let value = 0; value < 32; value += 1) t.is(board.chip.readUint32(DR), value);
  receive(board, 99);
  t.is(board.chip.readUint32(DR), 99 | (1 << 11), "the next one tells of the loss");
});

test("at another bit rate than the sender's, characters come garbled, with framing errors", (t) => {
  const { board } = makeUart(7, 52);
  receive(board, 0x55, 0x00, 0x31);
  const read = [1, 2, 3].map(() => board.chip.readUint32(DR));
  t.true(read.every((entry, index) => (entry & 0xff) !== [0x55, 0x00, 0x31][index]));
});

test("a UART that is off neither sends nor hears", (t) => {
  const { board, sent } = makeUart();
  board.chip.writeUint32(UART0 + 0x30, 0x300);
  board.chip.writeUint32(DR, 1);
  receive(board, 1);
  t.is(board.chip.readUint32(FR) & RXFE, RXFE);
  t.deepEqual(sent, []);
  t.is(board.uarts[0]?.format, undefined);
  board.chip.writeUint32(UART0 + 0x30, 0x301);
  t.is(sent.length, 1);
});

test("DMA fetches what was received into a ring, and keeps the transmitter fed", (t) => {
  const { board, sent } = makeUart();
  const { chip } = board;
  const channel = (index: number, offset: number): number => 0x5000_0000 + 0x40 * index + offset;
  chip.writeUint32(DMACR, 3);
  // Receive: bytes, write address rising in a ring of 16, request of UART 0's receiver.
  chip.writeUint32(channel(0, 0x0), DR);
  chip.writeUint32(channel(0, 0x4), 0x2000_0100);
  chip.writeUint32(channel(0, 0x8), 0xffff_ffff);
  chip.writeUint32(channel(0, 0xc), (21 << 15) | (0 << 11) | (1 << 10) | (4 << 6) | (1 << 5) | 1);
  for (let value = 1; value <= 20; value += 1) {
    receive(board, value);
    board.runUntil(value * BYTE_NANOS);
  }
  t.deepEqual(
    [...chip.sram.subarray(0x100, 0x110)],
    [17, 18, 19, 20, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
  );
  t.is(board.uarts[0]?.overruns, 0);
  // Transmit: 60 bytes, more than the FIFO holds.
  chip.sram.set(
    Uint8Array.from({ length: 60 }, (_, index) => index),
    0x200,
  );
  chip.writeUint32(channel(1, 0x0), 0x2000_0200);
  chip.writeUint32(channel(1, 0x4), DR);
  chip.writeUint32(channel(1, 0x8), 60);
  chip.writeUint32(channel(1, 0xc), (20 << 15) | (1 << 11) | (1 << 4) | 1);
  board.runUntil(60 * BYTE_NANOS + 20 * BYTE_NANOS + 10_000);
  t.deepEqual(
    sent.map(({ value }) => value),
    Array.from({ length: 60 }, (_, index) => index),
  );
});
