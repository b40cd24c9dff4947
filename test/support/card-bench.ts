import { Card } from "../../firmware/card/card.js";
import type { LinkRate } from "../../firmware/card/card-context.js";
import { firstViewNumber } from "../../firmware/card/view.js";
import { DEFAULT_TIMING, NEIGHBOUR_ID, type Timing } from "../../firmware/wire/constants.js";
import { crc32 } from "../../firmware/wire/crc32.js";
import { FrameBuffer } from "../../firmware/wire/frame-buffer.js";
import {
  FRAME_ACCEPT,
  FRAME_ANSWER,
  FRAME_BEACON,
  FRAME_BEACON_ACK,
  FRAME_DECLINE,
  FRAME_HELLO,
  FRAME_JOIN,
  FRAME_PLAN,
  FRAME_PLAN_RESULT,
  FRAME_PREPARE,
  FRAME_PROMISE,
  FRAME_REFUSE,
  FRAME_REQUEST,
  FRAME_STORE,
} from "../../firmware/wire/frame-types.js";
import { writeFabricHeader } from "../../firmware/wire/header.js";
import { encodeHello, HelloFields } from "../../firmware/wire/hello-frame.js";
import { encodeJoin, JoinFields } from "../../firmware/wire/join-frame.js";
import { BeaconFields, encodeBeacon, encodeBeaconAck } from "../../firmware/wire/lease-frames.js";
import { encodeAnswer, encodeRefuse, encodeRequest, encodeStore } from "../../firmware/wire/number-frames.js";
import { encodePlan, encodePlanResult, PlanResultFields } from "../../firmware/wire/plan-frames.js";
import { Uint64 } from "../../firmware/wire/uint64.js";
import {
  AcceptFields,
  encodeAccept,
  encodeDecline,
  encodePrepare,
  encodePromise,
  PROMISE_FLAG_TAIL,
  PromiseFields,
} from "../../firmware/wire/view-frames.js";
import type {
  AcceptOptions,
  AckOptions,
  BeaconOptions,
  CardBenchOptions,
  FrameOptions,
  PromiseOptions,
} from "./card-bench-options.js";
import { FailingRecordStore } from "./failing-record-store.js";
import {
  hostInit,
  hostOpen,
  hostPlan,
  hostRequest,
  hostStatusRequest,
  type PlanOptions,
  planFields,
} from "./host-frames.js";
import { HostLog } from "./host-log.js";
import { uint64 } from "./layout.js";
import { LinkLog } from "./link-log.js";
import { type Entry, incarnationOf, tellMembers } from "./member-lists.js";
import { TestCable } from "./test-cable.js";
import { USUAL_BAUD } from "./virtual-fabric.js";

/** The session that the bench opens. */
export const SESSION = 1;
/** The fabric of the bench. */
export const FABRIC = 7;

/** One card whose neighbours, host, flash and clock are the test's. The neighbours say hello by themselves. */
export class CardBench {
  readonly host = new HostLog();
  readonly sent = new LinkLog();
  readonly storage: FailingRecordStore;
  readonly members: readonly (readonly [number, number])[];
  readonly cardId: number;
  card: Card;
  nowUs = 0;
  /** False from a send: the buffer is full. */
  accepts = true;
  hostAccepts = true;
  /** What the port to the host has counted. */
  readonly hostFaults = { badFrames: 0, forgottenFrames: 0 };
  /** Whether the neighbours say hello; once they have stopped, they do not begin again. */
  helloing = true;
  /** The changes of rates: cable, baud, and when. */
  readonly bauds: (readonly [number, number, number])[] = [];
  private readonly maxBauds: readonly number[] | undefined;
  /** Made anew at each boot. */
  cables: readonly TestCable[] = [];
  private hostLine = new TestCable();
  private readonly first: bigint;
  private readonly timing: Timing;
  private readonly neighbours: readonly number[];
  private readonly randomSeed: number;
  private nextHelloUs = 0;

