import { PowerCut } from "../../boards/virtual/memory-flash.js";
import { PersistentState } from "../../firmware/card/persistent-state.js";
import { type Firmware, startFirmware } from "../../firmware/main.js";
import type { FrameBuffer } from "../../firmware/wire/frame-buffer.js";
import { Uint64 } from "../../firmware/wire/uint64.js";
import type { CableDirection } from "./cable-direction.js";
import { DriftingClock } from "./drifting-clock.js";
import type { EventTarget } from "./event-queue.js";
import { Random } from "./random.js";
import { SimulatedPort } from "./simulated-port.js";
import { SimulatedStorage } from "./simulated-storage.js";
import type { World } from "./world.js";

/** The port number of the line to the host. */
export const HOST_PORT = -1;

const WAKE = 0;
const BOOT = 1;
const RESUME = 2;
const SEND = 3;
/** The value of a SEND: its port, and in which life of the card it was sent. */
const PORTS = 16;
/** What a board can at its cables. */
const MAX_BAUD = 7_812_500;
/** Frames that a card's receive buffers hold while it gets no time. */
const MAX_INBOX = 128;

/** How long a card's processor works. Without it turns take no time. */
export interface ProcessingTime {
  /** For a frame that came in, or a wake-up; above 0. */
  readonly turnUs: number;
  /** For each frame that goes out. */
  readonly sendUs: number;
  /** How much longer the next turn takes, where a card is a process of a computer that has other things to do. */
  readonly lateUs?: () => number;
}

interface Waiting {
  readonly port: number;
  readonly frame: FrameBuffer;
}

/** A board with the real firmware, its flash, its clock and its power switch. */
export class SimulatedCard implements EventTarget {
  readonly id: number;
  readonly storage: SimulatedStorage;
  readonly clock = new DriftingClock();
  /** Where each of its cables leads. */
  readonly directions: CableDirection[] = [];
  /** The power goes after so many more frames. */
  sendsUntilCut = Number.POSITIVE_INFINITY;
  /** How long it stays dark after a power cut that was armed. */
  darkUs = 0;
  /** Numbers that it assigned, and that the views it chose skipped at the most, in all its boots but this one. */
  private accountedBefore = 0;
  private readonly world: World;
  private firmware: Firmware | null = null;
  private ports: SimulatedPort[] = [];
  private hostPort: SimulatedPort = new SimulatedPort(() => false);
  private wakeUs = Number.POSITIVE_INFINITY;
  private wakeEventUs = Number.POSITIVE_INFINITY;
  private stalledUntilUs = 0;
  /** Interrupts are off: what comes is lost. */
  private deafUntilUs = 0;
  private lives = 0;
  /** The rate of each cable at this end. */
  bauds: number[] = [];
  rateChanges = 0;
  private rateChangedUs = 0;
  private readonly inbox: Waiting[] = [];
  /** How long the turn has taken so far, without its writes to flash. */
  private workedUs = 0;
  /** Whose turn it was last: a cable, behind them the line to the host, and then the alarm. */
  private served = 0;

  constructor(world: World, id: number) {
    this.world = world;
    this.id = id;
    this.storage = new SimulatedStorage(world.options.log, new Random(world.options.seed, 100 + id));
  }

  /** Erases of this life that it did in a role, as it says itself. */
  get erasesInRole(): number {
    return this.firmware?.counters.erasesInRole ?? 0;
  }

  /** Changes of the view that it began in this life for another reason than that a flash is to be erased. */
  get changesUncalledFor(): number {
    const counters = this.firmware?.counters;
    return counters === undefined ? 0 : counters.viewChangesStarted - counters.handoversForErase;
  }

  /** What is in its flash; nothing where that holds no record that can be read. */
  get flash(): PersistentState | undefined {
    const state = new PersistentState(this.storage);
    return state.load() === "loaded" ? state : undefined;
  }

  get isPowered(): boolean {
    return this.firmware !== null;
  }

  /** Its flash did not take a record, so it is deaf until it is started again. */
  get hasFailedFlash(): boolean {
    return this.storage.hasFailed;
  }

  get isStalled(): boolean {
    return this.world.nowUs < this.stalledUntilUs;
  }

  /** Numbers that it assigned, and that the views it chose skipped at the most. A reboot clears a card's counters. */
  get accounted(): number {
    const counters = this.firmware?.counters;
    if (counters === undefined) return this.accountedBefore;
    return this.accountedBefore + counters.numbersAssigned + counters.numbersSkippedByViews;
  }

