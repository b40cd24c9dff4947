import { Card } from "../../firmware/card/card.js";
import type { LinkRate } from "../../firmware/card/card-context.js";
import {
  DEFAULT_TIMING,
  LINK_TEST_LEAD_US,
  MAX_LINK_TEST_MS,
  MIN_LINK_BAUD,
} from "../../firmware/wire/constants.js";
import { FrameBuffer } from "../../firmware/wire/frame-buffer.js";
import { FrameDecoder } from "../../firmware/wire/frame-decoder.js";
import { FRAME_HOST_TRUNK_OUT } from "../../firmware/wire/frame-types.js";
import { decodeHostTrunk } from "../../firmware/wire/trunk-frames.js";
import { Uint64 } from "../../firmware/wire/uint64.js";
import { judgePiece, piecesOf, type Verdict } from "../support/independent-framing.js";
import type { Random } from "../support/random.js";
import { TestCable } from "../support/test-cable.js";
import { MOST_BAUD, USUAL_BAUD } from "../support/virtual-fabric.js";
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
  private cables: TestCable[] = [];
  private hostLine = new TestCable();
  private readonly random: Random;
  private readonly onSend: (link: number, frame: FrameBuffer) => void;
  private readonly decoders = new Map<number, FrameDecoder>();
  private readonly found: Uint8Array[] = [];
  private readonly scratch = new FrameBuffer();
  /** The cable that is not at its own rate, and when it must be again. */
  private testedLink: number | undefined;
  private testUntilUs = 0;
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
    this.testedLink = undefined;
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
    const { cables, card, scratch: frame, host, store } = this;
    frame.bytes.set(payload);
    frame.length = payload.length;
    const before: CounterValues = { ...card.counters };
    if (port === HOST_PORT) {
      const expected =
        expectedHostDrop(frame, host.isOpen ? host.session : undefined) ??
        expectedTrunkDrop(frame, host.hasTrunk, store.persisted, store.failed);
      host.toCard(frame);
      card.receiveFromHost(frame, this.nowUs, this.hostLine.expected.meaningOf(frame, this.nowUs));
      checkCounted(before, card.counters, expected);
    } else {
      const expected = expectedLinkDrop(frame, store.persisted, store.failed);
      card.receiveFromLink(port, frame, this.nowUs, cables[port]?.expected.meaningOf(frame, this.nowUs));
      checkCounted(before, card.counters, expected);
    }
  }

  /** Wakes the card. It may ask to be woken at once again, but not for ever. */
  tick(): void {
    for (let times = 0; times < MAX_TICKS_AT_ONCE; times += 1) {
      this.card.tick(this.nowUs);
      must(this.testedLink === undefined || this.nowUs < this.testUntilUs, "a cable stayed under test");
      if (this.card.wakeUpUs > this.nowUs) return;
    }
    must(false, "the card wants to be woken at once, again and again");
  }

  private makeCard(): Card {
    this.cables = Array.from(
      { length: this.linkCount },
      (_, link) => new TestCable((frame) => this.send(link, frame)),
    );
    this.hostLine = new TestCable((frame) => {
      this.host.fromCard(frame);
      return this.send(HOST_PORT, frame);
    });
    return new Card({
      links: this.cables,
      host: this.hostLine,
      storage: this.store,
      chipId: new Uint64(1, 2),
      randomSeed: this.random.next(),
      timing: DEFAULT_TIMING,
      rateOfLink: (link) => this.rateOf(link),
    });
  }

  /** The last cable is one whose rate cannot be changed. */
  private rateOf(link: number): LinkRate | undefined {
    must(link >= 0 && link < this.linkCount, "the card asked for the rate of a cable that it has not");
    if (link === this.linkCount - 1) return undefined;
    const setBaud = (baud: number): void => {
      must(baud >= MIN_LINK_BAUD && baud <= MOST_BAUD, "a rate was set out of its range");
      this.setBaud(link, baud);
    };
    return { configuredBaud: USUAL_BAUD, maxBaud: MOST_BAUD, setBaud };
  }

  /** No cable may be at another rate than its own for longer than a test takes, nor two at once. */
  private setBaud(link: number, baud: number): void {
    if (baud !== USUAL_BAUD) {
      must(this.testedLink === undefined, "two cables are under test at once");
      this.testedLink = link;
      // With the time that a full send buffer takes at the usual rate.
      this.testUntilUs = this.nowUs + 1_000 * MAX_LINK_TEST_MS + 2 * (LINK_TEST_LEAD_US + 10_240);
    } else if (this.testedLink === link) {
      this.testedLink = undefined;
    }
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
