import { Card } from "../../firmware/card/card.js";
import { MemoryRecordStore } from "../../firmware/storage/memory-record-store.js";
import type { RecordStore } from "../../firmware/storage/record-store.js";
import { DEFAULT_TIMING, type Timing } from "../../firmware/wire/constants.js";
import { FrameBuffer } from "../../firmware/wire/frame-buffer.js";
import {
  FRAME_HOST_INIT,
  FRAME_HOST_OPEN,
  FRAME_HOST_REQUEST,
  OFFSET_TYPE,
} from "../../firmware/wire/frame-types.js";
import { writeHostHeader } from "../../firmware/wire/header.js";
import { encodeEmptyBody, encodeHostRequest } from "../../firmware/wire/host-frames.js";
import { encodeHostInit, HostInitFields } from "../../firmware/wire/host-setup-frames.js";
import { Uint64 } from "../../firmware/wire/uint64.js";

/** A frame that a card has sent to its host. */
export interface HostFrame {
  readonly type: number;
  readonly atUs: number;
  readonly frame: FrameBuffer;
}

interface Event {
  readonly atUs: number;
  readonly order: number;
  readonly run: () => void;
}

/** One end of a cable. */
interface CableEnd {
  readonly card: number;
  readonly link: number;
}

/** A card with its cables, its flash and its host, in virtual time. Cards are named by their place, from 0. */
export class VirtualCard {
  card: Card | undefined;
  readonly storage: RecordStore;
  readonly toHost: HostFrame[] = [];
  bootedUs = 0;
  boots = 0;
  wakeAtUs = Number.POSITIVE_INFINITY;
  readonly ends: (CableEnd | undefined)[] = [];

  constructor(storage: RecordStore) {
    this.storage = storage;
  }
}

export interface VirtualFabricOptions {
  readonly cards: number;
  /** Pairs of cards, by place. */
  readonly cables: readonly (readonly [number, number])[];
  readonly timing?: Timing;
  /** One way, for every frame. */
  readonly delayUs?: number;
  readonly storage?: (place: number) => RecordStore;
}

/** Cards in virtual time, joined by cables that lose, keep or change frames as a test says. Runs in Node and in XS. */
export class VirtualFabric {
  nowUs = 0;
  readonly cards: VirtualCard[] = [];
  /** Returns false to lose the frame; may change it, or keep a copy. */
  filter: (from: number, to: number, frame: FrameBuffer) => boolean = () => true;
  /** False from a card's send: the buffer is full. */
  accepts: (from: number) => boolean = () => true;
  delayUs: number;
  private readonly timing: Timing;
  private readonly events: Event[] = [];
  private order = 0;

  constructor(options: VirtualFabricOptions) {
    this.timing = options.timing ?? DEFAULT_TIMING;
    this.delayUs = options.delayUs ?? 100;
    for (let place = 0; place < options.cards; place += 1) {
      this.cards.push(new VirtualCard(options.storage?.(place) ?? new MemoryRecordStore()));
    }
    for (const [one, other] of options.cables) {
      const oneEnds = this.at(one).ends;
      const otherEnds = this.at(other).ends;
      oneEnds.push({ card: other, link: otherEnds.length });
      otherEnds.push({ card: one, link: oneEnds.length - 1 });
    }
    for (let place = 0; place < options.cards; place += 1) this.boot(place);
  }

  at(place: number): VirtualCard {
    return this.cards[place] as VirtualCard;
  }

  /** Starts the card at `place`, blank or with what its flash holds. */
  boot(place: number): void {
    const virtual = this.at(place);
    virtual.boots += 1;
    virtual.bootedUs = this.nowUs;
    const card = new Card({
      linkCount: virtual.ends.length,
      storage: virtual.storage,
      chipId: new Uint64(0x1000, place + 1),
      randomSeed: (place + 1) * 0x01234567 + virtual.boots * 977,
      timing: this.timing,
      sendLink: (link, frame) => this.carry(place, virtual.ends[link] as CableEnd, frame),
      sendHost: (frame) => {
        if (!this.accepts(place)) return false;
        const type = frame.bytes[OFFSET_TYPE] as number;
        virtual.toHost.push({ type, atUs: this.nowUs, frame: new FrameBuffer().copy(frame) });
        return true;
      },
      badFramesOfLink: () => 0,
    });
    virtual.card = card;
    card.start(this.nowUs);
    virtual.wakeAtUs = card.wakeUpUs;
  }

