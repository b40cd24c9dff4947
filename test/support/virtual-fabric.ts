import { Card } from "../../firmware/card/card.js";
import { MemoryRecordStore } from "../../firmware/storage/memory-record-store.js";
import type { RecordStore } from "../../firmware/storage/record-store.js";
import { DEFAULT_TIMING, type Timing } from "../../firmware/wire/constants.js";
import { FrameBuffer } from "../../firmware/wire/frame-buffer.js";
import { FRAME_HELLO, FRAME_HOST_TRUNK_OUT, OFFSET_TYPE } from "../../firmware/wire/frame-types.js";
import { decodeHostTrunk } from "../../firmware/wire/trunk-frames.js";
import { Uint64 } from "../../firmware/wire/uint64.js";
import {
  hostInit,
  hostOpen,
  hostPlan,
  hostRequest,
  hostStatusRequest,
  hostTrunk,
  hostTrunkClose,
  hostTrunkOpen,
  type PlanOptions,
} from "./host-frames.js";
import { HostLog } from "./host-log.js";
import { TestCable } from "./test-cable.js";
import { VirtualClock } from "./virtual-clock.js";

/** Two lines of a host, and the process between them. */
const TRUNK_DELAY_US = 500;

/** What every cable has, and what its boards can. */
export const USUAL_BAUD = 2_000_000;
export const MOST_BAUD = 3_000_000;

/** The other end of a cable. */
interface CableEnd {
  readonly card: number;
  readonly link: number;
  readonly cable: number;
}

/** A card with its cables, its flash and its host, in virtual time. Cards are named by their place, from 0. */
export class VirtualCard {
  card: Card | undefined;
  storage: RecordStore;
  readonly host = new HostLog();
  boots = 0;
  /** How often it was woken. */
  ticks = 0;
  wakeAtUs = Number.POSITIVE_INFINITY;
  readonly ends: (CableEnd | undefined)[] = [];
  /** The rate of each cable at this end, where it is not the usual one. */
  readonly bauds = new Map<number, number>();
  /** Made anew at each boot. */
  cables: readonly TestCable[] = [];
  hostLine = new TestCable();

  constructor(storage: RecordStore) {
    this.storage = storage;
  }
}

export interface VirtualFabricOptions {
  readonly cards: number;
  /** Pairs of cards, by place. */
  readonly cables: readonly (readonly [number, number])[];
  /** Connectors that each card has at least. */
  readonly links?: number;
  readonly timing?: Timing;
  /** One way, for every frame. */
  readonly delayUs?: number;
  readonly storage?: (place: number) => RecordStore;
}

/** Cards in virtual time, joined by cables that lose, keep or change frames as a test says. Runs in Node and in XS. */
export class VirtualFabric {
  readonly cards: VirtualCard[] = [];
  /** Returns false to lose the frame; may change it, or keep a copy. */
  filter: (from: number, to: number, frame: FrameBuffer) => boolean = () => true;
  /** The times that the frame takes: none loses it, two double it. */
  delays: () => readonly number[];
  /** False from a card's send over a cable: the buffer is full. */
  accepts: (from: number) => boolean = () => true;
  /** False from a card's send to its host: the buffer is full. */
  hostAccepts: (from: number) => boolean = () => true;
  /** When a frame other than a hello was last lost in a cut cable. */
  lastLostUs = Number.NEGATIVE_INFINITY;
  /** Which card's host has joined which by a trunk. */
  private readonly trunks = new Map<number, number>();
  private readonly clock = new VirtualClock();
  private readonly timing: Timing;
  /** Cables that carry nothing away from a card, as "cable/card". */
  private readonly cuts = new Set<string>();

  constructor(options: VirtualFabricOptions) {
    this.timing = options.timing ?? DEFAULT_TIMING;
    const usual = [options.delayUs ?? 100];
    this.delays = () => usual;
    for (let place = 0; place < options.cards; place += 1) {
      this.cards.push(new VirtualCard(options.storage?.(place) ?? new MemoryRecordStore()));
    }
    options.cables.forEach(([one, other], cable) => {
      this.plug(cable, one, this.at(one).ends.length, other, this.at(other).ends.length);
    });
    for (const { ends } of this.cards) while (ends.length < (options.links ?? 0)) ends.push(undefined);
    for (let place = 0; place < options.cards; place += 1) this.boot(place);
  }

  get nowUs(): number {
    return this.clock.nowUs;
  }

