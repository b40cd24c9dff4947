import { CHECKSUM_BYTES, MAX_PAYLOAD_BYTES } from "./constants.js";

/** Unused bytes in front of the payload: with them the fields of the frames on the path of a number lie in whole words. */
const PAD_BYTES = 2;

/** One payload, whole and unframed. Made once and used again: nothing on the path of a number allocates. */
export class FrameBuffer {
  /**
   * The same memory once more, two bytes of nothing and then the payload, for what every turn reads and writes: in XS an
   * element of an array takes half as long as a call of `view`. All that this runs on is little-endian, as the wire is.
   */
  readonly words: Int32Array<ArrayBuffer>;
  /** Bytes of the payload, 0 to `MAX_PAYLOAD_BYTES`. */
  length = 0;
  /** The payload stands in `bytes[0..length)`; behind it is room for the checksum. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The same memory, for fields of more than one byte. All are little-endian. */
  readonly view: DataView<ArrayBuffer>;

  constructor() {
    const memory = new ArrayBuffer(PAD_BYTES + MAX_PAYLOAD_BYTES + CHECKSUM_BYTES);
    this.words = new Int32Array(memory);
    this.bytes = new Uint8Array(memory, PAD_BYTES);
    this.view = new DataView(memory, PAD_BYTES);
  }

  /** Writes four words to `bytes[at..at + 16)`, for which there is room. */
  fill(at: number, first: number, second: number, third: number, fourth: number): void {
    const { view } = this;
    view.setInt32(at, first, true);
    view.setInt32(at + 4, second, true);
    view.setInt32(at + 8, third, true);
    view.setInt32(at + 12, fourth, true);
  }

  copy(from: FrameBuffer): this {
    this.length = from.length;
    for (let index = 0; index < from.length; index += 1) this.bytes[index] = from.bytes[index] as number;
    return this;
  }
}