  boot(): void {
    const { world } = this;
    if (this.firmware !== null) return;
    world.trace(`card ${this.id} boots`);
    this.clock.start(world.nowUs);
    this.stalledUntilUs = 0;
    this.deafUntilUs = 0;
    this.lives += 1;
    this.storage.boot();
    const configuredBaud = world.options.cableMegabaud * 1_000_000;
    this.bauds = this.directions.map(() => configuredBaud);
    this.ports = this.directions.map((_, port) => {
      const rate = { configuredBaud, maxBaud: MAX_BAUD, setBaud: (baud: number) => this.setBaud(port, baud) };
      return new SimulatedPort((frame) => this.transmit(port, frame), rate);
    });
    this.hostPort = new SimulatedPort((frame) => this.transmit(HOST_PORT, frame));
    this.turn(() => {
      this.firmware = startFirmware({
        links: this.ports,
        host: this.hostPort,
        storage: this.storage,
        chipId: new Uint64(0x5eed, this.id),
        randomSeed: world.cardRandom.uint32(),
        timing: world.options.timing,
        now: () => this.clock.localUs(world.nowUs),
        wakeAt: (localUs) => this.wakeAt(localUs),
      });
    });
  }

  /** Since when a cable has had another rate at this end than it has but for tests; undefined where none has. */
  get offRateSinceUs(): number | undefined {
    const usual = this.world.options.cableMegabaud * 1_000_000;
    return this.isPowered && this.bauds.some((baud) => baud !== usual) ? this.rateChangedUs : undefined;
  }

  private setBaud(port: number, baud: number): void {
    this.world.trace(`card ${this.id} has cable ${port} at ${baud} baud`);
    this.bauds[port] = baud;
    this.rateChangedUs = this.world.nowUs;
    this.rateChanges += 1;
  }

  /** Takes the power. */
  cutPower(): void {
    if (this.firmware === null) return;
    this.world.trace(`card ${this.id} loses power`);
    this.accountedBefore = this.accounted;
    this.firmware = null;
    this.wakeUs = Number.POSITIVE_INFINITY;
    this.wakeEventUs = Number.POSITIVE_INFINITY;
    this.sendsUntilCut = Number.POSITIVE_INFINITY;
    this.storage.disarm();
    this.emptyInbox();
    this.world.hostOf(this.id).cardWentDark();
  }

  /** Gives the power back after `us`. */
  bootIn(us: number): void {
    this.world.queue.add(this.world.nowUs + us, this, BOOT, 0, null);
  }

  /** Gives it no time for `us`. Then it sees everything that came meanwhile at once, and a clock that has gone on. */
  stall(us: number): void {
    if (this.firmware === null) return;
    this.world.trace(`card ${this.id} stalls for ${us} us`);
    this.holdFor(us);
  }

  private holdFor(us: number): void {
    this.stalledUntilUs = Math.max(this.stalledUntilUs, this.world.nowUs + us);
    this.world.queue.add(this.stalledUntilUs, this, RESUME, 0, null);
  }

  /** Ends a stall early. */
  resume(): void {
    this.stalledUntilUs = 0;
    this.handle(RESUME);
  }

  /** Takes a frame that has come in at `port`: a cable, or HOST_PORT. */
  receive(port: number, frame: FrameBuffer): void {
    if (this.firmware === null || this.world.nowUs < this.deafUntilUs) return;
    if (this.isStalled || (this.world.options.processing !== undefined && this.inbox.length > 0)) {
      if (this.inbox.length < MAX_INBOX) this.inbox.push({ port, frame: this.world.pool.copyOf(frame) });
      return;
    }
    this.take(port, frame);
  }

  /** @returns false where there was no turn for it. */
  private take(port: number, frame: FrameBuffer): boolean {
    this.world.noteArrival(this.id, port, frame);
    const into = port === HOST_PORT ? this.hostPort : (this.ports[port] as SimulatedPort);
    const nowUs = this.clock.localUs(this.world.nowUs);
    if (into.dealsWith(frame, nowUs)) return false;
    const meaning = into.meaningOf(frame, nowUs);
    this.turn(() => into.onFrame(frame, nowUs, meaning));
    return true;
  }

  handle(kind: number, value = 0, frame: FrameBuffer | null = null): void {
    if (kind === BOOT) this.boot();
    else if (kind === SEND) this.sendLater(value, frame as FrameBuffer);
    else if (kind === WAKE) this.wakeEvent();
    else if (this.isStalled) return;
    else if (this.world.options.processing === undefined) this.wakeFromStall();
    else this.goOn();
  }

