import type { Timing } from "../../firmware/wire/constants.js";
import type { FrameBuffer } from "../../firmware/wire/frame-buffer.js";
import { OFFSET_TYPE } from "../../firmware/wire/frame-types.js";
import type { HostViewFields } from "../../firmware/wire/host-frames.js";
import { HostInitFields, INIT_JOIN } from "../../firmware/wire/host-setup-frames.js";
import type { Uint64 } from "../../firmware/wire/uint64.js";
import { CableDirection } from "./cable-direction.js";
import { Checker } from "./checker.js";
import { describeFrame } from "./describe-frame.js";
import { EventQueue, type EventTarget } from "./event-queue.js";
import { FrameArchive } from "./frame-archive.js";
import { FramePool } from "./frame-pool.js";
import { Random } from "./random.js";
import { type ProcessingTime, SimulatedCard } from "./simulated-card.js";
import type { LogSize } from "./simulated-flash.js";
import { SimulatedHost } from "./simulated-host.js";
import { type Cable, partsOf } from "./topology.js";
import { Weather } from "./weather.js";

const FABRIC_ID = 7;
const TWO_32 = 0x1_0000_0000;
const FNV_PRIME = 0x01000193;

export interface WorldOptions {
  readonly seed: number;
  /** Cards that found the fabric. */
  readonly cards: number;
  /** Cards that wait to be taken in, cabled like the others. */
  readonly spares?: number;
  readonly cables: readonly Cable[];
  /** Cards whose hosts are one computer with a card of each fabric, which lends a trunk between them; by place. */
  readonly trunks: readonly Cable[];
  readonly votes: readonly number[];
  readonly timing: Timing;
  /** Rate of each card's clock. */
  readonly clockRates: readonly number[];
  readonly first: Uint64;
  readonly cableMegabaud: number;
  readonly cableLatencyUs: number;
  /** The log that cards keep in their flash; undefined: they keep their record in a memory that takes no time. */
  readonly log?: LogSize | undefined;
  /** How long cards take for what they do; undefined: no time. */
  readonly processing?: ProcessingTime | undefined;
  /** Share of the frames between a host and its card that are lost. */
  readonly hostLoss: number;
  readonly hostRetryUs: number;
  /** Mean time between two calls at one host; 0: no calls of its own. */
  readonly callEveryUs: number;
  /** Numbers that a call asks for. */
  callCount(): number;
  /** Is handed a line of text for each thing that happens. */
  readonly trace?: ((line: string) => void) | undefined;
}

/**
 * A fabric with its hosts in virtual time; time is in true microseconds. Boards have numbers from 1. A founder's is its card
 * id too, until it has been removed and comes again under another.
 */
export class World {
  nowUs = 0;
  /** A fingerprint of everything that has happened so far. */
  hash = 0x811c9dc5 | 0;
  events = 0;
  /** Hosts make no more calls of their own. */
  areCallsEnded = false;
  /** Calls ask for one number each: whether the fabric lives is not to be a matter of how much was asked of it before. */
  areCallsSmall = false;
  readonly options: WorldOptions;
  readonly queue = new EventQueue();
  readonly pool = new FramePool();
  readonly archive = new FrameArchive();
  readonly weather = new Weather();
  readonly checker = new Checker();
  /** For cables and lines; for what cards draw; for what hosts draw. */
  readonly random: Random;
  readonly cardRandom: Random;
  readonly hostRandom: Random;
  readonly cards: SimulatedCard[] = [];
  readonly hosts: SimulatedHost[] = [];
  readonly directions: CableDirection[] = [];
  /** The newest view that any host was told of. */
  view = 0;
  primary = 0;
  secondary = 0;
  /** Which board has, or had, a card id. */
  private readonly boards = new Map<number, number>();
  private nextCardId = 0;
  /** How long erases have stopped cards without which the others fall into parts. */
  cuttingEraseUs = 0;
  /** Called at each delivery to a caller. */
  onDelivery: (host: number, madeUs: number) => void = () => {};

  constructor(options: WorldOptions) {
    const { seed } = options;
    this.options = options;
    this.random = new Random(seed, 1);
    this.cardRandom = new Random(seed, 2);
    this.hostRandom = new Random(seed, 3);
    const boards = options.cards + (options.spares ?? 0);
    this.nextCardId = boards + 1;
    for (let id = 1; id <= boards; id += 1) this.cards.push(new SimulatedCard(this, id));
    for (const [one, other] of options.cables) this.join(this.cards[one], this.cards[other]);
    this.cards.forEach((card, place) => {
      card.clock.rate = options.clockRates[place] ?? 1;
      this.hosts.push(new SimulatedHost(this, card.id, this.joinsOf(card.id)));
    });
    for (const { cardId, board } of this.hosts) this.boards.set(cardId, board);
    for (const [one, other] of options.trunks) this.hosts[one]?.lendTrunk(this.hosts[other] as SimulatedHost);
    for (const card of this.cards) card.boot();
  }

