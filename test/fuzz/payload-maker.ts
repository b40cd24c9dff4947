import { MAX_PAYLOAD_BYTES, PROTOCOL_VERSION } from "../../firmware/wire/constants.js";
import { FRAME_HOST_TRUNK_IN } from "../../firmware/wire/frame-types.js";
import { MAX_TRUNK_FRAME_BYTES } from "../../firmware/wire/trunk-frames.js";
import { fromHex } from "../support/hex.js";
import type { Random } from "../support/random.js";
import { fabricVectors, hostVectors, rejectedVectors } from "../support/vector-files.js";

/** Where a payload goes in. */
export type Line = "link" | "host";

const CARDS = [0, 1, 2, 3, 4, 254, 255];
const HOPS = [0, 1, 2, 16, 17, 255];
const BYTES = [0, 1, 2, 3, 7, 16, 17, 127, 128, 254, 255];
const UINT64S = [
  "0000000000000000",
  "0100000000000000",
  "ffffffff00000000",
  "0100000000002000",
  "ffffffffffffff7f",
]
  .concat(["0000000000000080", "0100000000000080", "ffffffffffffffff"])
  .map(fromHex);
const TYPES = {
  link: [...range(0x00, 0x15), 0x41, 0xff],
  host: [...range(0x40, 0x47), 0x4a, 0x4b, 0x60, 0x61, 0x02, 0xff],
};
/** Payloads kept of what the cards themselves have sent: the best material, because it fits their state. */
const REMEMBERED = 64;
const NEWEST = 6;

/** All from `first` to `last`. */
function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/** Makes payloads that are nearly right: they come with a good checksum, so that only the card can refuse them. */
export class PayloadMaker {
  private readonly random: Random;
  private readonly known: Record<Line, Uint8Array[]>;
  private readonly heard: Record<Line, Uint8Array[]> = { link: [], host: [] };

  constructor(random: Random) {
    this.random = random;
    const rejected = rejectedVectors().frames;
    this.known = {
      link: [...fabricVectors().frames, ...rejected.filter(({ from }) => from === "link")].map(
        ({ payload }) => fromHex(payload),
      ),
      host: [...hostVectors().frames, ...rejected.filter(({ from }) => from === "host")].map(({ payload }) =>
        fromHex(payload),
      ),
    };
  }

  /** Remembers a payload that was really sent. */
  hear(line: Line, payload: Uint8Array): void {
    const heard = this.heard[line];
    heard.push(payload);
    if (heard.length > REMEMBERED) heard.shift();
  }

  /** @returns a payload as it was really sent. */
  heardOn(line: Line): Uint8Array {
    const heard = this.heard[line];
    // Half of the time one of the newest: what they ask for is still open.
    return this.random.oneIn(2) ? this.random.pick(heard.slice(-NEWEST)) : this.random.pick(heard);
  }

  /** @param session is the session that the host has open on that card. */
  make(line: Line, fabricId: number, session: number): Uint8Array {
    const { random } = this;
    if (random.oneIn(16)) return this.noise();
    if (line === "host" && random.oneIn(8)) return this.overTrunk(fabricId, session);
    const from = random.below(4) > 0 ? this.heardOn(line) : random.pick(this.known[line]);
    const payload = Uint8Array.from(from);
    if (line === "link") this.readdress(payload, fabricId);
    else this.joinSession(payload, session);
    for (let times = random.below(4); times > 0; times -= 1) this.mutateBody(payload, line);
    return random.oneIn(8) ? this.cut(payload) : payload;
  }

  /** What a cable could bring, brought by the host. */
  private overTrunk(fabricId: number, session: number): Uint8Array {
    const carried = this.make("link", fabricId, session).slice(0, MAX_TRUNK_FRAME_BYTES);
    const payload = new Uint8Array(6 + carried.length);
    payload[0] = PROTOCOL_VERSION;
    payload[1] = FRAME_HOST_TRUNK_IN;
    new DataView(payload.buffer).setUint32(2, session, true);
    payload.set(carried, 6);
    return payload;
  }

  private noise(): Uint8Array {
    return Uint8Array.from({ length: 1 + this.random.below(MAX_PAYLOAD_BYTES) }, () =>
      this.random.below(256),
    );
  }

  private readdress(payload: Uint8Array, fabricId: number): void {
    const { random } = this;
    if (payload.length < 9) return;
    if (random.oneIn(2)) payload[2] = random.pick(CARDS);
    if (random.oneIn(2)) payload[3] = random.pick(CARDS);
    if (random.oneIn(8)) payload[4] = random.pick(HOPS);
    if (!random.oneIn(16)) new DataView(payload.buffer).setUint32(5, fabricId, true);
  }

  private joinSession(payload: Uint8Array, session: number): void {
    const { random } = this;
    if (payload.length >= 6 && !random.oneIn(16)) {
      new DataView(payload.buffer).setUint32(2, random.oneIn(16) ? random.below(8) : session, true);
    }
    // What really goes from the host to a card; a card's own frames would only ever be of the wrong type.
    if (payload.length > 1 && (payload[1] as number) >= 0x60) payload[1] = random.pick(TYPES.host);
  }

  private mutateBody(payload: Uint8Array, line: Line): void {
    const { random } = this;
    const at = random.below(payload.length);
    switch (random.below(6)) {
      case 0:
        payload[at] = random.pick(BYTES);
        break;
      case 1:
        payload[at] = (payload[at] as number) ^ (1 << random.below(8));
        break;
      case 2:
        payload[at] = (payload[at] as number) + (random.oneIn(2) ? 1 : -1);
        break;
      case 3:
        if (payload.length >= at + 8) payload.set(random.pick(UINT64S), at);
        break;
      case 4:
        if (payload.length > 1) payload[1] = random.pick(TYPES[line]);
        break;
      default:
        payload[random.below(Math.min(2, payload.length))] = random.pick(BYTES);
    }
  }

  private cut(payload: Uint8Array): Uint8Array {
    const { random } = this;
    if (random.oneIn(2)) return payload.slice(0, 1 + random.below(payload.length));
    const longer = new Uint8Array(Math.min(MAX_PAYLOAD_BYTES, payload.length + 1 + random.below(20)));
    longer.set(payload);
    return longer;
  }
}
