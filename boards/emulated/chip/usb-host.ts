import { type RP2040, USBCDC } from "rp2040js";
import type { BoardAlarm, BoardClock } from "./board-clock.js";

/** Full speed: 12 Mbit a second. */
const NANOS_PER_BYTE = 8_000 / 12;
/** Token, data header, checksum, handshake and the gaps between them, in bytes of time. */
const OVERHEAD_BYTES = 13;
/** A computer that asked in vain asks again so soon. */
const POLL_NANOS = 5_000;
/** Of the largest bulk packet; one that is shorter ends a transfer. */
const PACKET_BYTES = 64;
/** What waits for a card that does not read; beyond, it is lost. */
const MAX_WAITING_BYTES = 65_536;
/** A bus that is silent for so long is asleep. */
const SUSPEND_NANOS = 3_000_000;

const SIE_STATUS = 0x50;
const SIE_SUSPENDED = 1 << 4;
/** Class request to an interface that sets the speed: seven bytes follow. */
const SET_LINE_CODING = [0x21, 0x20, 0, 0, 0, 0, 7, 0];
const LINE_CODING_BYTES = 7;

/** What the library keeps to itself: it tells the card at once that its packet has gone, before it has. */
interface Controller {
  /** Of the last write to a register, before set and clear were worked out. */
  readonly rawWriteValue: number;
  sieStatus: number;
  indicateBufferReady(endpoint: number, out: boolean): void;
  sieStatusUpdated(): void;
}

/** How far the library's computer has come with a card, and where the card's descriptors say that its data are. */
interface Enumeration {
  readonly inEndpoint: number;
  readonly outEndpoint: number;
  initialized: boolean;
  descriptorsSize: number | null;
  descriptors: number[];
  cdcSetControlLineState(value: number): void;
}

/**
 * The computer at a board's USB socket: it enumerates the board, opens its serial port with DTR and RTS, and moves
 * packets at the speed of the bus. It asks for nothing that it has no data for: the library's own computer answers at once
 * with empty packets, which keeps the card busy with nothing.
 */
export class UsbHost {
  /** Takes what the card sends, packet by packet. */
  onBytes: (bytes: Uint8Array) => void = () => {};
  /** Whether the serial port is open. */
  isOpen = false;
  /** Bytes from the computer that the card did not fetch. */
  lostBytes = 0;
  private readonly chip: RP2040;
  private readonly clock: BoardClock;
  private readonly port: USBCDC;
  private readonly controller: Controller;
  private readonly indicateReady: Controller["indicateBufferReady"];
  private readonly silence: BoardAlarm;
  private readonly outArrival: BoardAlarm;
  private readonly inArrival: BoardAlarm;
  private waiting: Uint8Array[] = [];
  private waitingBytes = 0;
  /** Bytes that the card has room for; 0 while it does not read. */
  private room = 0;
  private outPacket: Uint8Array | undefined;
  private inPacket: Uint8Array | undefined;
  private busFreeNanos = 0;
  private isPlugged = true;
  private isAsking = true;
  /** What the card would send, had anybody asked. */
  private offered: Uint8Array | undefined;
  /** What the card will fetch from endpoint 0. */
  private control: Uint8Array | undefined;

  constructor(chip: RP2040, clock: BoardClock) {
    this.chip = chip;
    this.clock = clock;
    this.port = new USBCDC(chip.usbCtrl);
    this.outArrival = clock.createAlarm(() => this.endOut());
    this.inArrival = clock.createAlarm(() => this.endIn());
    this.silence = clock.createAlarm(() => this.suspend());
    const { usbCtrl } = chip;
    const controller = usbCtrl as unknown as Controller;
    this.controller = controller;
    const writeRegister = usbCtrl.writeUint32.bind(usbCtrl);
    usbCtrl.writeUint32 = (offset, value) => {
      if (offset === SIE_STATUS) controller.sieStatus &= ~(controller.rawWriteValue & SIE_SUSPENDED);
      writeRegister(offset, value);
    };
    this.indicateReady = controller.indicateBufferReady.bind(usbCtrl);
    controller.indicateBufferReady = (endpoint, out) => {
      if (out || endpoint !== this.enumeration.inEndpoint) this.indicateReady(endpoint, out);
    };
    usbCtrl.writeDelayMicroseconds = 0;
    usbCtrl.onEndpointRead = (endpoint, size) => {
      if (endpoint === 0 && this.control !== undefined) {
        usbCtrl.endpointReadDone(0, this.control, 0);
        this.control = undefined;
      }
      if (endpoint !== this.enumeration.outEndpoint) return;
      this.room = size;
      this.startOut();
    };
    const onEndpointWrite = usbCtrl.onEndpointWrite;
    usbCtrl.onEndpointWrite = (endpoint, packet) => {
      if (endpoint === this.enumeration.inEndpoint) this.startIn(packet);
      else onEndpointWrite?.(endpoint, packet);
    };
    this.port.onDeviceConnected = () => {
      this.isOpen = true;
      this.startOut();
    };
  }