  constructor(options: CardBenchOptions = {}) {
    this.members = options.members ?? [
      [1, 1],
      [2, 1],
      [3, 1],
    ];
    this.cardId = options.cardId ?? 1;
    const others = this.members.map(([card]) => card).filter((card) => card !== this.cardId);
    this.neighbours = options.neighbours ?? others;
    this.first = options.first ?? 1n;
    this.timing = options.timing ?? DEFAULT_TIMING;
    this.storage = options.storage ?? new FailingRecordStore();
    this.maxBauds = options.maxBauds;
    this.randomSeed = options.randomSeed ?? 0x1234_5678;
    this.card = this.boot();
    this.fromHost(hostOpen(SESSION));
    if (options.uninitialised !== true) this.initialise();
    this.sayHellos();
  }

  /** The list of the first view: this card as what it has drawn, the others as the tests have it. */
  get list(): readonly Entry[] {
    return this.members.map(([card, votes]) => {
      return [card, votes, votes, card === this.cardId ? this.incarnation : incarnationOf(card)] as const;
    });
  }

  /** What the card draws first. Zero would be none, so it draws again. */
  get incarnation(): number {
    return this.randomSeed === 0 ? 0x9e37_79b9 : this.randomSeed;
  }

  /** The view with which the fabric begins. */
  get view(): number {
    return firstViewNumber(this.members[0]?.[0] as number);
  }

  /** Restarts the card with what its flash holds, and opens the session again. */
  restart(): void {
    this.card = this.boot();
    this.fromHost(hostOpen(SESSION));
    this.sayHellos();
  }

  private boot(): Card {
    this.hostLine = new TestCable((frame) => {
      if (this.hostAccepts) this.host.add(frame, this.nowUs);
      return this.hostAccepts;
    });
    this.cables = this.neighbours.map((_, link) => {
      const send = (frame: FrameBuffer): boolean => {
        if (this.accepts) this.sent.add(link, frame, this.nowUs);
        return this.accepts;
      };
      return new TestCable(send, 100 + link);
    });
    const card = new Card({
      links: this.cables,
      host: this.hostLine,
      storage: this.storage,
      chipId: new Uint64(0xabc, 0xdef),
      randomSeed: this.randomSeed,
      timing: this.timing,
      ...(this.maxBauds === undefined ? {} : { rateOfLink: this.rates(this.maxBauds) }),
      hostFaults: this.hostFaults,
    });
    card.start(this.nowUs);
    return card;
  }

  private rates(maxBauds: readonly number[]): (link: number) => LinkRate | undefined {
    const rates = maxBauds.map((maxBaud, link) => {
      const setBaud = (baud: number): void => {
        this.bauds.push([link, baud, this.nowUs]);
      };
      return maxBaud === 0 ? undefined : { configuredBaud: USUAL_BAUD, maxBaud, setBaud };
    });
    return (link) => {
      if (link >= rates.length) throw new RangeError("the card has no such cable");
      return rates[link];
    };
  }

  initialise(): void {
    const first = uint64(this.first);
    this.fromHost(hostInit({ session: SESSION, cardId: this.cardId, members: this.members, first }));
    this.found();
  }

  /** The others found the fabric with this card, or let it do so. */
  found(): void {
    const [founder, second] = this.members.map(([card]) => card);
    if (founder === this.cardId) {
      for (const [card] of this.members.slice(1)) this.join(card);
      for (const [card] of this.members.slice(1)) this.join(card, { view: this.view });
    } else {
      const secondary = second as number;
      this.accept({ view: this.view, primary: founder as number, secondary, ceiling: this.first });
    }
  }

  /** The member `source` tells that it was initialised like this card, or that it has accepted the first view. */
  join(source: number, options: Partial<JoinFields> = {}): void {
    const fields = new JoinFields();
    fields.incarnation = options.incarnation ?? incarnationOf(source);
    fields.checksum = options.checksum ?? this.initChecksum();
    fields.view = options.view ?? 0;
    const founder = this.members[0]?.[0] as number;
    fields.founder = options.founder ?? (founder === this.cardId ? this.incarnation : incarnationOf(founder));
    this.receive(source, FRAME_JOIN, (frame) => encodeJoin(frame, fields));
  }

  /** Of the first number, and the ids and votes of ten cards, zero where there are fewer. */
  initChecksum(): number {
    const told = new Uint8Array(28);
    new DataView(told.buffer).setBigUint64(0, this.first, true);
    told.set(this.members.flat(), 8);
    return crc32(told, told.length) >>> 0;
  }

