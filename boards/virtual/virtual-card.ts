import type { Timing } from "../../firmware/wire/constants.js";
import type { Uint64 } from "../../firmware/wire/uint64.js";
import type { CableSettings } from "./cable.js";
import type { CardEngine, EngineListener, TurnResult } from "./card-engine.js";
import type { CardFlash } from "./card-flash.js";
import { FlashWork } from "./flash-work.js";
import type { PoweredCard } from "./powered-card.js";
import type { Random } from "./random.js";
import type { RigFlashStatus } from "./rig-events.js";
import type { Scheduled, Scheduler } from "./scheduler.js";
import { frameTypesIn, type Trace } from "./trace.js";
import { decodeAnswer, encodeBoot, encodeTurn, type Piece, type RateChange } from "./turn-messages.js";

/** Received bytes that wait for a busy engine; beyond, they are lost, as in a full receive buffer. */
const MAX_WAITING_BYTES = 65_536;

/** Where a card's bytes go: a cable, or the USB line. */
export interface OutputPort {
  /** Bytes that it can take now. */
  room(): number;
  /** Takes a whole frame or nothing. */
  write(bytes: Uint8Array): boolean;
  /** Left out where the line has no rate that a card could change. */
  setBitRate?(bitRate: number): void;
  /** The card has lost its power. */
  forget(): void;
}

export interface VirtualCardOptions {
  readonly id: number;
  readonly chipId: Uint64;
  readonly timing: Timing;
  /** The rates of its cables. */
  readonly cable: Pick<CableSettings, "bitRate" | "maxBitRate">;
  readonly flash: CardFlash;
  readonly scheduler: Scheduler;
  /** The links in the order of their connectors, then the USB line. */
  readonly outputs: readonly OutputPort[];
  readonly trace?: Trace;
  /** For the times that the flash takes, and what a power cut leaves. */
  readonly random: Random;
  readonly makeEngine: (listener: EngineListener) => CardEngine;
  /** 32 random bits, new at each call. */
  readonly makeSeed: () => number;
  /** Called when the card died by itself. */
  readonly onDeath: (reason: string) => void;
}

/** A card of the rig: power switch, flash, alarm clock, and the turns of its engine. */
export class VirtualCard implements PoweredCard {
  /** Turns since the rig began, and what they cost on XS. */
  turns = 0;
  compute = 0;
  /** Power cuts in the midst of a write. */
  bounces = 0;
  /** Received bytes that found the card too busy, or deaf in an erase. */
  lostBytes = 0;
  /** What was done to its flash since the rig began. */
  readonly flashWork: FlashWork;
  private readonly options: VirtualCardOptions;
  private engine: CardEngine | undefined;
  private bootUs = 0;
  private busy = false;
  private paused = false;
  private waiting: Piece[] = [];
  private waitingBytes = 0;
  private running: readonly Piece[] = [];
  private alarm: Scheduled | undefined;
  private alarmIsDue = false;

  constructor(options: VirtualCardOptions) {
    this.options = options;
    this.flashWork = new FlashWork(options.flash, options.scheduler, options.random);
  }

  get id(): number {
    return this.options.id;
  }

  get isRunning(): boolean {
    return this.engine !== undefined;
  }

  /** Whether its engine is stopped in the midst of whatever it does. */
  get isPaused(): boolean {
    return this.paused;
  }

  get processId(): number | undefined {
    return this.engine?.processId;
  }

  /** Switches the power on. */
  start(): void {
    const { cable, chipId, flash, makeEngine, makeSeed, outputs, scheduler, timing } = this.options;
    const engine = makeEngine({
      // A worker that was killed may have answered just before: then its card has no power any more.
      onTurn: (result) => {
        if (this.engine === engine) this.finishTurn(result);
      },
      onDeath: (reason) => {
        if (this.engine === engine) this.die(reason);
      },
    });
    this.engine = engine;
    // Whole, so that an alarm which is due never comes out a rounding too early.
    this.bootUs = Math.floor(scheduler.now());
    this.busy = true;
    flash.powerOn();
    engine.run(encodeBoot({ chipId, timing, seed: makeSeed(), flash, ...cable }, 0, this.rooms(outputs)));
  }

