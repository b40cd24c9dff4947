import { type BenchBuilder, buildBench } from "../../boards/emulated/build-bench.js";
import type { EmulatedCard } from "../../boards/emulated/emulated-card.js";
import type { Emulation } from "../../boards/emulated/emulation.js";
import { CardSetup } from "../../boards/virtual/card-setup.js";
import type { RigParts } from "../../boards/virtual/rig-builder.js";
import { RigError } from "../../boards/virtual/rig-error.js";
import type { RigSettings } from "../../boards/virtual/rig-options.js";
import { Trace } from "../../boards/virtual/trace.js";
import { BenchHost } from "./bench-host.js";

/** How long cards may take from their power-on until they give numbers, in virtual time. */
const READY_NANOS = 20e9;

/** Emulated boards, the cables between them, and a computer at each. */
export class BenchFabric {
  readonly emulation: Emulation;
  readonly cards: readonly EmulatedCard[];
  readonly hosts: readonly BenchHost[];
  readonly parts: RigParts;
  /** Frames on the cables. */
  frames = 0;
  private readonly deaths: string[] = [];

  private constructor(builder: BenchBuilder) {
    const trace = new Trace();
    this.parts = builder.build(trace, (id, reason) => this.deaths.push(`card ${id}: ${reason}`));
    this.emulation = builder.scheduler;
    this.cards = builder.emulated;
    this.hosts = this.parts.cards.map(({ id, line }) => new BenchHost(id, line, this.emulation));
    trace.listen((event) => {
      if (event.event === "frame" && event.from.startsWith("card") && event.to.startsWith("card"))
        this.frames += 1;
    });
  }

  /**
   * Switches everything on, makes the blank cards members, and waits until each gives numbers.
   * @throws RigError as `buildBench`, and CARD_FAILED, NOT_READY.
   */
  static start(settings: RigSettings): BenchFabric {
    const fabric = new BenchFabric(buildBench(settings));
    for (const card of fabric.cards) card.start();
    fabric.initialise(settings);
    for (const host of fabric.hosts) {
      (fabric.parts.cards[host.id - 1] as RigParts["cards"][number]).line.attach(host);
      host.connect();
    }
    fabric.waitUntilReady();
    return fabric;
  }

  /** The card that its hosts name as primary, and so on; 0 where none is known. */
  get primary(): number {
    return this.newestView().primary;
  }

  get secondary(): number {
    return this.newestView().secondary;
  }

  /** Runs for so long, in virtual time. @throws RigError CARD_FAILED. */
  pass(nanos: number): void {
    this.emulation.runUntil(this.emulation.nanos + nanos);
    this.check();
  }

  /** Runs until it is so. @throws RigError NOT_READY where it does not become so, CARD_FAILED. */
  passUntil(isDone: () => boolean, what: string, limitNanos = READY_NANOS): void {
    const isOver = (): boolean => isDone() || this.deaths.length > 0;
    const done = this.emulation.runWhile(isOver, this.emulation.nanos + limitNanos);
    this.check();
    if (!done)
      throw new RigError("NOT_READY", `In ${limitNanos / 1e9} s of the boards' time ${what} did not come.`);
  }

  waitUntilReady(): void {
    this.passUntil(() => this.hosts.every(({ isReady }) => isReady), "a fabric that gives numbers");
  }

  /** Takes a card's power at once. */
  kill(id: number): void {
    void this.card(id).kill();
    this.host(id).disconnect();
  }

  restart(id: number): void {
    this.card(id).start();
    this.host(id).connect();
  }

  card(id: number): EmulatedCard {
    return this.cards[id - 1] as EmulatedCard;
  }

  host(id: number): BenchHost {
    return this.hosts[id - 1] as BenchHost;
  }

  private initialise({ fabricId, first }: RigSettings): void {
    const members = this.cards.map(({ id }) => id);
    const setups = this.parts.cards.map(
      ({ id, line }) =>
        new CardSetup(id, line, 0x7000 + id, this.emulation, { fabricId, first, members }, () => {}),
    );
    for (const setup of setups) setup.start();
    const isSetUp = (setup: CardSetup): boolean => setup.state === 0 || setup.error !== undefined;
    this.passUntil(() => setups.every(isSetUp), "an answer to every init");
    for (const setup of setups) {
      setup.stop();
      if (setup.error !== undefined) throw setup.error;
    }
  }

  private newestView(): { view: number; primary: number; secondary: number } {
    return this.hosts
      .map(({ view }) => view)
      .reduce((newest, view) => (view.view > newest.view ? view : newest));
  }

  private check(): void {
    const death = this.deaths.shift();
    if (death !== undefined) throw new RigError("CARD_FAILED", `A board died: ${death}.`);
  }
}
