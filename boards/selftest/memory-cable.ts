import { ByteFramePort } from "../../firmware/ports/byte-frame-port.js";
import type { VirtualClock } from "./virtual-clock.js";

/** Microseconds that a piece takes: some bytes at 3 Mbaud. */
const DELAY_US = 100;

/** Two frame ports joined in memory: encoded bytes go in at one end and come out at the other, a delay later. */
export class MemoryCable {
  readonly one: ByteFramePort;
  readonly other: ByteFramePort;

  constructor(clock: VirtualClock) {
    this.one = makeEnd(clock, () => this.other);
    this.other = makeEnd(clock, () => this.one);
  }
}

function makeEnd(clock: VirtualClock, peer: () => ByteFramePort): ByteFramePort {
  const sink = {
    write(bytes: Uint8Array, length: number): boolean {
      const piece = bytes.slice(0, length);
      clock.after(DELAY_US, () => peer().receive(piece, 0, length));
      return true;
    },
  };
  return new ByteFramePort(sink, () => clock.nowUs);
}
