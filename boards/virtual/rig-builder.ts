import { join } from "node:path";
import { Uint64 } from "../../firmware/wire/uint64.js";
import { Cable, CableDirection, CableEnd } from "./cable.js";
import type { CardEngine, EngineListener } from "./card-engine.js";
import type { CardFlash } from "./card-flash.js";
import { FileFlash } from "./file-flash.js";
import { HostLine } from "./host-line.js";
import { MemoryFlash } from "./memory-flash.js";
import { NodeEngine } from "./node-engine.js";
import { createRandom, type Random, randomUint32 } from "./random.js";
import { RigCard } from "./rig-card.js";
import { messageOf, RigError } from "./rig-error.js";
import type { RigSettings } from "./rig-options.js";
import type { RigScheduler } from "./rig-scheduler.js";
import type { Scheduler } from "./scheduler.js";
import { linksOf } from "./topology.js";
import type { Trace } from "./trace.js";
import { VirtualCard } from "./virtual-card.js";
import { WallScheduler } from "./wall-scheduler.js";
import { XsEngine } from "./xs-engine.js";
import { findXsWorker } from "./xs-worker.js";

/** What a rig is built by: it brings the clock that its cards run on. */
export interface RigBuilder {
  readonly scheduler: RigScheduler;
  /**
   * Makes cards and cables and joins them; nothing has power yet.
   * @param onDeath called when a card died by itself.
   */
  build(trace: Trace, onDeath: (id: number, reason: string) => void): RigParts;
}

/** A rig of virtual cards on the computer's own clock. */
export class VirtualRigBuilder implements RigBuilder {
  readonly scheduler = new WallScheduler();
  private readonly settings: RigSettings;

  constructor(settings: RigSettings) {
    this.settings = settings;
  }

  build(trace: Trace, onDeath: (id: number, reason: string) => void): RigParts {
    return buildRig(this.settings, this.scheduler, trace, onDeath);
  }
}

export type EngineMaker = (listener: EngineListener) => CardEngine;

/** What the cards and cables of a rig are made of. */
export interface RigParts {
  readonly cards: readonly RigCard[];
  readonly cables: readonly Cable[];
  readonly random: Random;
}

/**
 * Makes cards and cables and joins them; nothing has power yet. With a virtual clock and cards that answer at once it
 * is a rig in virtual time.
 * @param onDeath called when a card died by itself.
 * @throws RigError XS_MISSING, STORAGE_FAILED.
 */
export function buildRig(
  settings: RigSettings,
  scheduler: Scheduler,
  trace: Trace,
  onDeath: (id: number, reason: string) => void,
  makeEngine: EngineMaker = engineMaker(settings),
): RigParts {
  const random = createRandom(settings.seed);
  const cards: RigCard[] = [];
  const virtualCards: VirtualCard[] = [];
  const cables = settings.pairs.map(([a, b], index) => {
    const direction = (from: number, to: number): CableDirection =>
      new CableDirection({
        scheduler,
        random,
        settings: settings.cable,
        trace,
        from: `card${from}`,
        to: `card${to}`,
        deliver: (bytes) => virtualCards[to - 1]?.receive(linksOf(to, settings.pairs).indexOf(index), bytes),
      });
    return new Cable(a, b, direction(a, b), direction(b, a));
  });
  for (let id = 1; id <= settings.cards; id += 1) {
    const line = new HostLine(id, trace, () => scheduler.now());
    const links = linksOf(id, settings.pairs).map((index) => {
      const cable = cables[index] as Cable<CableDirection>;
      const output = cable.from(id);
      const input = output === cable.aToB ? cable.bToA : cable.aToB;
      return new CableEnd(output, input, settings.cable.bitRate);
    });
    const card = new VirtualCard({
      id,
      chipId: new Uint64(settings.fabricId, id),
      timing: settings.timing,
      cable: settings.cable,
      flash: makeFlash(settings, id, random),
      random,
      scheduler,
      outputs: [...links, line],
      trace,
      makeEngine,
      makeSeed: () => randomUint32(random),
      onDeath: (reason) => onDeath(id, reason),
    });
    line.onBytes = (bytes) => card.receive(links.length, bytes);
    virtualCards.push(card);
    cards.push(new RigCard(card, line, settings.linkDir));
  }
  return { cards, cables, random };
}

function engineMaker(settings: RigSettings): EngineMaker {
  if (settings.engine === "node") return (listener) => new NodeEngine(listener);
  const workerPath = findXsWorker();
  return (listener) => new XsEngine(listener, workerPath);
}

function makeFlash({ flash, stateDir }: RigSettings, id: number, random: Random): CardFlash {
  if (stateDir === undefined) return new MemoryFlash(flash, random);
  const path = join(stateDir, `card${id}.flash`);
  try {
    return new FileFlash(path, flash, random);
  } catch (error) {
    throw new RigError(
      "STORAGE_FAILED",
      `${path} cannot be a card's flash: ${messageOf(error)}. Free some space or choose another folder with --state.`,
      error,
    );
  }
}
