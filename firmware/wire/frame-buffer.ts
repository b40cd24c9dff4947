import { CHECKSUM_BYTES, MAX_PAYLOAD_BYTES } from "./constants.js";

/** One payload, whole and unframed. Made once and used again: nothing on the path of a number allocates. */
export class FrameBuffer {
  /** The payload stands in `bytes[0..length)`; behind it is room for the checksum. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The same memory, for fields of more than one byte. All are little-endian. */
  readonly view: DataView<ArrayBuffer>;
  /** Bytes of the payload, 0 to `MAX_PAYLOAD_BYTES`. */
  length = 0;

  constructor() {
    this.bytes = new Uint8Array(MAX_PAYLOAD_BYTES + CHECKSUM_BYTES);
    this.view = new DataView(this.bytes.buffer);
  }

  copy(from: FrameBuffer): this {
    this.length = from.length;
    for (let index = 0; index < from.length; index += 1) this.bytes[index] = from.bytes[index] as number;
    return this;
  }
}
