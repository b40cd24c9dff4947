import { FrameBuffer } from "../../firmware/wire/frame-buffer.js";
import { encodeFrame } from "../../firmware/wire/frame-encoder.js";
import { FRAME_STORE } from "../../firmware/wire/frame-types.js";
import { decodeStore, StoreFields } from "../../firmware/wire/number-frames.js";
import { Uint64 } from "../../firmware/wire/uint64.js";
import type { Verdict } from "../support/independent-framing.js";
import type { Random } from "../support/random.js";
import { FuzzedCard } from "./fuzzed-card.js";
import { garble } from "./line-noise.js";
import { must } from "./must.js";
import type { PayloadMaker } from "./payload-maker.js";

const HOST_PORT = -1;
const CABLE_US = 50;
const FABRIC = 7;
const MAX_EVENTS_A_RUN = 20_000;
/** Other ends of the cables of a triangle: card and link, by card and link. */
const TRIANGLE: readonly (readonly [number, number])[][] = [
  [
    [1, 0],
    [2, 0],
  ],
  [
    [0, 0],
    [2, 1],
  ],
  [
    [0, 1],
    [1, 1],
  ],
];

interface Delivery {
  readonly card: number;
  readonly link: number;
  readonly payload: Uint8Array;
  readonly atUs: number;
}

/**
 * Three cards of one fabric that really work, one that is a fabric by itself, and a blank one, all with honest hosts.
 * Whatever else is thrown at them, they must stand it.
 */
export class FuzzWorld {
  readonly cards: FuzzedCard[] = [];
  /** Deliveries under way, in the order of their times. */
  private readonly underWay: Delivery[] = [];
  private readonly random: Random;
  private readonly maker: PayloadMaker;
  private readonly forges: boolean;
  private readonly frame = new FrameBuffer();
  private readonly encoded = new Uint8Array(257);
  private readonly store = new StoreFields();
  private readonly end = new Uint64();
  private nowUs = 0;
  private nextTag = 1;

  /** @param forges whether frames with a good checksum are made up too; otherwise only cables are bad. */
  constructor(random: Random, maker: PayloadMaker, forges: boolean) {
    this.random = random;
    this.maker = maker;
    this.forges = forges;
    for (let index = 0; index < 5; index += 1) {
      const sent = (link: number, frame: FrameBuffer): void => this.sent(index, link, frame);
      this.cards.push(new FuzzedCard(random, 2, forges ? 400 : Number.MAX_SAFE_INTEGER, sent));
    }
    for (let index = 0; index < 5; index += 1) this.openSession(index);
    for (let index = 0; index < 3; index += 1)
      this.initialise(index, FABRIC, index + 1, "03 01 01 02 01 03 01");
    this.initialise(3, FABRIC + 1, 1, "01 01 01");
    this.run(120_000);
  }

  /** Makes `count` frames, of which half have met a bad cable, and pushes them into one line of one card. */
  push(count: number): Map<Verdict, number> {
    const { random } = this;
    const index = random.below(this.cards.length);
    const card = this.cards[index] as FuzzedCard;
    const port = random.below(card.linkCount + 1) - 1;
    const bytes: number[] = [];
    for (let made = 0; made < count; made += 1) {
      const encoded = this.encode(this.payloadFor(card, port));
      if (!this.forges || random.oneIn(2)) bytes.push(...garble(encoded, random));
      else bytes.push(...encoded);
    }
    bytes.push(0);
    const verdicts = card.receiveBytes(port, Uint8Array.from(bytes));
    this.live();
    return verdicts;
  }

  /** Checks what can only be told at the end: with bad cables alone, no number was delivered twice. */
  finish(): void {
    if (this.forges) return;
    const blocks = this.cards.slice(0, 3).flatMap(({ host }) => host.delivered);
    blocks.sort((left, right) => (left.first < right.first ? -1 : 1));
    blocks.forEach(({ first }, index) => {
      const before = blocks[index - 1];
      must(
        before === undefined || before.first + BigInt(before.count) <= first,
        `${first} was delivered twice`,
      );
    });
  }

  /** Numbers that the hosts of the fabric were given: whether the world was alive at all. */
  get delivered(): number {
    return this.cards.reduce((sum, { host }) => sum + host.delivered.length, 0);
  }

  /** Lets time pass, hosts ask and plan, and now and then a card lose its power. */
  private live(): void {
    const { random } = this;
    const index = random.below(this.cards.length);
    const card = this.cards[index] as FuzzedCard;
    if (!card.host.isOpen || random.oneIn(100)) this.openSession(index);
    if (random.oneIn(2)) this.ask(index, 0x41, `${this.tag()} ${random.oneIn(20) ? "0080" : "0100"}`);
    if (random.oneIn(4)) this.ask(index, 0x43, "");
    if (random.oneIn(40)) this.plan(index);
    if (random.oneIn(100)) card.reboot();
    // Often less than an answer takes: forged frames must also meet requests that are open.
    this.run(random.oneIn(20) ? 100_000 : random.below(random.oneIn(2) ? 3 * CABLE_US : 3000));
  }