  /** A packet with data is on the bus, in either direction. */
  get isCarrying(): boolean {
    return this.inPacket !== undefined || this.outPacket !== undefined;
  }

  /** Whether the computer asks the card for data, as it does while its program reads. */
  set asks(asks: boolean) {
    this.isAsking = asks;
    const { offered } = this;
    this.offered = undefined;
    if (offered !== undefined) this.startIn(offered);
  }

  /** The cable is pulled, and the card keeps its power: what is on the bus is lost. */
  unplug(): void {
    this.isPlugged = false;
    this.isOpen = false;
    this.outArrival.cancel();
    this.inArrival.cancel();
    this.outPacket = undefined;
    this.inPacket = undefined;
    this.control = undefined;
    this.offered = undefined;
    this.waiting = [];
    this.waitingBytes = 0;
    this.room = 0;
    this.silence.schedule(SUSPEND_NANOS);
  }

  /** The cable is put back, or the computer begins anew: it resets the bus and enumerates the card again. */
  plugIn(): void {
    this.silence.cancel();
    this.isPlugged = true;
    this.enumeration.initialized = false;
    this.enumeration.descriptorsSize = null;
    this.enumeration.descriptors = [];
    this.chip.usbCtrl.resetDevice();
  }

  /** A program sets the lines of the open port: both where it opens it, neither where it closes it. */
  setLines(dtr: boolean, rts: boolean): void {
    this.enumeration.cdcSetControlLineState((dtr ? 1 : 0) | (rts ? 2 : 0));
  }

  /** A program sets the speed of the open port. */
  setBaudRate(baud: number): void {
    const coding = new Uint8Array(LINE_CODING_BYTES);
    new DataView(coding.buffer).setUint32(0, baud, true);
    coding[LINE_CODING_BYTES - 1] = 8;
    this.control = coding;
    this.chip.usbCtrl.sendSetupPacket(Uint8Array.from(SET_LINE_CODING));
  }

  /** Sends to the card; what it has no room for waits. Without a cable it goes nowhere. */
  send(bytes: Uint8Array): void {
    if (!this.isPlugged) return;
    if (this.waitingBytes + bytes.length > MAX_WAITING_BYTES) {
      this.lostBytes += bytes.length;
      return;
    }
    this.waiting.push(bytes);
    this.waitingBytes += bytes.length;
    this.startOut();
  }

  private get enumeration(): Enumeration {
    return this.port as unknown as Enumeration;
  }

  private suspend(): void {
    this.controller.sieStatus |= SIE_SUSPENDED;
    this.controller.sieStatusUpdated();
  }

  private startOut(): void {
    if (!this.isOpen || this.room === 0 || this.outPacket !== undefined || this.waitingBytes === 0) return;
    const packet = this.takeWaiting(Math.min(this.room, PACKET_BYTES));
    this.room = 0;
    this.outPacket = packet;
    this.outArrival.scheduleAt(this.occupyBus(0, packet.length));
  }

  private endOut(): void {
    const packet = this.outPacket as Uint8Array;
    this.outPacket = undefined;
    this.chip.usbCtrl.endpointReadDone(this.enumeration.outEndpoint, packet, 0);
  }

  private startIn(packet: Uint8Array): void {
    if (!this.isPlugged) return;
    if (!this.isAsking) {
      this.offered = packet;
      return;
    }
    this.inPacket = packet;
    this.inArrival.scheduleAt(this.occupyBus(POLL_NANOS, packet.length));
  }

  private endIn(): void {
    const packet = this.inPacket as Uint8Array;
    this.inPacket = undefined;
    this.indicateReady(this.enumeration.inEndpoint, false);
    if (packet.length > 0) this.onBytes(packet);
  }

  /** @returns when a packet of so many bytes is through, that can go after `delayNanos` at the earliest. */
  private occupyBus(delayNanos: number, bytes: number): number {
    const startNanos = Math.max(this.clock.nanos + delayNanos, this.busFreeNanos);
    this.busFreeNanos = startNanos + (bytes + OVERHEAD_BYTES) * NANOS_PER_BYTE;
    return this.busFreeNanos;
  }

  private takeWaiting(most: number): Uint8Array {
    const packet = new Uint8Array(Math.min(most, this.waitingBytes));
    for (let at = 0; at < packet.length; ) {
      const first = this.waiting[0] as Uint8Array;
      const part = first.subarray(0, packet.length - at);
      packet.set(part, at);
      at += part.length;
      if (part.length === first.length) this.waiting.shift();
      else this.waiting[0] = first.subarray(part.length);
    }
    this.waitingBytes -= packet.length;
    return packet;
  }
}
