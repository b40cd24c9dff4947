import { randomInt } from "node:crypto";
import type { FlashGeometry } from "../../firmware/storage/flash.js";
import { BOARD_GEOMETRY, MAX_SECTORS, MIN_SECTORS } from "../../firmware/storage/flash-geometry.js";
import { DEFAULT_TIMING, type Timing } from "../../firmware/wire/constants.js";
import { type FlashTimes, SLOWEST_FLASH_TIMES, TYPICAL_FLASH_TIMES } from "../emulated/chip/flash-memory.js";
import { type CableSettings, DEFAULT_CABLE } from "./cable.js";
import type { EngineKind } from "./card-engine.js";
import { RigError } from "./rig-error.js";
import { cablesOfFabrics, MAX_CARDS, MAX_FABRICS, type Topology } from "./topology.js";
import type { TraceListener } from "./trace.js";

/** What a rig can be told; everything has a default. */
export interface RigOptions {
  /** Of each fabric: 3 to 8, and no more than 8 in all. Default 3. */
  readonly cards?: number;
  /** Fabrics that no cable joins, 1 or 2: the cards of the second have the ids behind those of the first. Default 1. */
  readonly fabrics?: number;
  /** Default `triangle` for three cards and `ring` for more. */
  readonly topology?: Topology;
  /** Default `xs`. */
  readonly engine?: EngineKind;
  /** Where different from `DEFAULT_CABLE`. */
  readonly cable?: Partial<CableSettings>;
  /** Where different from `DEFAULT_TIMING`. */
  readonly timing?: Partial<Timing>;
  /** The first number of the fabric, 1 to 2^63-1. Default 1. */
  readonly first?: bigint;
  /** 1 to 2^32-1. Default: one at random. */
  readonly fabricId?: number;
  /** Leaves the cards blank, for tests of `init`. Default false. */
  readonly blank?: boolean;
  /** Sectors of each card's flash, of 4 kB, 2 to 64. Default 64; few of them make a card erase often. */
  readonly flashSectors?: number;
  /** A folder for the cards' flash, which then outlives the rig. Default: memory. */
  readonly stateDir?: string;
  /** A folder in which `card1`, `card2`, ... are links to the ptys, whatever those are called. */
  readonly linkDir?: string;
  /** Of everything random. Default: one at random. */
  readonly seed?: number;
  /** The .uf2 file that the boards of engine `rp2040` run. */
  readonly firmware?: string;
  /** The boot ROM image of an RP2040, for engine `rp2040`. */
  readonly bootRom?: string;
  /** How long the flash of those boards takes, at most `SLOWEST_FLASH_TIMES`. Default: typical times. */
  readonly flashTimes?: FlashTimes;
  /** Told of every frame and every turn. */
  readonly trace?: TraceListener;
  /** How long the cards may take to be ready. Default 15,000. */
  readonly readyTimeoutMs?: number;
}

/** The options with every default filled in, and checked. */
export interface RigSettings {
  /** Of all fabrics. */
  readonly cards: number;
  readonly fabrics: number;
  readonly topology: Topology;
  readonly engine: EngineKind;
  readonly cable: CableSettings;
  readonly timing: Timing;
  readonly first: bigint;
  readonly fabricId: number;
  readonly blank: boolean;
  readonly flash: FlashGeometry;
  readonly stateDir: string | undefined;
  readonly linkDir: string | undefined;
  readonly seed: number;
  readonly readyTimeoutMs: number;
  readonly firmware: string | undefined;
  readonly bootRom: string | undefined;
  readonly flashTimes: FlashTimes;
  /** The pairs of cards that a cable joins. */
  readonly pairs: readonly (readonly [number, number])[];
}

const MAX_UINT32 = 0xffff_ffff;
const MAX_NUMBER = (1n << 63n) - 1n;