  /** As on the boards: a frame of each cable and of the host in turn, and then the alarm where it is due. */
  private goOn(): void {
    if (this.firmware === null) return;
    const cables = this.directions.length;
    for (let tried = 0; tried < cables + 2; tried += 1) {
      this.served = (this.served + 1) % (cables + 2);
      if (this.served === cables + 1) {
        if (this.world.nowUs < this.wakeUs) continue;
        this.wake();
        return;
      }
      const port = this.served === cables ? HOST_PORT : this.served;
      const at = this.inbox.findIndex((waiting) => waiting.port === port);
      if (at < 0) continue;
      const { frame } = this.inbox.splice(at, 1)[0] as Waiting;
      const hadTurn = this.take(port, frame);
      this.world.pool.release(frame);
      if (hadTurn) return;
      // It took no time, so whoever comes next has not waited.
      tried = -1;
    }
    // The alarm that was set while the processor worked.
    if (this.wakeEventUs === Number.POSITIVE_INFINITY) this.planWake();
  }

  /** What waits at the ports comes first or the clock does, as it happens on a computer too. */
  private wakeFromStall(): void {
    if (this.world.cardRandom.chance(0.5)) this.wake();
    const waiting = this.inbox.splice(0);
    for (const { port, frame } of waiting) {
      this.receive(port, frame);
      this.world.pool.release(frame);
    }
    this.wake();
  }

  private wake(): void {
    this.turn(() => this.firmware?.wake());
  }

  private turn(run: () => void): void {
    const { storage } = this;
    storage.beginTurn();
    const { processing } = this.world.options;
    this.workedUs = (processing?.turnUs ?? 0) + (processing?.lateUs?.() ?? 0);
    try {
      run();
      if (this.busyUs > 0) this.waitForEnd();
    } catch (error) {
      if (!(error instanceof PowerCut)) {
        this.world.checker.fail(
          `card ${this.id} threw: ${error instanceof Error ? error.stack : String(error)}`,
        );
      }
      // A cut in the very first turn leaves no firmware behind, and is a power cut all the same.
      this.cutPower();
      this.firmware = null;
      this.storage.disarm();
      this.bootIn(this.darkUs);
    }
  }

  /** How long the turn has taken so far. */
  private get busyUs(): number {
    return this.workedUs + this.storage.busyUs;
  }

  /** While its turn lasts the card does nothing else; an erase also keeps it from hearing anything. */
  private waitForEnd(): void {
    const { storage, world, busyUs } = this;
    this.holdFor(busyUs);
    if (!storage.hasErased) return;
    world.noteErase(this.id, storage.busyUs);
    this.deafUntilUs = world.nowUs + busyUs;
  }

  /** What is sent goes out when the work before it is done, a write to flash above all. */
  private transmit(port: number, frame: FrameBuffer): boolean {
    const { world } = this;
    this.sendsUntilCut -= 1;
    if (this.sendsUntilCut < 0) throw new PowerCut();
    this.workedUs += world.options.processing?.sendUs ?? 0;
    if (this.busyUs === 0) return this.sendNow(port, frame);
    const value = this.lives * PORTS + port + 1;
    world.queue.add(world.nowUs + this.busyUs, this, SEND, value, world.pool.copyOf(frame));
    return true;
  }

  private sendLater(value: number, frame: FrameBuffer): void {
    const isOfThisLife = Math.floor(value / PORTS) === this.lives && this.firmware !== null;
    if (isOfThisLife) this.sendNow((value % PORTS) - 1, frame);
    this.world.pool.release(frame);
  }

  private sendNow(port: number, frame: FrameBuffer): boolean {
    if (port === HOST_PORT) return this.world.hostOf(this.id).receiveFromCard(frame);
    return (this.directions[port] as CableDirection).send(frame);
  }

  private wakeAt(localUs: number): void {
    this.wakeUs = Math.max(this.world.nowUs, this.clock.trueUs(localUs));
    if (this.wakeUs < this.wakeEventUs) this.planWake();
  }

  private planWake(): void {
    this.wakeEventUs = this.wakeUs;
    if (this.wakeUs !== Number.POSITIVE_INFINITY) this.world.queue.add(this.wakeUs, this, WAKE, 0, null);
  }

  private wakeEvent(): void {
    const { nowUs } = this.world;
    // Every wake-up plans its own event; those that were overtaken by an earlier one come to nothing.
    if (nowUs !== this.wakeEventUs) return;
    this.wakeEventUs = Number.POSITIVE_INFINITY;
    if (this.firmware === null || this.isStalled) return;
    if (nowUs < this.wakeUs) this.planWake();
    else this.wake();
  }

  private emptyInbox(): void {
    for (const { frame } of this.inbox.splice(0)) this.world.pool.release(frame);
  }
}