  /** Lets `us` microseconds pass; the card is woken when it asks for it. */
  advance(us: number): void {
    const endUs = this.nowUs + us;
    for (;;) {
      const dueUs = Math.min(this.card.wakeUpUs, this.nextHelloUs);
      if (dueUs > endUs) break;
      this.nowUs = Math.max(this.nowUs, dueUs);
      if (this.nowUs >= this.nextHelloUs) this.sayHellos();
      if (this.nowUs >= this.card.wakeUpUs) this.card.tick(this.nowUs);
    }
    this.nowUs = endUs;
  }

  fromHost(frame: FrameBuffer): void {
    this.card.receiveFromHost(frame, this.nowUs, this.hostLine.expected.meaningOf(frame, this.nowUs));
  }

  /** The host's request, under the bench's session. */
  ask(tag: number, count = 1): void {
    this.fromHost(hostRequest(SESSION, tag, count));
  }

  status(): HostLog {
    this.fromHost(hostStatusRequest(SESSION));
    return this.host;
  }

  /** Hands the card a frame from the member `source`, by the cable that leads there, or the first. */
  receive(
    source: number,
    type: number,
    body: (frame: FrameBuffer) => void,
    options: FrameOptions = {},
  ): void {
    const frame = new FrameBuffer();
    const { destination = this.cardId, hopsLeft = 16, fabricId = FABRIC } = options;
    writeFabricHeader(frame, type, source, destination, hopsLeft, fabricId);
    body(frame);
    this.receiveRaw(frame, options.link ?? Math.max(0, this.neighbours.indexOf(source)));
  }

  receiveRaw(frame: FrameBuffer, link = 0): void {
    const expected = this.cables[link]?.expected;
    if (expected?.takes(frame, this.nowUs) !== true) {
      this.card.receiveFromLink(link, frame, this.nowUs, expected?.meaningOf(frame, this.nowUs));
    }
  }

  request(source: number, requestId: number, count = 1): void {
    this.receive(source, FRAME_REQUEST, (frame) => encodeRequest(frame, requestId, count));
  }

  store(
    source: number,
    fields: { view?: number; originator?: number; requestId?: number; first?: bigint; count?: number },
  ): void {
    const { view = this.view, originator = source, requestId = 1, first = this.first, count = 1 } = fields;
    this.receive(source, FRAME_STORE, (frame) =>
      encodeStore(frame, view, originator, requestId, uint64(first), count),
    );
  }

  answer(source: number, fields: { view?: number; requestId: number; first?: bigint; count?: number }): void {
    const { view = this.view, requestId, first = this.first, count = 1 } = fields;
    this.receive(source, FRAME_ANSWER, (frame) => encodeAnswer(frame, view, requestId, uint64(first), count));
  }

  refuse(source: number, requestId: number, code: number): void {
    this.receive(source, FRAME_REFUSE, (frame) => encodeRefuse(frame, requestId, code));
  }

  /** A beacon of the first view's primary, unless told otherwise. */
  beacon(options: BeaconOptions = {}): void {
    const fields = new BeaconFields();
    fields.view = options.view ?? this.view;
    const from = options.from ?? options.primary ?? (this.members[0]?.[0] as number);
    if (options.secondary !== undefined || options.base !== undefined) {
      const { primary = from, secondary = this.members[1]?.[0] as number } = options;
      this.accept({ ...options, view: fields.view, from, primary, secondary });
    }
    fields.sequence = options.sequence ?? 1;
    fields.ceiling.copy(uint64(options.ceiling ?? this.first + 65_536n));
    fields.windowLog2 = options.windowLog2 ?? 16;
    fields.state = options.state ?? 0;
    this.receive(from, FRAME_BEACON, (frame) => encodeBeacon(frame, fields), options);
  }