  /**
   * Stops the engine wherever it is. One turn at most waits for it, with the time at which it was asked for; what is
   * received meanwhile fills the buffer and is lost beyond it.
   */
  pause(): void {
    this.paused = true;
    this.engine?.pause();
  }

  /** Lets it go on: it ends that turn, and is late. */
  resume(): void {
    this.paused = false;
    this.engine?.resume();
  }

  /** Takes the power away, at whatever instant. @returns when the engine is gone. */
  async kill(): Promise<void> {
    const engine = this.engine;
    this.powerOff();
    engine?.kill();
    await engine?.gone;
  }

  get flashStatus(): RigFlashStatus {
    const { programs, erases, busyUs } = this.flashWork;
    return { programs, erases, busyUs: Math.floor(busyUs), tornWrites: this.bounces };
  }

  /** Has the power fail within the next write to its flash, at any byte of it, and come back at once. */
  bounce(): void {
    this.flashWork.cutNext(() => {
      const engine = this.engine;
      this.powerOff();
      engine?.kill();
      this.bounces += 1;
      this.start();
    });
  }

  /** Takes bytes that arrived at a port. They must not change afterwards. */
  receive(port: number, bytes: Uint8Array): void {
    if (this.engine === undefined) return;
    if (this.flashWork.isErasing || this.waitingBytes + bytes.length > MAX_WAITING_BYTES) {
      this.lostBytes += bytes.length;
      return;
    }
    this.waiting.push({ port, bytes });
    this.waitingBytes += bytes.length;
    this.runTurns();
  }

  /** Everything that came while the engine was busy goes in at once. */
  private runTurns(): void {
    const engine = this.engine;
    if (engine === undefined || this.busy || (this.waiting.length === 0 && !this.alarmIsDue)) return;
    this.busy = true;
    this.running = this.waiting;
    this.waiting = [];
    this.waitingBytes = 0;
    this.alarmIsDue = false;
    const nowUs = Math.floor(this.options.scheduler.now() - this.bootUs);
    engine.run(encodeTurn(nowUs, this.rooms(this.options.outputs), this.running));
  }

  private finishTurn(result: TurnResult): void {
    const { flash, outputs } = this.options;
    const { operations, pieces, wakeUpUs } = decodeAnswer(result.answer, flash.pageBytes);
    this.turns += 1;
    this.compute += result.compute;
    this.flashWork.start(operations, {
      // Not before all that was written is durable: whoever hears of a promise may rely on it.
      onWritten: () => {
        this.traceTurn(pieces, result.compute);
        for (const piece of pieces) {
          if ("bitRate" in piece) outputs[piece.port]?.setBitRate?.(piece.bitRate);
          else outputs[piece.port]?.write(piece.bytes);
        }
      },
      onDone: () => {
        this.busy = false;
        this.setAlarm(wakeUpUs);
        this.runTurns();
      },
      onFailure: () =>
        this.die(
          "its flash did not take what it wrote. Free some space or choose another folder with --state",
        ),
    });
  }

  private setAlarm(wakeUpUs: number): void {
    this.alarm?.cancel();
    this.alarm = this.options.scheduler.at(
      this.bootUs + wakeUpUs,
      () => {
        this.alarmIsDue = true;
        this.runTurns();
      },
      false,
    );
  }

  private die(reason: string): void {
    this.engine?.kill();
    this.powerOff();
    this.options.onDeath(reason);
  }

  private powerOff(): void {
    this.engine = undefined;
    this.paused = false;
    this.flashWork.powerOff();
    this.alarm?.cancel();
    this.alarmIsDue = false;
    this.waiting = [];
    this.waitingBytes = 0;
    for (const output of this.options.outputs) output.forget();
  }

  private rooms(outputs: readonly OutputPort[]): number[] {
    return outputs.map((output) => output.room());
  }

  private traceTurn(outputs: readonly (Piece | RateChange)[], compute: number): void {
    const { id, scheduler, trace } = this.options;
    if (!trace?.active) return;
    trace.emit({
      event: "turn",
      timeUs: scheduler.now(),
      card: id,
      inputs: this.running.flatMap(({ bytes }) => frameTypesIn(bytes)),
      outputs: outputs.flatMap((piece) => ("bytes" in piece ? frameTypesIn(piece.bytes) : [])),
      compute,
    });
  }
}