  /** @returns as which card a board was initialised last; 0: there is no such board. */
  cardIdOf(board: number): number {
    return this.hosts[board - 1]?.cardId ?? 0;
  }

  /** @returns a card id that was never used. */
  takeCardId(board: number): number {
    const cardId = this.nextCardId;
    this.nextCardId += 1;
    this.boards.set(cardId, board);
    return cardId;
  }

  cardOf(id: number): SimulatedCard {
    return this.cards[id - 1] as SimulatedCard;
  }

  hostOf(id: number): SimulatedHost {
    return this.hosts[id - 1] as SimulatedHost;
  }

  /** Lets time pass until `untilUs`, or until a promise is broken, or `isDone`. */
  run(untilUs: number, isDone: () => boolean = () => false): void {
    const { queue, checker } = this;
    while (queue.nextAtUs <= untilUs && checker.violation === "" && !isDone()) {
      const event = queue.take();
      this.nowUs = event.atUs;
      this.events += 1;
      (event.target as EventTarget).handle(event.kind, event.value, event.frame);
      queue.release(event);
    }
    if (queue.nextAtUs > untilUs) this.nowUs = untilUs;
  }

  /** Does something after `us`. */
  after(us: number, run: () => void): void {
    this.queue.add(this.nowUs + us, { handle: run }, 0, 0, null);
  }

  /** @param joins the cards that a card is to join, itself among them; none: it founds the fabric with the others. */
  initFields(cardId: number, joins: readonly number[]): HostInitFields {
    const fields = new HostInitFields();
    fields.fabricId = FABRIC_ID;
    fields.cardId = cardId;
    fields.first.copy(this.options.first);
    if (joins.length === 0) {
      this.options.votes.forEach((votes, place) => {
        fields.addMember(place + 1, votes);
      });
    } else {
      fields.kind = INIT_JOIN;
      for (const card of joins) fields.addMember(card, 1);
    }
    return fields;
  }

  /** @returns how far a number lies above the fabric's first. */
  offsetOf(number: Uint64): number {
    const { first } = this.options;
    return (number.high - first.high) * TWO_32 + (number.low - first.low);
  }

  callCount(): number {
    return this.areCallsSmall ? 1 : this.options.callCount();
  }

  noteView(view: HostViewFields): void {
    if (view.view < this.view) return;
    if (view.view > this.view) this.trace(`view ${view.view}: ${view.primary}, ${view.secondary}`);
    this.view = view.view;
    this.primary = this.boards.get(view.primary) ?? 0;
    this.secondary = this.boards.get(view.secondary) ?? 0;
  }

  /** A card stops for an erase, and passes nothing on meanwhile. */
  noteErase(board: number, us: number): void {
    this.trace(`card ${board} erases for ${us} us`);
    const { cables, trunks } = this.options;
    const parts = partsOf([...cables, ...trunks], this.cards.length, (place) => place + 1 !== board);
    const others = parts.filter((_, place) => place + 1 !== board);
    if (others.some((part) => part !== others[0])) this.cuttingEraseUs += us;
  }

  noteArrival(to: number, port: number, frame: FrameBuffer): void {
    this.mix(this.nowUs);
    this.mix((to << 16) | ((port & 0xff) << 8) | (frame.bytes[OFFSET_TYPE] as number));
    this.mix(frame.length === 0 ? 0 : (frame.bytes[frame.length - 1] as number));
  }

  noteDelivery(host: number, start: number, madeUs: number): void {
    this.mix(start);
    this.trace(`host ${host} gets ${start}`);
    this.onDelivery(host, madeUs);
  }

  trace(text: string): void {
    this.options.trace?.(`${(this.nowUs / 1000).toFixed(3).padStart(10)} ms  ${text}`);
  }

  /** @param from a card, or 0 for a host. */
  traceFrame(from: number, to: number, frame: FrameBuffer, fate: string): void {
    if (this.options.trace === undefined) return;
    const name = (card: number): string => (card === 0 ? "host" : String(card));
    this.trace(`${name(from)} > ${name(to)}  ${describeFrame(frame)}${fate === "" ? "" : `  (${fate})`}`);
  }

  private joinsOf(board: number): number[] {
    if (board <= this.options.cards) return [];
    return [...this.options.votes.map((_, place) => place + 1), board];
  }

  private mix(value: number): void {
    this.hash = Math.imul(this.hash ^ (value | 0), FNV_PRIME);
  }

  private join(one: SimulatedCard | undefined, other: SimulatedCard | undefined): void {
    if (one === undefined || other === undefined)
      throw new RangeError("A cable leads to a card that is not there.");
    const oneLink = one.directions.length;
    const otherLink = other.directions.length;
    one.directions.push(new CableDirection(this, one, oneLink, other, otherLink));
    other.directions.push(new CableDirection(this, other, otherLink, one, oneLink));
    this.directions.push(
      one.directions[oneLink] as CableDirection,
      other.directions[otherLink] as CableDirection,
    );
  }
}