/** @throws RigError BAD_OPTION, BAD_TOPOLOGY. */
export function checkOptions(options: RigOptions): RigSettings {
  const fabrics = options.fabrics ?? 1;
  checkInteger("number of fabrics", fabrics, 1, MAX_FABRICS);
  const cards = options.cards ?? 3;
  if (cards * fabrics > MAX_CARDS && fabrics > 1) {
    throw new RigError(
      "BAD_OPTION",
      `${fabrics} fabrics of ${cards} cards are more than a rig's ${MAX_CARDS}: give each fewer with --cards.`,
    );
  }
  const topology = options.topology ?? (cards === 3 ? "triangle" : "ring");
  const engine = options.engine ?? "xs";
  if (engine !== "xs" && engine !== "node" && engine !== "rp2040") {
    throw new RigError("BAD_OPTION", `No engine "${engine}": choose xs, node or rp2040.`);
  }
  const cable = checkCable({ ...DEFAULT_CABLE, ...options.cable });
  const timing = checkTiming({ ...DEFAULT_TIMING, ...options.timing });
  checkEngine(engine, options, cable, timing);
  const first = options.first ?? 1n;
  if (first < 1n || first > MAX_NUMBER) {
    throw new RigError("BAD_OPTION", `The first number is 1 to ${MAX_NUMBER}, not ${first}.`);
  }
  const fabricId = options.fabricId ?? randomInt(1, MAX_UINT32);
  checkInteger("fabric id", fabricId, 1, MAX_UINT32);
  const seed = options.seed ?? randomInt(MAX_UINT32);
  checkInteger("seed", seed, 0, MAX_UINT32);
  const readyTimeoutMs = options.readyTimeoutMs ?? 15_000;
  checkInteger("ready timeout", readyTimeoutMs, 1, 600_000);
  const sectorCount = options.flashSectors ?? BOARD_GEOMETRY.sectorCount;
  checkInteger("number of flash sectors", sectorCount, MIN_SECTORS, MAX_SECTORS);
  return {
    cards: cards * fabrics,
    fabrics,
    topology,
    engine,
    cable,
    timing,
    first,
    fabricId,
    blank: options.blank ?? false,
    flash: { ...BOARD_GEOMETRY, sectorCount },
    stateDir: options.stateDir,
    linkDir: options.linkDir,
    seed,
    readyTimeoutMs,
    firmware: options.firmware,
    bootRom: options.bootRom,
    flashTimes: checkFlashTimes(options.flashTimes ?? TYPICAL_FLASH_TIMES),
    pairs: cablesOfFabrics(fabrics, topology, cards),
  };
}

/** What an engine has no use for is refused, rather than left out of account in silence. */
function checkEngine(engine: EngineKind, options: RigOptions, cable: CableSettings, timing: Timing): void {
  const emulates = engine === "rp2040";
  if (!emulates && options.flashTimes !== undefined) {
    throw new RigError(
      "BAD_OPTION",
      "Times of the flash are for boards: choose the engine rp2040, too, or leave them out.",
    );
  }
  if (!emulates && (options.firmware ?? options.bootRom) !== undefined) {
    throw new RigError(
      "BAD_OPTION",
      "A firmware and a boot ROM are for boards: choose the engine rp2040, too.",
    );
  }
  const isChanged =
    cable.bitRate !== DEFAULT_CABLE.bitRate ||
    cable.maxBitRate !== DEFAULT_CABLE.maxBitRate ||
    cable.cleanBitRate !== DEFAULT_CABLE.cleanBitRate ||
    cable.sendBufferBytes !== DEFAULT_CABLE.sendBufferBytes ||
    Object.entries(timing).some(([name, value]) => value !== DEFAULT_TIMING[name as keyof Timing]);
  if (emulates && isChanged) {
    const advice = "Build another firmware, or leave those options out.";
    throw new RigError(
      "BAD_OPTION",
      `Bit rate, buffers and timing are in the firmware of the boards. ${advice}`,
    );
  }
}

function checkCable(cable: CableSettings): CableSettings {
  checkInteger("bit rate", cable.bitRate, 1_200, 1_000_000_000);
  checkInteger("highest bit rate", cable.maxBitRate, 1_200, 1_000_000_000);
  checkInteger("clean bit rate", cable.cleanBitRate, 1_200, 1_000_000_000);
  checkInteger("send buffer", cable.sendBufferBytes, 300, 4_096);
  checkNumber("loss", cable.loss, 0, 1);
  checkNumber("garble", cable.garble, 0, 1);
  checkNumber("delay", cable.delayUs, 0, 60_000_000);
  checkNumber("jitter", cable.jitterUs, 0, 60_000_000);
  return cable;
}

function checkFlashTimes(times: FlashTimes): FlashTimes {
  checkNumber("erase time in us", times.eraseUs, 1, SLOWEST_FLASH_TIMES.eraseUs);
  checkNumber("program time in us", times.programUs, 1, SLOWEST_FLASH_TIMES.programUs);
  return times;
}

function checkTiming(timing: Timing): Timing {
  for (const [name, value] of Object.entries(timing)) checkInteger(name, value, 0, MAX_UINT32);
  if (timing.beaconUs * 2 + timing.leaseMarginUs > timing.leaseUs) {
    const advice =
      "A lease must outlast two beacons and its margin: make the lease longer or the beacons more often.";
    throw new RigError("BAD_OPTION", `A lease of ${timing.leaseUs} us is too short. ${advice}`);
  }
  return timing;
}

function checkInteger(name: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value))
    throw new RigError("BAD_OPTION", `The ${name} is a whole number, not ${value}.`);
  checkNumber(name, value, least, most);
}

function checkNumber(name: string, value: number, least: number, most: number): void {
  if (value >= least && value <= most) return;
  throw new RigError("BAD_OPTION", `The ${name} is ${least} to ${most}, not ${value}.`);
}