  /** A handover to any card, a seed that may be too low, or a change of the list that mostly makes no sense. */
  private plan(index: number): void {
    const { random } = this;
    const byte = (below: number): string => `0${random.below(below)}`;
    const seed = `${byte(4)}${byte(8)}${byte(3)}0000000000`;
    this.ask(
      index,
      0x45,
      `${this.tag()} ${byte(6)} ${byte(4)} ${byte(4)} ${seed} ${byte(6)} ${byte(8)} ${byte(3)}000000`,
    );
  }

  private payloadFor(card: FuzzedCard, port: number): Uint8Array {
    const line = port === HOST_PORT ? "host" : "link";
    if (!this.forges) return this.maker.heardOn(line);
    const fabricId = card.store.persisted?.fabricId ?? FABRIC;
    return this.maker.make(line, fabricId, card.host.session);
  }

  private encode(payload: Uint8Array): Uint8Array {
    this.frame.bytes.set(payload);
    this.frame.length = payload.length;
    return this.encoded.subarray(0, encodeFrame(this.frame, this.encoded, 0));
  }

  private run(forUs: number): void {
    const untilUs = this.nowUs + forUs;
    for (let events = 0; ; events += 1) {
      must(events < MAX_EVENTS_A_RUN, "the cards keep each other busy for ever");
      const wakeUpUs = Math.min(...this.cards.map(({ card }) => card.wakeUpUs));
      const deliveryUs = this.underWay[0]?.atUs ?? Number.POSITIVE_INFINITY;
      const atUs = Math.min(wakeUpUs, deliveryUs);
      if (atUs > untilUs) break;
      this.setTime(Math.max(this.nowUs, atUs));
      if (deliveryUs <= wakeUpUs) {
        const { card, link, payload } = this.underWay.shift() as Delivery;
        this.cards[card]?.receive(link, payload);
      } else {
        this.cards.find(({ card }) => card.wakeUpUs <= atUs)?.tick();
      }
    }
    this.setTime(untilUs);
  }

  private setTime(nowUs: number): void {
    this.nowUs = nowUs;
    for (const card of this.cards) card.nowUs = nowUs;
  }

  private sent(index: number, link: number, frame: FrameBuffer): void {
    const other = TRIANGLE[index]?.[link];
    if (other === undefined) return;
    const payload = frame.bytes.slice(0, frame.length);
    if (!this.forges && payload[1] === FRAME_STORE) this.checkCeiling(index, frame);
    this.maker.hear("link", payload);
    this.underWay.push({ card: other[0], link: other[1], payload, atUs: this.nowUs + CABLE_US });
  }

  /** A quorum by the list of the card that assigns must have a ceiling above the number in flash. */
  private checkCeiling(from: number, frame: FrameBuffer): void {
    const members = this.cards[from]?.store.persisted?.members;
    if (members === undefined || frame.bytes[2] !== from + 1) return;
    must(decodeStore(frame, this.store), "STORE has a wrong length");
    this.end.copy(this.store.first).add(this.store.count);
    let covering = 0;
    for (const { store } of this.cards.slice(0, 3)) {
      const { persisted } = store;
      if (persisted === undefined || persisted.ceiling.compare(this.end) < 0) continue;
      if (members.has(persisted.cardId)) covering |= 1 << members.indexOf(persisted.cardId);
    }
    must(members.isQuorum(covering), "a number was assigned above the ceiling of a quorum");
  }

  private openSession(index: number): void {
    // The model takes the session over from the frame, and forgets what another one has asked for.
    this.ask(index, 0x40, "", 1 + this.random.below(4));
  }

  private initialise(index: number, fabricId: number, cardId: number, members: string): void {
    this.ask(index, 0x42, `0${fabricId}000000 0${cardId} 0100000000000000 01 00000000 ${members}`);
  }

  /** Sends an honest host's frame. */
  private ask(index: number, type: number, body: string, session?: number): void {
    const card = this.cards[index] as FuzzedCard;
    const payload = Buffer.from(
      `01${type.toString(16)}0${session ?? card.host.session}000000${body.replaceAll(" ", "")}`,
      "hex",
    );
    this.maker.hear("host", Uint8Array.from(payload));
    card.receive(HOST_PORT, payload);
  }

  private tag(): string {
    this.nextTag = (this.nextTag % 250) + 1;
    return `${this.nextTag.toString(16).padStart(2, "0")}000000`;
  }
}
