/** Netstrings, `12:hello world!,`, in which `xsnap-worker` speaks. */
const COLON = 0x3a;
const COMMA = 0x2c;
const DIGIT_0 = 0x30;

export function encodeNetstring(prefix: string, body: Uint8Array): Buffer {
  const head = Buffer.from(`${prefix.length + body.length}:${prefix}`, "latin1");
  const out = Buffer.allocUnsafe(head.length + body.length + 1);
  out.set(head, 0);
  out.set(body, head.length);
  out[out.length - 1] = COMMA;
  return out;
}

/** Finds netstrings in a stream of bytes. */
export class NetstringDecoder {
  private readonly onString: (body: Buffer) => void;
  private readonly maxBytes: number;
  private rest: Buffer = Buffer.alloc(0);

  /**
   * @param onString is handed each body; it may keep it.
   * @param maxBytes longest body that is taken.
   */
  constructor(onString: (body: Buffer) => void, maxBytes: number) {
    this.onString = onString;
    this.maxBytes = maxBytes;
  }

  /**
   * Takes any piece of the stream.
   * @throws Error where the stream is none of netstrings, or one is too long: there is no way back into step.
   */
  push(bytes: Buffer): void {
    let input = this.rest.length === 0 ? bytes : Buffer.concat([this.rest, bytes]);
    for (;;) {
      const used = this.takeOne(input);
      if (used === 0) break;
      input = input.subarray(used);
    }
    this.rest = input;
  }

  /** @returns bytes used; 0 where the netstring is not whole yet. */
  private takeOne(input: Buffer): number {
    const maxDigits = String(this.maxBytes).length;
    let length = 0;
    for (let index = 0; index < input.length; index += 1) {
      const byte = input[index] as number;
      if (byte === COLON && index > 0) return this.takeBody(input, index + 1, length);
      const digit = byte - DIGIT_0;
      if (digit < 0 || digit > 9 || index >= maxDigits) throw new Error("not a netstring");
      length = length * 10 + digit;
      if (length > this.maxBytes) throw new Error(`a netstring of more than ${this.maxBytes} bytes`);
    }
    return 0;
  }

  private takeBody(input: Buffer, start: number, length: number): number {
    const end = start + length;
    if (input.length <= end) return 0;
    if (input[end] !== COMMA) throw new Error("a netstring without its comma");
    this.onString(input.subarray(start, end));
    return end + 1;
  }
}
