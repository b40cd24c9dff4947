import test from "ava";
import type { Board } from "../../../../boards/emulated/chip/board.js";
import { makeBoard } from "../test-board.js";
import { assemble, STAY } from "../thumb.js";

const USB = 0x5011_0000;
const MAIN_CTRL = USB + 0x40;
const SIE_STATUS_CLEAR = USB + 0x3000 + 0x50;
const SIE_STATUS = USB + 0x50;
const BUFF_STATUS = USB + 0x58;
const DPRAM = 0x5010_0000;
const BUS_RESET = 1 << 19;
const SETUP_REC = 1 << 17;
const SUSPENDED = 1 << 4;
const AVAILABLE = 1 << 10;
const FULL = 1 << 15;

/** A configuration whose data interface has bulk endpoints 2, in and out. */
const CONFIGURATION = [
  [9, 2, 32, 0, 1, 1, 0, 0x80, 50],
  [9, 4, 1, 0, 2, 10, 0, 0, 0],
  [7, 5, 0x82, 2, 64, 0, 0],
  [7, 5, 0x02, 2, 64, 0, 0],
].flat();

/** A card's side of USB, played by hand on the registers of its controller. */
class Device {
  readonly board: Board;
  readonly heard: { bytes: number[]; nanos: number }[] = [];

  constructor() {
    this.board = makeBoard(assemble(STAY)).board;
    this.board.usb.onBytes = (bytes) => this.heard.push({ bytes: [...bytes], nanos: this.board.clock.nanos });
  }

  /** Answers what a computer asks when it meets a card, until its port is open. */
  enumerate(): this {
    this.write(MAIN_CTRL, 1);
    return this.answerReset();
  }

  /** Lets the bus be reset, and answers all that follows. */
  answerReset(): this {
    this.pass(11_000_000);
    this.write(SIE_STATUS_CLEAR, BUS_RESET);
    for (let turn = 0; turn < 20 && !this.board.usb.isOpen; turn += 1) {
      this.pass(100_000);
      if ((this.read(SIE_STATUS) & SETUP_REC) === 0) continue;
      this.write(SIE_STATUS_CLEAR, SETUP_REC);
      const setup = this.setup();
      const length = (setup[6] as number) | ((setup[7] as number) << 8);
      // GET_DESCRIPTOR wants so much of the configuration; all else an empty packet.
      this.sendFrom(0, setup[1] === 6 ? CONFIGURATION.slice(0, length) : []);
    }
    // Endpoint 2: data at 0x200 in and 0x280 out.
    this.write(DPRAM + 0x10, 0x8000_0000 | 0x200);
    this.write(DPRAM + 0x14, 0x8000_0000 | 0x280);
    return this;
  }

  /** @returns what the computer wants, as its setup packet says. */
  setup(): number[] {
    return [...this.board.chip.usbDPRAM.subarray(0, 8)];
  }

  /** Hands the controller a packet to send. */
  sendFrom(endpoint: number, bytes: readonly number[]): void {
    this.board.chip.usbDPRAM.set(bytes, endpoint === 0 ? 0x100 : 0x200);
    this.write(DPRAM + 0x80 + 8 * endpoint, AVAILABLE | FULL | bytes.length);
  }

  /** Gives the controller room for a packet. */
  listen(): void {
    this.write(BUFF_STATUS, 0xffff_ffff);
    this.write(DPRAM + 0x84 + 8 * 2, AVAILABLE | 64);
  }

  /** @returns the packet that has come; undefined where none has. */
  packet(): number[] | undefined {
    if ((this.read(BUFF_STATUS) & (1 << 5)) === 0) return undefined;
    const length = this.read(DPRAM + 0x84 + 8 * 2) & 0x3ff;
    return [...this.board.chip.usbDPRAM.subarray(0x280, 0x280 + length)];
  }

  pass(nanos: number): void {
    this.board.runUntil(this.board.clock.nanos + nanos);
  }

  write(address: number, value: number): void {
    this.board.chip.writeUint32(address, value >>> 0);
  }

  read(address: number): number {
    return this.board.chip.readUint32(address);
  }
}

test("the computer enumerates a card and opens its port", (t) => {
  const device = new Device();
  t.false(device.board.usb.isOpen);
  device.enumerate();
  t.true(device.board.usb.isOpen);
});

test("a card that listens hears nothing until there is something, then packets of 64 bytes", (t) => {
  const device = new Device().enumerate();
  device.listen();
  device.pass(5_000_000);
  t.is(device.packet(), undefined);
  const sent = Array.from({ length: 100 }, (_, index) => index);
  device.board.usb.send(Uint8Array.from(sent));
  device.pass(40_000);
  t.is(device.packet(), undefined, "64 bytes take 51 us on the bus");
  device.pass(20_000);
  t.deepEqual(device.packet(), sent.slice(0, 64));
  device.pass(1_000_000);
  device.listen();
  device.pass(40_000);
  t.deepEqual(device.packet(), sent.slice(64));
});