  at(place: number): VirtualCard {
    return this.cards[place] as VirtualCard;
  }

  host(place: number): HostLog {
    return this.at(place).host;
  }

  /** Joins two connectors; what was in them is pulled out. */
  plug(cable: number, one: number, oneLink: number, other: number, otherLink: number): void {
    this.unplug(one, oneLink);
    this.unplug(other, otherLink);
    this.at(one).ends[oneLink] = { card: other, link: otherLink, cable };
    this.at(other).ends[otherLink] = { card: one, link: oneLink, cable };
  }

  unplug(place: number, link: number): void {
    const end = this.at(place).ends[link];
    if (end !== undefined) this.at(end.card).ends[end.link] = undefined;
    if (end !== undefined) this.at(place).ends[link] = undefined;
  }

  /** Cuts a cable, named by its place in `cables`: both ways, or for what the card `from` sends. */
  cut(cable: number, from?: number): void {
    this.cards.forEach((_, place) => {
      if (from === undefined || from === place) this.cuts.add(`${cable}/${place}`);
    });
  }

  mend(cable: number): void {
    this.cards.forEach((_, place) => {
      this.cuts.delete(`${cable}/${place}`);
    });
  }

  /** The hosts of two cards, with sessions `place + 1`, lend a trunk between them. */
  lendTrunk(one: number, other: number): void {
    this.trunks.set(one, other).set(other, one);
    for (const place of [one, other]) this.fromHost(place, hostTrunkOpen(place + 1));
  }

  endTrunk(one: number, other: number): void {
    for (const place of [one, other]) {
      this.trunks.delete(place);
      this.fromHost(place, hostTrunkClose(place + 1));
    }
  }

  /** Starts the card at `place`, blank or with what its flash holds. */
  boot(place: number): void {
    const virtual = this.at(place);
    virtual.boots += 1;
    virtual.bauds.clear();
    virtual.cables = virtual.ends.map((_, link) => new TestCable((frame) => this.carry(place, link, frame)));
    virtual.hostLine = new TestCable((frame) => {
      if (!this.hostAccepts(place)) return false;
      if (frame.bytes[OFFSET_TYPE] === FRAME_HOST_TRUNK_OUT) this.carryOverTrunk(place, frame);
      else virtual.host.add(frame, this.nowUs);
      return true;
    });
    const card = new Card({
      links: virtual.cables,
      host: virtual.hostLine,
      storage: virtual.storage,
      chipId: new Uint64(0x1000, place + 1),
      randomSeed: (place + 1) * 0x01234567 + virtual.boots * 977,
      timing: this.timing,
      rateOfLink: (link) => ({
        configuredBaud: USUAL_BAUD,
        maxBaud: MOST_BAUD,
        setBaud: (baud) => virtual.bauds.set(link, baud),
      }),
    });
    virtual.card = card;
    card.start(this.nowUs);
    virtual.wakeAtUs = card.wakeUpUs;
  }

