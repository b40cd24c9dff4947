import { type Firmware, startFirmware } from "../../firmware/main.js";
import { ByteFramePort } from "../../firmware/ports/byte-frame-port.js";
import type { PortRate } from "../../firmware/ports/frame-port.js";
import { FlashLog } from "../../firmware/storage/flash-log.js";
import type { Timing } from "../../firmware/wire/constants.js";
import { Uint64 } from "../../firmware/wire/uint64.js";
import { ImageFlash } from "./image-flash.js";
import {
  ANSWER_HEADER_BYTES,
  MAX_ANSWER_BYTES,
  OFFSET_BIT_RATE,
  OFFSET_CHIP_ID,
  OFFSET_FLASH_BYTES,
  OFFSET_LINK_COUNT,
  OFFSET_MAX_BIT_RATE,
  OFFSET_PAGE_BYTES,
  OFFSET_PAGE_COUNT,
  OFFSET_PAGES,
  OFFSET_SECTOR_BYTES,
  OFFSET_SECTOR_COUNT,
  OFFSET_SEED,
  OFFSET_TIMING,
  OFFSET_TURN,
  OP_BOOT,
  PIECE_HEADER_BYTES,
  RATE_PORT,
  TIMING_FIELDS,
} from "./turn-codec.js";

/**
 * The board of a virtual card: it gives the firmware its ports, clock and storage, and talks with the rig in turns.
 * It runs in the engine, beside the firmware, and knows neither Node nor XS.
 */
export class CardRuntime {
  private firmware: Firmware | undefined;
  private ports: ByteFramePort[] = [];
  private room: number[] = [];
  private nowUs = 0;
  private wakeUpUs = 0;
  private flash: ImageFlash | undefined;
  private readonly answer = new Uint8Array(MAX_ANSWER_BYTES);
  private readonly answerView = new DataView(this.answer.buffer);
  private answerLength = 0;

  /** Runs one turn; `turn-codec.ts` has the layouts. */
  handle(buffer: ArrayBuffer): ArrayBuffer {
    const command = new Uint8Array(buffer);
    const view = new DataView(buffer);
    this.flash?.beginTurn();
    this.answerLength = ANSWER_HEADER_BYTES;
    if (view.getUint8(0) === OP_BOOT) this.boot(command, view);
    else this.takeIn(command, view, this.takeHeader(view, OFFSET_TURN));
    return this.finish();
  }

  private boot(command: Uint8Array, view: DataView): void {
    const linkCount = view.getUint8(OFFSET_LINK_COUNT);
    const flash = new ImageFlash({
      pageBytes: view.getUint16(OFFSET_PAGE_BYTES, true),
      sectorBytes: view.getUint32(OFFSET_SECTOR_BYTES, true),
      sectorCount: view.getUint8(OFFSET_SECTOR_COUNT),
    });
    this.flash = flash;
    const pagesEnd = loadPages(flash, command, view);
    this.ports = [];
    for (let port = 0; port <= linkCount; port += 1) {
      const sink = { write: (bytes: Uint8Array, length: number) => this.write(port, bytes, length) };
      this.ports.push(
        new ByteFramePort(sink, () => this.nowUs, port < linkCount ? this.rateOf(port, view) : undefined),
      );
    }
    this.takeHeader(view, pagesEnd);
    this.firmware = startFirmware({
      links: this.ports.slice(0, linkCount),
      host: this.ports[linkCount] as ByteFramePort,
      storage: new FlashLog(flash),
      chipId: new Uint64(view.getUint32(OFFSET_CHIP_ID, true), view.getUint32(OFFSET_CHIP_ID + 4, true)),
      randomSeed: view.getUint32(OFFSET_SEED, true),
      timing: readTiming(view),
      now: () => this.nowUs,
      wakeAt: (timeUs) => {
        this.wakeUpUs = timeUs;
      },
    });
  }

  /** Reads time and rooms. @returns where they end. */
  private takeHeader(view: DataView, start: number): number {
    this.nowUs = view.getFloat64(start, true);
    let offset = start + 8;
    for (let port = 0; port < this.ports.length; port += 1) {
      this.room[port] = view.getUint32(offset, true);
      offset += 4;
    }
    return offset;
  }

  private takeIn(command: Uint8Array, view: DataView, start: number): void {
    let offset = start;
    while (offset < command.length) {
      const port = this.ports[view.getUint8(offset)] as ByteFramePort;
      const end = offset + PIECE_HEADER_BYTES + view.getUint16(offset + 1, true);
      port.receive(command, offset + PIECE_HEADER_BYTES, end);
      offset = end;
    }
    if (this.nowUs >= this.wakeUpUs) this.firmware?.wake();
  }

  private rateOf(port: number, boot: DataView): PortRate {
    const configuredBaud = boot.getUint32(OFFSET_BIT_RATE, true);
    const maxBaud = Math.max(configuredBaud, boot.getUint32(OFFSET_MAX_BIT_RATE, true));
    return { configuredBaud, maxBaud, setBaud: (baud) => this.changeRate(port, baud) };
  }

  /** Among what is sent, in its place: the port's bytes before it leave at the old rate. */
  private changeRate(port: number, baud: number): void {
    this.answer[this.answerLength] = RATE_PORT + port;
    this.answerView.setUint16(this.answerLength + 1, 4, true);
    this.answerView.setUint32(this.answerLength + PIECE_HEADER_BYTES, baud, true);
    this.answerLength += PIECE_HEADER_BYTES + 4;
  }

  private write(port: number, bytes: Uint8Array, length: number): boolean {
    const end = this.answerLength + PIECE_HEADER_BYTES + length;
    if (length > (this.room[port] as number) || end > MAX_ANSWER_BYTES) return false;
    this.room[port] = (this.room[port] as number) - length;
    this.answer[this.answerLength] = port;
    this.answerView.setUint16(this.answerLength + 1, length, true);
    this.answer.set(bytes.subarray(0, length), this.answerLength + PIECE_HEADER_BYTES);
    this.answerLength = end;
    return true;
  }

  private finish(): ArrayBuffer {
    const operations = this.flash?.operations ?? [];
    const flashBytes = this.flash?.operationBytes ?? 0;
    this.answerView.setFloat64(0, this.wakeUpUs, true);
    this.answerView.setUint32(OFFSET_FLASH_BYTES, flashBytes, true);
    if (flashBytes === 0) return this.answer.buffer.slice(0, this.answerLength);
    const out = new Uint8Array(this.answerLength + flashBytes);
    out.set(this.answer.subarray(0, ANSWER_HEADER_BYTES));
    let offset = ANSWER_HEADER_BYTES;
    for (const operation of operations) {
      out.set(operation, offset);
      offset += operation.length;
    }
    out.set(this.answer.subarray(ANSWER_HEADER_BYTES, this.answerLength), offset);
    return out.buffer;
  }
}

/** @returns where the pages end. */
function loadPages(flash: ImageFlash, command: Uint8Array, view: DataView): number {
  let offset = OFFSET_PAGES;
  for (let left = view.getUint16(OFFSET_PAGE_COUNT, true); left > 0; left -= 1) {
    const end = offset + 2 + flash.pageBytes;
    flash.load(view.getUint16(offset, true), command.subarray(offset + 2, end));
    offset = end;
  }
  return offset;
}

function readTiming(view: DataView): Timing {
  const timing: Partial<Record<keyof Timing, number>> = {};
  TIMING_FIELDS.forEach((field, index) => {
    timing[field] = view.getUint32(OFFSET_TIMING + 4 * index, true);
  });
  return timing as Timing;
}
