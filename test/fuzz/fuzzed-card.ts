import { Card } from "../../firmware/card/card.js";
import { DEFAULT_TIMING } from "../../firmware/wire/constants.js";
import { FrameBuffer } from "../../firmware/wire/frame-buffer.js";
import { FrameDecoder } from "../../firmware/wire/frame-decoder.js";
import { FRAME_HOST_TRUNK_OUT } from "../../firmware/wire/frame-types.js";
import { decodeHostTrunk } from "../../firmware/wire/trunk-frames.js";
import { Uint64 } from "../../firmware/wire/uint64.js";
import { judgePiece, piecesOf, type Verdict } from "../support/independent-framing.js";
import type { Random } from "../support/random.js";
import {
  type CounterValues,
  checkCounted,
  expectedHostDrop,
  expectedLinkDrop,
  expectedTrunkDrop,
} from "./expected-drop.js";
import { HostModel } from "./host-model.js";
import { must } from "./must.js";
import { checkOwnFrame } from "./role-rules.js";
import { checkViewFrame, ViewHistory } from "./view-rules.js";
import { WatchedStore } from "./watched-store.js";

const HOST_PORT = -1;
const FULL_BUFFER_ONE_IN = 50;
const MAX_TICKS_AT_ONCE = 3;

/** One card under test: its cables and USB line end in decoders, and all that it does is checked as it happens. */
export class FuzzedCard {
  readonly host = new HostModel();
  readonly store: WatchedStore;
  readonly linkCount: number;
  card: Card;
  nowUs = 0;
  private readonly random: Random;
  private readonly onSend: (link: number, frame: FrameBuffer) => void;
  private readonly decoders = new Map<number, FrameDecoder>();
  private readonly found: Uint8Array[] = [];
  private readonly scratch = new FrameBuffer();
  private coldView: number | undefined;
  private readonly history = new ViewHistory();

  /** @param onSend is handed what the card sends over its cables, and to its host (link -1). */
  constructor(
    random: Random,
    linkCount: number,
    oneFailureIn: number,
    onSend: (link: number, frame: FrameBuffer) => void,
  ) {
    this.random = random;
    this.linkCount = linkCount;
    this.onSend = onSend;
    this.store = new WatchedStore(random, oneFailureIn);
    for (let port = HOST_PORT; port < linkCount; port += 1) {
      this.decoders.set(
        port,
        new FrameDecoder((frame) => this.found.push(frame.bytes.slice(0, frame.length))),
      );
    }
    this.card = this.makeCard();
    this.card.start(0);
  }

  /** Takes the power away and gives it back: flash stays, memory goes. */
  reboot(): void {
    this.host.reboot();
    this.history.reboot(this.nowUs);
    this.store.failed = false;
    this.coldView = this.store.persisted?.accepted.number;
    this.card = this.makeCard();
    this.card.start(this.nowUs);
  }

  /**
   * Takes bytes from a cable, or from the host (port -1). They end in a delimiter, so every piece can be judged.
   * @returns what became of the pieces, by the independent decoder, with which the firmware's must agree.
   */
  receiveBytes(port: number, bytes: Uint8Array): Map<Verdict, number> {
    const decoder = this.decoders.get(port) as FrameDecoder;
    const expected = new Map<Verdict, number>();
    const payloads: number[][] = [];
    for (const piece of piecesOf(bytes)) {
      const { verdict, payload } = judgePiece(piece);
      expected.set(verdict, (expected.get(verdict) ?? 0) + 1);
      if (verdict === "frames") payloads.push(payload);
    }
    const before = { ...decoder.counters };
    this.found.length = 0;
    const middle = this.random.below(bytes.length + 1);
    decoder.push(bytes, 0, middle);
    decoder.push(bytes, middle, bytes.length);
    for (const verdict of ["frames", "badChecksum", "badEncoding", "tooLong", "tooShort"] as const) {
      const risen = decoder.counters[verdict] - before[verdict];
      must(
        risen === (expected.get(verdict) ?? 0),
        `the decoder counted ${risen} ${verdict}, not ${expected.get(verdict)}`,
      );
    }
    must(
      this.found.length === payloads.length,
      "the decoder handed on another number of frames than it counted",
    );
    const found = this.found.splice(0);
    found.forEach((payload, index) => {
      const wanted = payloads[index] as number[];
      must(
        payload.length === wanted.length && payload.every((byte, at) => byte === wanted[at]),
        "the decoder handed on another payload",
      );
      this.receive(port, payload);
    });
    return expected;
  }

  /** Takes a payload whose checksum was good. */
  receive(port: number, payload: Uint8Array): void {
    const { card, scratch: frame, host, store } = this;
    frame.bytes.set(payload);
    frame.length = payload.length;
    const before: CounterValues = { ...card.counters };
    if (port === HOST_PORT) {
      const expected =
        expectedHostDrop(frame, host.isOpen ? host.session : undefined) ??
        expectedTrunkDrop(frame, host.hasTrunk, store.persisted, store.failed);
      host.toCard(frame);
      card.receiveFromHost(frame, this.nowUs);
      checkCounted(before, card.counters, expected);
    } else {
      const expected = expectedLinkDrop(frame, store.persisted, store.failed);
      card.receiveFromLink(port, frame, this.nowUs);
      checkCounted(before, card.counters, expected);
    }
  }

  /** Wakes the card. It may ask to be woken at once again, but not for ever. */
  tick(): void {
    for (let times = 0; times < MAX_TICKS_AT_ONCE; times += 1) {
      this.card.tick(this.nowUs);
      if (this.card.wakeUpUs > this.nowUs) return;
    }
    must(false, "the card wants to be woken at once, again and again");
  }

  private makeCard(): Card {
    return new Card({
      linkCount: this.linkCount,
      storage: this.store,
      chipId: new Uint64(1, 2),
      randomSeed: this.random.next(),
      timing: DEFAULT_TIMING,
      sendLink: (link, frame) => this.send(link, frame),
      sendHost: (frame) => {
        this.host.fromCard(frame);
        return this.send(HOST_PORT, frame);
      },
      badFramesOfLink: () => 0,
    });
  }

  private send(link: number, frame: FrameBuffer): boolean {
    must(link >= HOST_PORT && link < this.linkCount, "the card sent over a cable that it has not");
    must(frame.length >= 6 && frame.length <= 250, "the card sent a frame of an impossible length");
    const carried = new FrameBuffer();
    const isCarried = frame.bytes[1] === FRAME_HOST_TRUNK_OUT && decodeHostTrunk(frame, carried);
    must(
      link !== HOST_PORT || !isCarried || this.host.hasTrunk,
      "the card sent over a trunk that it has not",
    );
    if (link !== HOST_PORT || isCarried) {
      const standing = {
        flash: this.store.persisted,
        failed: this.store.failed,
        coldView: this.coldView,
      };
      const own = link === HOST_PORT ? carried : frame;
      checkOwnFrame(own, standing);
      checkViewFrame(own, standing, this.history, this.nowUs);
    }
    if (this.random.oneIn(FULL_BUFFER_ONE_IN)) return false;
    this.onSend(link, frame);
    return true;
  }
}