  /** What the flash of the card at `place` held is gone. Only while it has no power. */
  wipe(place: number): void {
    this.at(place).storage = new MemoryRecordStore();
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
      const dueUs = this.nextDueUs();
      if (dueUs > endUs) break;
      this.clock.nowUs = Math.max(dueUs, this.nowUs);
      if (!this.clock.runOne()) this.wake();
    }
    this.clock.nowUs = endUs;
  }

  /** Lets time pass until `reached`, looking each `stepUs`. @returns the time it took, or infinity after `limitUs`. */
  runUntil(reached: () => boolean, limitUs: number, stepUs = 1000): number {
    const beginUs = this.nowUs;
    while (!reached()) {
      if (this.nowUs - beginUs >= limitUs) return Number.POSITIVE_INFINITY;
      this.run(stepUs);
    }
    return this.nowUs - beginUs;
  }

  /** Has `run` called at `atUs`. */
  schedule(atUs: number, run: () => void): void {
    this.clock.schedule(atUs, run);
  }

  /** Hands a frame to the card at `place` as if its host had sent it. */
  fromHost(place: number, frame: FrameBuffer): void {
    const virtual = this.at(place);
    const meaning = virtual.hostLine.expected.meaningOf(frame, this.nowUs);
    virtual.card?.receiveFromHost(new FrameBuffer().copy(frame), this.nowUs, meaning);
    virtual.wakeAtUs = virtual.card?.wakeUpUs ?? Number.POSITIVE_INFINITY;
  }

  /** Hands a frame to the card at `place` as if it had come over its cable `link`. */
  fromLink(place: number, link: number, frame: FrameBuffer): void {
    const virtual = this.at(place);
    const expected = virtual.cables[link]?.expected;
    if (expected?.takes(frame, this.nowUs) === true) return;
    const meaning = expected?.meaningOf(frame, this.nowUs);
    virtual.card?.receiveFromLink(link, new FrameBuffer().copy(frame), this.nowUs, meaning);
    virtual.wakeAtUs = virtual.card?.wakeUpUs ?? Number.POSITIVE_INFINITY;
  }

  /** Opens session `place + 1`, unless told another. */
  openHost(place: number, session = place + 1): void {
    this.fromHost(place, hostOpen(session));
  }

  request(place: number, tag: number, count = 1, session = place + 1): void {
    this.fromHost(place, hostRequest(session, tag, count));
  }

  /** The host of the card at `place` asks for a planned change. */
  plan(place: number, options: PlanOptions): void {
    this.fromHost(place, hostPlan(place + 1, options));
  }

  /** Asks the card at `place` for all that it tells, and returns where that is to be read. */
  status(place: number): HostLog {
    this.fromHost(place, hostStatusRequest(place + 1));
    return this.host(place);
  }

  /** Opens session `place + 1` at every card and makes them members 1, 2, 3, ... of fabric 7. */
  initialise(first: Uint64 = new Uint64(0, 1), votes: readonly number[] = []): void {
    const members = this.cards.map((_, place) => [place + 1, votes[place] ?? 1] as const);
    this.cards.forEach((_, place) => {
      this.openHost(place);
      this.fromHost(place, hostInit({ session: place + 1, cardId: place + 1, first, members }));
    });
  }

  /** The rate of a cable at one of its ends. */
  baudAt(place: number, link: number): number {
    return this.at(place).bauds.get(link) ?? USUAL_BAUD;
  }

  private carry(from: number, link: number, frame: FrameBuffer): boolean {
    if (!this.accepts(from)) return false;
    const end = this.at(from).ends[link];
    if (end === undefined) return true;
    if (this.cuts.has(`${end.cable}/${from}`)) {
      if (frame.bytes[OFFSET_TYPE] !== FRAME_HELLO) this.lastLostUs = this.nowUs;
      return true;
    }
    const copy = new FrameBuffer().copy(frame);
    if (this.filter(from, end.card, copy)) {
      for (const delayUs of this.delays()) {
        const baud = this.baudAt(from, link);
        this.clock.schedule(this.nowUs + delayUs, () => {
          // At another rate than it was sent it arrives garbled, which no port hands on.
          if (this.baudAt(end.card, end.link) === baud) this.fromLink(end.card, end.link, copy);
        });
      }
    }
    return true;
  }

  private carryOverTrunk(from: number, frame: FrameBuffer): void {
    const to = this.trunks.get(from);
    const carried = new FrameBuffer();
    if (to === undefined || !decodeHostTrunk(frame, carried) || !this.filter(from, to, carried)) return;
    this.clock.schedule(this.nowUs + TRUNK_DELAY_US, () => this.fromHost(to, hostTrunk(to + 1, carried)));
  }

  private nextDueUs(): number {
    let due = this.clock.nextUs;
    for (const virtual of this.cards) due = Math.min(due, virtual.wakeAtUs);
    return due;
  }

  private wake(): void {
    for (const virtual of this.cards) {
      if (virtual.card === undefined || virtual.wakeAtUs > this.nowUs) continue;
      virtual.ticks += 1;
      virtual.card.tick(this.nowUs);
      virtual.wakeAtUs = virtual.card.wakeUpUs;
    }
  }
}

/** A cable between each two neighbours in a row of cards. */
export function line(cards: number): (readonly [number, number])[] {
  return Array.from({ length: cards - 1 }, (_, place) => [place, place + 1] as const);
}

/** A line whose ends are joined. The last cable joins them. */
export function ring(cards: number): (readonly [number, number])[] {
  return [...line(cards), [cards - 1, 0]];
}

/** A cable from `centre` to each other card. */
export function star(cards: number, centre = 0): (readonly [number, number])[] {
  return Array.from({ length: cards }, (_, place) => [centre, place] as const).filter(
    ([, place]) => place !== centre,
  );
}

/** Cables 0: 1-2, 1: 2-3, 2: 1-3, by card id. */
export const TRIANGLE: readonly (readonly [number, number])[] = [
  [0, 1],
  [1, 2],
  [0, 2],
];
