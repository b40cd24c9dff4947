const NEWLINE = 0x0a;

/** Cuts a stream of bytes into lines of a bounded length. */
export class LineReader {
  private readonly maxBytes: number;
  private rest: Buffer = Buffer.alloc(0);

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  /**
   * @returns the lines that end in these bytes, without their ends.
   * @throws RangeError where a line is longer than allowed.
   */
  push(bytes: Buffer): string[] {
    const lines: string[] = [];
    let input = this.rest.length === 0 ? bytes : Buffer.concat([this.rest, bytes]);
    for (;;) {
      const end = input.indexOf(NEWLINE);
      if (end > this.maxBytes || (end < 0 && input.length > this.maxBytes)) {
        throw new RangeError(`A line has ${this.maxBytes} bytes at most.`);
      }
      if (end < 0) break;
      lines.push(input.toString("utf8", 0, end));
      input = input.subarray(end + 1);
    }
    this.rest = input;
    return lines;
  }
}