test("what comes while the card does not listen waits, up to a bound", (t) => {
  const device = new Device().enumerate();
  device.board.usb.send(Uint8Array.of(1, 2));
  device.board.usb.send(Uint8Array.of(3));
  device.board.usb.send(new Uint8Array(65_536));
  t.is(device.board.usb.lostBytes, 65_536);
  device.listen();
  device.pass(100_000);
  t.deepEqual(device.packet(), [1, 2, 3]);
});

test("a card's packet is gone when the bus has carried it, not before", (t) => {
  const device = new Device().enumerate();
  device.write(BUFF_STATUS, 0xffff_ffff);
  const startNanos = device.board.clock.nanos;
  device.sendFrom(2, [7, 8, 9]);
  device.pass(10_000);
  t.is(device.read(BUFF_STATUS) & (1 << 4), 0);
  t.deepEqual(device.heard, []);
  device.pass(10_000);
  t.is(device.read(BUFF_STATUS) & (1 << 4), 1 << 4);
  t.deepEqual(device.heard[0]?.bytes, [7, 8, 9]);
  const tookNanos = (device.heard[0]?.nanos ?? 0) - startNanos;
  t.true(tookNanos > 15_000 && tookNanos < 17_000, `${tookNanos}`);
});

test("a cable that is pulled carries nothing, the bus falls asleep, and the computer begins anew", (t) => {
  const device = new Device().enumerate();
  const { usb } = device.board;
  device.sendFrom(2, [1, 2, 3]);
  device.pass(1_000);
  t.true(usb.isCarrying);
  usb.unplug();
  t.false(usb.isCarrying);
  usb.send(Uint8Array.of(9));
  device.listen();
  device.pass(2_900_000);
  t.is(device.read(SIE_STATUS) & SUSPENDED, 0);
  device.pass(200_000);
  t.is(device.read(SIE_STATUS) & SUSPENDED, SUSPENDED);
  device.write(SIE_STATUS_CLEAR, SUSPENDED);
  t.is(device.read(SIE_STATUS) & SUSPENDED, 0);
  device.sendFrom(2, [4]);
  device.pass(1_000_000);
  t.deepEqual(device.heard, []);
  t.is(device.packet(), undefined);
  t.is(usb.lostBytes, 0);

  usb.plugIn();
  t.false(usb.isOpen);
  device.answerReset();
  t.true(usb.isOpen);
  device.listen();
  usb.send(Uint8Array.of(5));
  device.pass(1_000_000);
  t.deepEqual(device.packet(), [5]);
});

test("a cable that is put back before the bus falls asleep is only reset", (t) => {
  const device = new Device().enumerate();
  device.board.usb.unplug();
  device.pass(1_000_000);
  device.board.usb.plugIn();
  device.answerReset();
  t.is(device.read(SIE_STATUS) & SUSPENDED, 0);
  t.true(device.board.usb.isOpen);
});

test("a computer that does not ask gets what the card has offered once it does", (t) => {
  const device = new Device().enumerate();
  const { usb } = device.board;
  usb.asks = false;
  device.sendFrom(2, [1, 2]);
  device.pass(1_000_000);
  t.deepEqual(device.heard, []);
  usb.asks = true;
  device.pass(20_000);
  t.deepEqual(device.heard[0]?.bytes, [1, 2]);
  device.pass(1_000_000);
  t.is(device.heard.length, 1);
});

test("a program sets the lines and the speed of the port", (t) => {
  const device = new Device().enumerate();
  const { usb } = device.board;
  for (const [dtr, rts, value] of [
    [false, false, 0],
    [true, false, 1],
    [false, true, 2],
    [true, true, 3],
  ] as const) {
    usb.setLines(dtr, rts);
    t.is(device.read(SIE_STATUS) & SETUP_REC, SETUP_REC);
    device.write(SIE_STATUS_CLEAR, SETUP_REC);
    t.deepEqual(device.setup(), [0x20, 0x22, value, 0, 0, 0, 0, 0]);
    device.sendFrom(0, []);
    device.pass(100_000);
  }
  usb.setBaudRate(1_200);
  t.deepEqual(device.setup(), [0x21, 0x20, 0, 0, 0, 0, 7, 0]);
  device.write(DPRAM + 0x84, AVAILABLE | 7);
  device.pass(100_000);
  t.is(device.read(BUFF_STATUS) & 2, 2);
  t.deepEqual([...device.board.chip.usbDPRAM.subarray(0x100, 0x107)], [0xb0, 4, 0, 0, 0, 0, 8]);
});
