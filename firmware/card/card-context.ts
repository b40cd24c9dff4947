import type { RecordStore } from "../storage/record-store.js";
import type { Timing } from "../wire/constants.js";
import { COUNTER_NAMES, type CounterName } from "../wire/counter-names.js";
import type { FrameBuffer } from "../wire/frame-buffer.js";
import {
  REFUSE_BLANK,
  REFUSE_JOINING,
  REFUSE_REMOVED,
  REFUSE_STORAGE,
  STATE_READY,
} from "../wire/frame-types.js";
import type { Uint64 } from "../wire/uint64.js";
import { MemberList } from "./member-list.js";
import { PersistentState, STANDING_MEMBER, STANDING_REMOVED } from "./persistent-state.js";

/** The rate of a cable's end, in bits a second. */
export interface LinkRate {
  /** What the cable has but for tests. */
  readonly configuredBaud: number;
  /** The board's limit. */
  readonly maxBaud: number;
  /** Changes it, both ways, as soon as the byte that is being sent has gone. Of `baud` within the limit it never fails. */
  setBaud(baud: number): void;
}

/** What the port to the host has counted. */
export interface HostFaults {
  /** Frames that it dropped for noise. */
  readonly badFrames: number;
  /** Frames that it had taken and that never went out. */
  readonly forgottenFrames: number;
}

/** A line that frames go out over. On boards it is the frame port itself, whose docstrings say more. */
export interface CardLine {
  /** @returns false where the frame found no room. The frame is used again as soon as this returns. */
  send(frame: FrameBuffer): boolean;
  /** As `send`, with four words written to `bytes[at..at + 16)` first: in XS a call takes less than the four writes. */
  sendWith(
    frame: FrameBuffer,
    at: number,
    first: number,
    second: number,
    third: number,
    fourth: number,
  ): boolean;
  /** From here on a frame that is `frame`, byte for byte but for `bytes[from..to)`, is handed to the card with its `meaning`, above 0. */
  expectLike(frame: FrameBuffer, from: number, to: number, meaning: number): void;
  /** Every frame is handed to the card again, and means nothing. */
  expectNothing(): void;
}

/** The end of a cable, which knows what a neighbour says again and again. */
export interface CardCable extends CardLine {
  /** Frames that were dropped for noise. */
  readonly badFrames: number;
  /** How often an expected frame came, or one that is like it. */
  readonly expectedFrames: number;
  /** @returns when it came last, in microseconds; minus infinity, or 0: never. */
  expectedUs(): number;
  /** From here on a frame that is `frame`, byte for byte, is not handed to the card. */
  expect(frame: FrameBuffer): void;
}

/** Everything a card is handed: it has no clock, no timer, no randomness and no I/O of its own. */
export interface CardEnvironment {
  /** The cables, 0 to `MAX_LINKS`. */
  readonly links: readonly CardCable[];
  readonly host: CardLine;
  readonly storage: RecordStore;
  readonly chipId: Uint64;
  /** 32 random bits, new at each boot. */
  readonly randomSeed: number;
  readonly timing: Timing;
  /** @returns undefined where that port cannot change its rate; left out where none can. */
  readonly rateOfLink?: (link: number) => LinkRate | undefined;
  /** Left out where that port counts nothing. */
  readonly hostFaults?: HostFaults;
}

/** Odd, so that no two of the first 2^32 drawn in one boot are alike. */
const INCARNATION_STEP = 0x9e37_79b9;
const MAX_UINT32 = 0xffff_ffff;

export type Counters = Record<CounterName, number>;

/** Made first, and so found first. */
const COUNTED_OFTEN: readonly CounterName[] = [
  "blocksAsked",
  "blocksAnswered",
  "numbersDelivered",
  "beaconsReceived",
  "requestsReceived",
  "storesReceived",
  "numbersAssigned",
  "beaconsSent",
];

/** What the parts of one card share: what it was handed, what it remembers, and what time it is in this turn. */
export class CardContext {
  // XS finds a property by going through all that an object was given before it: what every turn asks stands first.
  /** The time of this turn, in microseconds. One turn has one time. */
  nowUs = 0;
  /** When the card wants to be woken. Too early does no harm. */
  wakeUpUs = Number.POSITIVE_INFINITY;
  /** Something happened that is rare: the next tick asks every part of the card, not only those that are due. */
  hasNews = true;
  /**
   * Rises with every change of what frames are checked against. As long as it is the same, what was found about a frame holds
   * for each that is like it: its header and its view (`Sorter`), a beacon's credibility and what is acknowledged (`Member`), a
   * hello that cables expect (`LinkState`), headers that are written once (`StandingFrame`). It is raised
   * - by `review`, and so by each `save`: what `state` holds (views, lists, ceiling, ids, standing), `blank`, `storageFailed`;
   * - by `setCold` and `setLow`, which alone write `cold` and `isLow`;
   * - by `hearOf` and `forgetHeard`: the list by which cards find each other.
   */
  epoch = 0;
  readonly state: PersistentState;
  readonly counters: Counters;
  /** That of `state`, 0 while there is none. */
  cardId = 0;
  readonly environment: CardEnvironment;
  readonly timing: Timing;
  /** What `ownState` tells, and two things that follow from it and from the view: fields, as every turn asks. */
  isReady = false;
  takesPart = false;
  /**
   * Until then numbers can be had, as far as this card knows, in this epoch: as its lease tells its primary (`Lease`), and each
   * other card the beacons of its primary (`Member`). What is said of the time behind it, `viewState` finds out.
   */
  readyUntilUs = Number.NEGATIVE_INFINITY;
  /** The accepted view makes this card its primary, and nothing higher is promised. */
  leads = false;
  bootUs = 0;
  blank = true;
  /** Restarted inside its accepted view: what it held in memory is gone, and it must not act as if it had it. */
  cold = false;
  /** The flash failed, so this card's word is worth nothing any more. It falls silent. */
  storageFailed = false;
  /** Its fabric knows this card's id as that of a card that was initialised earlier: it must be replaced. */
  forgot = false;
  /** The list of a view above the accepted one, of which this card has heard and cannot accept it. Only in memory. */
  private readonly heard = new MemberList();
  private heardView = 0;
  /** When that was. */
  heardUs = Number.NEGATIVE_INFINITY;
  private incarnationsDrawn = 0;
  /** A record was written, here or at the boot, since `Upkeep` last looked. */
  hasWritten = true;
  /** So few writes are left that this card should hold no role. */
  isLow = false;

