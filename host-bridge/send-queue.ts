/** Most bytes that wait for a line that is full: far more than eight blocks in flight ever need. */
export const MAX_QUEUED_BYTES = 65_536;

/** Bytes that the line has not taken yet, in order. */
export class SendQueue {
  private pieces: Buffer[] = [];
  private queued = 0;

  get isEmpty(): boolean {
    return this.queued === 0;
  }

  get bytes(): number {
    return this.queued;
  }

  /** Copies `bytes[start..end)`. @returns false, and takes nothing, where there is no room. */
  add(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.queued + end - start > MAX_QUEUED_BYTES) return false;
    this.pieces.push(Buffer.from(bytes.subarray(start, end)));
    this.queued += end - start;
    return true;
  }

  /** Hands pieces to `write`, which returns how many bytes it took, until it takes less than all of one. */
  drain(write: (bytes: Buffer) => number): void {
    for (let piece = this.pieces[0]; piece !== undefined; piece = this.pieces[0]) {
      const taken = write(piece);
      this.queued -= taken;
      if (taken < piece.length) {
        this.pieces[0] = piece.subarray(taken);
        return;
      }
      this.pieces.shift();
    }
  }
}
