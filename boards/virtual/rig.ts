import type { Cable, CutSwitch } from "./cable.js";
import { CardSetup, type Membership } from "./card-setup.js";
import { needEmulator } from "./need-emulator.js";
import { randomUint32 } from "./random.js";
import { type RigBuilder, type RigParts, VirtualRigBuilder } from "./rig-builder.js";
import type { RigCard } from "./rig-card.js";
import { RigError } from "./rig-error.js";
import type { RigCardStatus, RigEvent, RigEventListener, RigStatus } from "./rig-events.js";
import { checkOptions, type RigOptions, type RigSettings } from "./rig-options.js";
import type { RigScheduler } from "./rig-scheduler.js";
import { Trace, type TraceListener } from "./trace.js";

/** How long cards that were members before get to find their view again; alone they may not be able to. */
const RESTART_WAIT_US = 1_000_000;

/**
 * Starts a rig and waits until it is ready: each card that was blank is a member and says that numbers can be had.
 * @throws RigError BAD_OPTION, BAD_TOPOLOGY, BAD_FIRMWARE, BAD_BOOTROM, EMULATOR_MISSING, XS_MISSING, PTY_UNAVAILABLE, STORAGE_FAILED, CARD_FAILED, NOT_READY.
 */
export async function startRig(options: RigOptions = {}): Promise<Rig> {
  const settings = checkOptions(options);
  const bench = settings.engine === "rp2040" ? await makeBench(settings) : undefined;
  const rig = new Rig(settings, bench);
  if (options.trace !== undefined) rig.listenTrace(options.trace);
  try {
    await rig.boot();
  } catch (error) {
    await rig.stop();
    throw error;
  }
  return rig;
}

async function makeBench(settings: RigSettings): Promise<RigBuilder> {
  const { buildBench } = await needEmulator(() => import("../emulated/build-bench.js"));
  return buildBench(settings);
}

/** Some virtual cards, the cables between them and a serial port for each. Made by `startRig`. */
export class Rig {
  readonly settings: RigSettings;
  private readonly scheduler: RigScheduler;
  private readonly trace = new Trace();
  private readonly parts: RigParts;
  private readonly listeners = new Set<RigEventListener>();
  private readonly setups: CardSetup[] = [];
  private onSetupChange: () => void = () => {};
  /** A card that died before the rig was ready. */
  private earlyDeath: RigError | undefined;
  private isReady = false;
  private stopping: Promise<void> | undefined;

  /** @param builder where it is not one of virtual cards on the computer's clock. */
  constructor(settings: RigSettings, builder: RigBuilder = new VirtualRigBuilder(settings)) {
    this.settings = settings;
    this.scheduler = builder.scheduler;
    this.parts = builder.build(this.trace, (id, reason) => this.bury(id, reason));
  }

  /** The cards, in the order of their ids. */
  get cards(): readonly RigCardStatus[] {
    return this.parts.cards.map((card) => card.status());
  }