  constructor(environment: CardEnvironment) {
    this.environment = environment;
    this.timing = environment.timing;
    this.state = new PersistentState(environment.storage);
    this.counters = Object.fromEntries(
      [...COUNTED_OFTEN, ...COUNTER_NAMES].map((name) => [name, 0]),
    ) as Counters;
    // A store that needs no erase can be written for ever.
    if (environment.storage.upkeep === undefined) this.counters.freeWrites = MAX_UINT32;
  }

  /** The newest list that this card knows of: by this one cards find each other, and never by it do they count votes. */
  get known(): MemberList {
    return this.heardView > this.state.accepted.number ? this.heard : this.state.members;
  }

  /** Whether `card` is a member by the accepted view's list, or by a later one that this card has heard of. */
  knows(card: number): boolean {
    return this.state.members.has(card) || this.known.has(card);
  }

  /**
   * Notes the list of a view that this card has promised too much to accept, or that another card has accepted: who is new
   * in it must be heard, or this card could be needed by those whom it does not hear.
   * @param list is to have this card as what it is.
   */
  hearOf(view: number, list: MemberList): void {
    if (view <= this.heardView) return;
    this.heardView = view;
    this.heardUs = this.nowUs;
    this.heard.copy(list);
    this.beginEpoch();
  }

  /** Forgets another fabric, whose views may have the numbers of this one's. */
  forgetHeard(): void {
    this.heardView = 0;
    this.beginEpoch();
  }

  setCold(cold: boolean): void {
    if (cold === this.cold) return;
    this.cold = cold;
    this.beginEpoch();
  }

  setLow(isLow: boolean): void {
    if (isLow === this.isLow) return;
    this.isLow = isLow;
    this.beginEpoch();
  }

  private beginEpoch(): void {
    this.epoch += 1;
    this.readyUntilUs = Number.NEGATIVE_INFINITY;
    this.expectNothing();
  }

  /** What was found about frames holds no more: every one is looked at anew. */
  expectNothing(): void {
    const { links } = this.environment;
    for (let link = 0; link < links.length; link += 1) (links[link] as CardCable).expectNothing();
  }

  /** Asks for a wake-up at `atUs` or before. */
  wakeBy(atUs: number): void {
    if (atUs < this.wakeUpUs) this.wakeUpUs = atUs;
  }

  /**
   * A card acts in a view only while that view is both what it accepted and what it promised.
   * @returns whether `view` is such a one.
   */
  actsIn(view: number): boolean {
    return view === this.state.accepted.number && view === this.state.promised;
  }

  /** Writes the state to flash. On failure the card takes part in nothing from then on. */
  save(): boolean {
    this.hasWritten = true;
    if (!this.state.save()) this.storageFailed = true;
    this.review();
    return !this.storageFailed;
  }

  /** To be called when the state, or what came of reading it, has changed: at the boot, and at each `save`. */
  review(): void {
    const { accepted, cardId, promised } = this.state;
    const ownState = this.ownState();
    this.beginEpoch();
    this.cardId = cardId;
    this.isReady = ownState === STATE_READY;
    this.takesPart = this.isReady || ownState === REFUSE_JOINING;
    this.leads = this.isReady && accepted.primary === cardId && accepted.number === promised;
    this.hasNews = true;
  }

  /** @returns STATE_READY, or the code of what keeps this card from taking part in anything. */
  ownState(): number {
    if (this.storageFailed) return REFUSE_STORAGE;
    if (this.blank) return REFUSE_BLANK;
    if (this.state.standing === STANDING_MEMBER) return STATE_READY;
    return this.state.standing === STANDING_REMOVED ? REFUSE_REMOVED : REFUSE_JOINING;
  }

  /** Whether this card waits for a fabric. It passes frames on then, and decides nothing. */
  isJoining(): boolean {
    return this.ownState() === REFUSE_JOINING;
  }

  /** @returns what tells this card from all that had its id before, 1 to 2^32-1; another at each call. */
  drawIncarnation(): number {
    const drawn = (this.environment.randomSeed + this.incarnationsDrawn * INCARNATION_STEP) >>> 0;
    this.incarnationsDrawn += 1;
    return drawn === 0 ? this.drawIncarnation() : drawn;
  }
}
