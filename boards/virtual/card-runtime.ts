import { type Firmware, startFirmware } from "../../firmware/main.js";
import { ByteFramePort } from "../../firmware/ports/byte-frame-port.js";
import { MAX_RECORD_BYTES, type RecordStore } from "../../firmware/storage/record-store.js";
import type { Timing } from "../../firmware/wire/constants.js";
import { Uint64 } from "../../firmware/wire/uint64.js";
import {
  MAX_ANSWER_BYTES,
  OFFSET_ANSWER_RECORD,
  OFFSET_ANSWER_RECORD_LENGTH,
  OFFSET_CHIP_ID,
  OFFSET_LINK_COUNT,
  OFFSET_RECORD,
  OFFSET_RECORD_LENGTH,
  OFFSET_RECORD_STATE,
  OFFSET_SEED,
  OFFSET_TIMING,
  OFFSET_TURN,
  OP_BOOT,
  PIECE_HEADER_BYTES,
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
  private readonly record = new StagedRecord();
  private readonly answer = new Uint8Array(MAX_ANSWER_BYTES);
  private readonly answerView = new DataView(this.answer.buffer);
  private answerLength = 0;

  /** Runs one turn; `turn-codec.ts` has the layouts. */
  handle(buffer: ArrayBuffer): ArrayBuffer {
    const command = new Uint8Array(buffer);
    const view = new DataView(buffer);
    this.record.dirty = false;
    this.answerLength = OFFSET_ANSWER_RECORD + MAX_RECORD_BYTES;
    if (view.getUint8(0) === OP_BOOT) this.boot(command, view);
    else this.takeIn(command, view, this.takeHeader(view, OFFSET_TURN));
    return this.finish();
  }

  private boot(command: Uint8Array, view: DataView): void {
    const linkCount = view.getUint8(OFFSET_LINK_COUNT);
    const recordEnd = OFFSET_RECORD + view.getUint8(OFFSET_RECORD_LENGTH);
    this.record.load(view.getInt8(OFFSET_RECORD_STATE), command.subarray(OFFSET_RECORD, recordEnd));
    this.ports = [];
    for (let port = 0; port <= linkCount; port += 1) {
      this.ports.push(new ByteFramePort({ write: (bytes, length) => this.write(port, bytes, length) }));
    }
    this.takeHeader(view, recordEnd);
    this.firmware = startFirmware({
      links: this.ports.slice(0, linkCount),
      host: this.ports[linkCount] as ByteFramePort,
      storage: this.record,
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

  /** The record's place in front of the frames was kept free; here the header is moved up against them. */
  private finish(): ArrayBuffer {
    const recordLength = this.record.dirty ? this.record.length : 0;
    const start = MAX_RECORD_BYTES - recordLength;
    this.answerView.setFloat64(start, this.wakeUpUs, true);
    this.answer[start + OFFSET_ANSWER_RECORD_LENGTH] = recordLength;
    this.answer.set(this.record.bytes.subarray(0, recordLength), start + OFFSET_ANSWER_RECORD);
    return this.answer.buffer.slice(start, this.answerLength);
  }
}

/** The record store of a virtual card: the rig makes what it took durable before anything that was sent gets out. */
class StagedRecord implements RecordStore {
  readonly bytes = new Uint8Array(MAX_RECORD_BYTES);
  length = 0;
  /** Whether something was written in this turn. */
  dirty = false;
  private state = 0;

  load(state: number, record: Uint8Array): void {
    this.state = state;
    this.length = record.length;
    this.bytes.fill(0);
    this.bytes.set(record);
  }

  read(into: Uint8Array): number {
    into.set(this.bytes);
    return this.state;
  }

  write(bytes: Uint8Array, length: number): boolean {
    if (length < 1 || length > MAX_RECORD_BYTES) return false;
    this.load(1, bytes.subarray(0, length));
    this.dirty = true;
    return true;
  }
}

function readTiming(view: DataView): Timing {
  const timing: Partial<Record<keyof Timing, number>> = {};
  TIMING_FIELDS.forEach((field, index) => {
    timing[field] = view.getUint32(OFFSET_TIMING + 4 * index, true);
  });
  return timing as Timing;
}