  /** Takes the power from the card at `place`; its flash stays. */
  kill(place: number): void {
    this.at(place).card = undefined;
    this.at(place).wakeAtUs = Number.POSITIVE_INFINITY;
  }

  /** Lets `us` microseconds pass. */
  run(us: number): void {
    const endUs = this.nowUs + us;
    for (;;) {
      const due = this.nextDueUs();
      if (due > endUs) break;
      this.nowUs = Math.max(due, this.nowUs);
      this.step();
    }
    this.nowUs = endUs;
  }

  /** Hands a frame to the card at `place` as if its host had sent it. */
  fromHost(place: number, frame: FrameBuffer): void {
    const virtual = this.at(place);
    virtual.card?.receiveFromHost(new FrameBuffer().copy(frame), this.nowUs);
    virtual.wakeAtUs = virtual.card?.wakeUpUs ?? Number.POSITIVE_INFINITY;
  }

  /** Hands a frame to the card at `place` as if it had come over its cable `link`. */
  fromLink(place: number, link: number, frame: FrameBuffer): void {
    const virtual = this.at(place);
    virtual.card?.receiveFromLink(link, new FrameBuffer().copy(frame), this.nowUs);
    virtual.wakeAtUs = virtual.card?.wakeUpUs ?? Number.POSITIVE_INFINITY;
  }

  openHost(place: number, session: number): void {
    const frame = new FrameBuffer();
    writeHostHeader(frame, FRAME_HOST_OPEN, session);
    encodeEmptyBody(frame);
    this.fromHost(place, frame);
  }

  request(place: number, session: number, tag: number, count: number): void {
    const frame = new FrameBuffer();
    writeHostHeader(frame, FRAME_HOST_REQUEST, session);
    encodeHostRequest(frame, tag, count);
    this.fromHost(place, frame);
  }

  /** Opens session `place + 1` at every card and makes them members 1, 2, 3, ... of fabric 7. */
  initialise(first: Uint64 = new Uint64(0, 1), votes: readonly number[] = []): void {
    this.cards.forEach((_, place) => {
      const fields = new HostInitFields();
      fields.fabricId = 7;
      fields.cardId = place + 1;
      fields.first.copy(first);
      for (let member = 0; member < this.cards.length; member += 1) {
        fields.addMember(member + 1, votes[member] ?? 1);
      }
      const frame = new FrameBuffer();
      this.openHost(place, place + 1);
      writeHostHeader(frame, FRAME_HOST_INIT, place + 1);
      encodeHostInit(frame, fields);
      this.fromHost(place, frame);
    });
  }

  private carry(from: number, to: CableEnd, frame: FrameBuffer): boolean {
    if (!this.accepts(from)) return false;
    const copy = new FrameBuffer().copy(frame);
    if (this.filter(from, to.card, copy)) {
      this.schedule(this.nowUs + this.delayUs, () => this.fromLink(to.card, to.link, copy));
    }
    return true;
  }

  private schedule(atUs: number, run: () => void): void {
    this.order += 1;
    this.events.push({ atUs, order: this.order, run });
    this.events.sort((one, other) => one.atUs - other.atUs || one.order - other.order);
  }

  private nextDueUs(): number {
    let due = this.events[0]?.atUs ?? Number.POSITIVE_INFINITY;
    for (const virtual of this.cards) due = Math.min(due, virtual.wakeAtUs);
    return due;
  }

  private step(): void {
    const event = this.events[0];
    if (event !== undefined && event.atUs <= this.nowUs) {
      this.events.shift();
      event.run();
      return;
    }
    for (const virtual of this.cards) {
      if (virtual.card === undefined || virtual.wakeAtUs > this.nowUs) continue;
      virtual.card.tick(this.nowUs);
      virtual.wakeAtUs = virtual.card.wakeUpUs;
    }
  }
}

export const TRIANGLE: readonly (readonly [number, number])[] = [
  [0, 1],
  [1, 2],
  [0, 2],
];