  /** The member `source` acknowledges: the newest beacon and all that it says, unless told otherwise. */
  ack(source: number, options: AckOptions = {}): void {
    const newest = this.sent.beacons().at(-1)?.fields;
    const { view = this.view, sequence = newest?.sequence ?? 0, flags = 0 } = options;
    const ceiling =
      options.ceiling === undefined ? (newest?.ceiling ?? new Uint64()) : uint64(options.ceiling);
    this.receive(source, FRAME_BEACON_ACK, (frame) => encodeBeaconAck(frame, view, sequence, ceiling, flags));
  }

  /** The member `source` asks for a promise; it is the coordinator of `view`, unless told otherwise. */
  prepare(view: number, source = view % 256): void {
    this.receive(source, FRAME_PREPARE, (frame) => encodePrepare(frame, view));
  }

  /** The member `source` promises; it last accepted the first view, unless told otherwise. */
  promise(source: number, options: PromiseOptions): void {
    const fields = new PromiseFields();
    fields.view = options.view;
    fields.accepted = options.accepted ?? this.view;
    fields.primary = options.primary ?? (this.members[0]?.[0] as number);
    fields.secondary = options.secondary ?? (this.members[1]?.[0] as number);
    fields.base.copy(uint64(options.base ?? this.first));
    fields.ceiling.copy(uint64(options.ceiling ?? this.first + 65_536n));
    fields.windowLog2 = options.windowLog2 ?? 16;
    fields.tail.copy(uint64(options.tail ?? 0n));
    fields.flags = options.tail === undefined ? 0 : PROMISE_FLAG_TAIL;
    tellMembers(fields, options.list ?? this.list);
    this.receive(source, FRAME_PROMISE, (frame) => encodePromise(frame, fields));
  }

  decline(source: number, view: number, promised: number): void {
    this.receive(source, FRAME_DECLINE, (frame) => encodeDecline(frame, view, promised));
  }

  /** The coordinator of `view` announces it: with primary 2 and secondary 3, unless told otherwise. */
  accept(options: AcceptOptions): void {
    const fields = new AcceptFields();
    fields.view = options.view;
    fields.primary = options.primary ?? 2;
    fields.secondary = options.secondary ?? 3;
    fields.base.copy(uint64(options.base ?? this.first));
    fields.ceiling.copy(uint64(options.ceiling ?? this.first + 65_536n));
    fields.windowLog2 = options.windowLog2 ?? 16;
    tellMembers(fields, options.list ?? this.list, options.lastCardId);
    this.receive(options.from ?? options.view % 256, FRAME_ACCEPT, (frame) => encodeAccept(frame, fields));
  }

  /** The card `source` asks for a planned change. */
  plan(source: number, options: PlanOptions): void {
    this.receive(source, FRAME_PLAN, (frame) => encodePlan(frame, planFields(options)));
  }

  planResult(source: number, requestId: number, code: number, number = 0n): void {
    const fields = new PlanResultFields();
    fields.requestId = requestId;
    fields.code = code;
    fields.number.copy(uint64(number));
    this.receive(source, FRAME_PLAN_RESULT, (frame) => encodePlanResult(frame, fields));
  }

  /** The host asks for a planned change. */
  askPlan(options: PlanOptions): void {
    this.fromHost(hostPlan(SESSION, options));
  }

  /** Lets the neighbour at `link` say hello: that it hears this card, and what it reaches. */
  hello(
    link: number,
    routes: readonly (readonly [number, number, number])[] = [],
    options: { heard?: number; source?: number; checksum?: number } = {},
  ): void {
    const fields = new HelloFields();
    fields.heard = options.heard ?? this.cardId;
    fields.membersChecksum =
      options.checksum ??
      crc32(Uint8Array.from(this.members.map(([card]) => card)), this.members.length) >>> 0;
    for (const [card, cost, path] of routes) fields.addRoute(card, cost, path);
    const source = options.source ?? (this.neighbours[link] as number);
    this.receive(source, FRAME_HELLO, (frame) => encodeHello(frame, fields), {
      destination: NEIGHBOUR_ID,
      hopsLeft: 1,
      link,
    });
  }

  private sayHellos(): void {
    this.nextHelloUs = this.helloing ? this.nowUs + this.timing.helloUs : Number.POSITIVE_INFINITY;
    if (!this.helloing) return;
    for (let link = 0; link < this.neighbours.length; link += 1) this.hello(link);
  }
}