  /** @returns a function that ends the subscription. */
  listen(listener: RigEventListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Subscribes to every frame and turn. @returns a function that ends the subscription. */
  listenTrace(listener: TraceListener): () => void {
    return this.trace.listen(listener);
  }

  /** Part of `startRig`. */
  async boot(): Promise<void> {
    const { blank, cards, fabricId, first } = this.settings;
    const members = Array.from({ length: cards }, (_, index) => index + 1);
    for (const { card } of this.parts.cards) card.start();
    this.scheduler.go();
    await this.setUp(blank ? undefined : { fabricId, first, members });
    for (const card of this.parts.cards) await card.plugIn();
    this.isReady = true;
  }

  /**
   * Takes the power from a card, at whatever it is doing. Its flash stays, its port vanishes.
   * @throws RigError NO_SUCH_CARD, CARD_STOPPED.
   */
  async kill(id: number): Promise<void> {
    const card = this.find(id);
    if (!card.card.isRunning) {
      throw new RigError("CARD_STOPPED", `Card ${id} has no power already: rig start ${id} gives it some.`);
    }
    await card.powerOff();
    this.emit({ event: "killed", id });
  }

  /**
   * Gives a card its power back.
   * @returns the path of its port, which may be another than before.
   * @throws RigError NO_SUCH_CARD, CARD_RUNNING, PTY_UNAVAILABLE.
   */
  async start(id: number): Promise<string> {
    const card = this.find(id);
    if (card.card.isRunning) {
      throw new RigError("CARD_RUNNING", `Card ${id} is running: rig kill ${id} takes its power away.`);
    }
    card.card.start();
    const path = await card.plugIn();
    this.emit({ event: "started", id, path });
    return path;
  }

  /**
   * Makes a card hang, in the middle of a turn too: its process is stopped, its port stays.
   * @throws RigError NO_SUCH_CARD, CARD_STOPPED, CARD_PAUSED.
   */
  pause(id: number): void {
    const { card } = this.find(id);
    if (!card.isRunning) {
      throw new RigError("CARD_STOPPED", `Card ${id} has no power: rig start ${id} gives it some.`);
    }
    if (card.isPaused) {
      throw new RigError("CARD_PAUSED", `Card ${id} hangs already: rig resume ${id} lets it go on.`);
    }
    card.pause();
    this.emit({ event: "paused", id });
  }

  /**
   * Lets a card that hangs go on. It finds what it has received meanwhile, and its clock late.
   * @throws RigError NO_SUCH_CARD, CARD_STOPPED, CARD_RUNNING.
   */
  resume(id: number): void {
    const { card } = this.find(id);
    if (!card.isRunning) {
      throw new RigError("CARD_STOPPED", `Card ${id} has no power: rig start ${id} gives it some.`);
    }
    if (!card.isPaused) throw new RigError("CARD_RUNNING", `Card ${id} does not hang.`);
    card.resume();
    this.emit({ event: "resumed", id });
  }

  /** Takes the power from every card that has some, from all at the same instant. Their flash stays. */
  async powerOff(): Promise<void> {
    const running = this.parts.cards.filter(({ card }) => card.isRunning);
    const dead = running.map((card) => card.powerOff());
    await Promise.all(dead);
    for (const { id } of running) this.emit({ event: "killed", id });
  }

  /**
   * Gives every card power that has none.
   * @param bounces the contact does: each of them loses its power again within its first write to flash, for an instant.
   * @returns all cards.
   * @throws RigError PTY_UNAVAILABLE.
   */
  async powerOn(bounces = false): Promise<readonly RigCardStatus[]> {
    const idle = this.parts.cards.filter(({ card }) => !card.isRunning);
    for (const { card } of idle) {
      card.start();
      if (bounces) card.bounce?.();
    }
    for (const card of idle) this.emit({ event: "started", id: card.id, path: await card.plugIn() });
    return this.cards;
  }

  /**
   * Cuts the cable between two cards, or only its way from the first to the second.
   * @throws RigError NO_SUCH_CARD, NO_SUCH_CABLE.
   */
  cut(from: number, to: number, oneWay = false): void {
    const cable = this.findCable(from, to);
    for (const direction of directions(cable, from, oneWay)) direction.cut = true;
    this.emit({ event: "cut", from, to, oneWay });
  }

  /**
   * Mends the cable between two cards, both ways.
   * @throws RigError NO_SUCH_CARD, NO_SUCH_CABLE.
   */
  mend(from: number, to: number): void {
    const cable = this.findCable(from, to);
    for (const direction of directions(cable, from, false)) direction.cut = false;
    this.emit({ event: "mended", from, to });
  }

  /**
   * Cuts, or mends, all cables of one fabric at the same instant; its cards keep their power.
   * @throws RigError NO_SUCH_FABRIC.
   */
  cutFabric(fabric: number, isCut: boolean): void {
    const ids = this.cardsOf(fabric);
    for (const { a, b } of this.parts.cables.filter((cable) => ids.includes(cable.a))) {
      if (isCut) this.cut(a, b);
      else this.mend(a, b);
    }
  }

  /**
   * Takes the power from all cards of one fabric that have some, at the same instant.
   * @throws RigError NO_SUCH_FABRIC.
   */
  async killFabric(fabric: number): Promise<void> {
    const running = this.cardsOf(fabric).filter((id) => this.find(id).card.isRunning);
    await Promise.all(running.map((id) => this.kill(id)));
  }

  /**
   * Gives power to all cards of one fabric that have none.
   * @throws RigError NO_SUCH_FABRIC, PTY_UNAVAILABLE.
   */
  async startFabric(fabric: number): Promise<void> {
    for (const id of this.cardsOf(fabric)) if (!this.find(id).card.isRunning) await this.start(id);
  }

  status(): RigStatus {
    const { engine, fabricId, fabrics, seed, topology } = this.settings;
    return {
      engine,
      fabrics,
      topology,
      seed,
      fabricId,
      uptimeMs: Math.floor(this.scheduler.now() / 1_000),
      cards: this.cards,
      cables: this.parts.cables.map((cable) => ({ a: cable.a, b: cable.b, cut: describeCut(cable) })),
    };
  }

  /** Ends every card and gives everything back. Safe twice. */
  stop(): Promise<void> {
    this.stopping ??= this.end();
    return this.stopping;
  }

  /** Gives back what would outlive this process, at once. For its last moment only: nothing works afterwards. */
  abandon(): void {
    for (const card of this.parts.cards) card.abandon();
  }

  private async end(): Promise<void> {
    await Promise.all(this.parts.cards.map((card) => card.powerOff()));
    this.scheduler.stop();
    for (const { card } of this.parts.cards) card.close?.();
    this.emit({ event: "stopped" });
  }

  /** Meets every card at its USB line before anyone else does, and makes the blank ones members. */
  private async setUp(membership: Membership | undefined): Promise<void> {
    for (const { id, line } of this.parts.cards) {
      const session = randomUint32(this.parts.random);
      this.setups.push(
        new CardSetup(id, line, session, this.scheduler, membership, () => this.onSetupChange()),
      );
    }
    this.lendTrunks();
    try {
      const { promise, reject, resolve } = deferred();
      this.onSetupChange = () => {
        const error = this.earlyDeath ?? this.setups.find((setup) => setup.error !== undefined)?.error;
        if (error !== undefined) reject(error);
        else if (this.setups.every((setup) => this.isSetUp(setup))) resolve();
      };
      for (const setup of this.setups) setup.start();
      const limitUs = this.settings.readyTimeoutMs * 1_000;
      const limit = this.scheduler.at(limitUs, () => reject(this.notReady()), false);
      const restart = this.scheduler.at(RESTART_WAIT_US, () => this.onSetupChange(), false);
      this.onSetupChange();
      await promise.finally(() => {
        limit.cancel();
        restart.cancel();
      });
    } finally {
      this.onSetupChange = () => {};
      for (const setup of this.setups) setup.stop();
    }
  }

  /** A computer has a card of each fabric; the rig stands for all of them. */
  private lendTrunks(): void {
    const { cards, fabrics } = this.settings;
    if (fabrics === 1) return;
    const half = cards / fabrics;
    for (let place = 0; place < half; place += 1) {
      (this.setups[place] as CardSetup).lendTrunk(this.setups[place + half] as CardSetup);
    }
  }

  /** @returns the ids of a fabric's cards. */
  private cardsOf(fabric: number): number[] {
    const { cards, fabrics } = this.settings;
    if (!Number.isInteger(fabric) || fabric < 1 || fabric > fabrics) {
      const has = fabrics === 1 ? "one fabric, number 1" : `the fabrics 1 to ${fabrics}`;
      throw new RigError("NO_SUCH_FABRIC", `No fabric ${fabric}: this rig has ${has}.`);
    }
    const size = cards / fabrics;
    return Array.from({ length: size }, (_, place) => (fabric - 1) * size + place + 1);
  }

  /** A card that was a member before is ready when it speaks: after a cold start of all there is no view to wait for. */
  private isSetUp({ state, wasBlank }: CardSetup): boolean {
    if (this.settings.blank && wasBlank === true) return true;
    if (state === 0) return true;
    return wasBlank === false && state !== undefined && this.scheduler.now() >= RESTART_WAIT_US;
  }

  private notReady(): RigError {
    const late = this.setups.flatMap((setup, index) =>
      this.isSetUp(setup) ? [] : [`card ${index + 1} (${setup.state ?? "silent"})`],
    );
    const advice = "On a busy computer choose longer times: --lease-ms 240 --beacon-ms 40.";
    return new RigError("NOT_READY", `Not ready in time: ${late.join(", ")}. ${advice}`);
  }

  private bury(id: number, reason: string): void {
    this.earlyDeath ??= new RigError("CARD_FAILED", `Card ${id} died: ${reason}.`);
    if (!this.isReady) this.onSetupChange();
    // The port goes like the one of a card that was killed.
    this.find(id)
      .unplug()
      .catch(() => {});
    this.emit({ event: "died", id, reason });
  }

  private emit(event: RigEvent): void {
    for (const listener of this.listeners) listener(event);
  }

  private find(id: number): RigCard {
    const card = this.parts.cards[id - 1];
    if (card === undefined) {
      throw new RigError(
        "NO_SUCH_CARD",
        `No card ${id}: this rig has the cards 1 to ${this.settings.cards}.`,
      );
    }
    return card;
  }

  private findCable(from: number, to: number): Cable {
    this.find(from);
    this.find(to);
    const cable = this.parts.cables.find((each) => each.joins(from, to));
    if (cable !== undefined) return cable;
    const all = this.parts.cables.map(({ a, b }) => `${a}-${b}`).join(", ");
    throw new RigError("NO_SUCH_CABLE", `No cable joins ${from} and ${to}: there are ${all}.`);
  }
}

function directions(cable: Cable, from: number, oneWay: boolean): CutSwitch[] {
  return oneWay ? [cable.from(from)] : [cable.aToB, cable.bToA];
}

function describeCut(cable: Cable): string {
  if (cable.aToB.cut) return cable.bToA.cut ? "both" : `${cable.a}-${cable.b}`;
  return cable.bToA.cut ? `${cable.b}-${cable.a}` : "no";
}

function deferred(): { promise: Promise<void>; resolve: () => void; reject: (error: Error) => void } {
  let resolve!: () => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}
