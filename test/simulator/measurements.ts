import { DEFAULT_TIMING } from "../../firmware/wire/constants.js";
import {
  FRAME_ACCEPT,
  FRAME_BEACON,
  FRAME_BEACON_ACK,
  FRAME_DECLINE,
  FRAME_HELLO,
  FRAME_PREPARE,
  FRAME_PROMISE,
} from "../../firmware/wire/frame-types.js";
import { Uint64 } from "../../firmware/wire/uint64.js";
import { FaultKit } from "./fault-kit.js";
import { Random } from "./random.js";
import type { ProcessingTime, SimulatedCard } from "./simulated-card.js";
import { cablesOf, type Topology } from "./topology.js";
import { World, type WorldOptions } from "./world.js";

const SECOND_US = 1_000_000;
const BITS_PER_BYTE = 10;
const MEGABAUD = 1;
/** A measurement that takes longer than this has failed. */
const GIVE_UP_US = 3 * SECOND_US;

export type Loss = "primary" | "secondary" | "plain card" | "cable";

export interface Recovery {
  /** From the loss until the first number of a call that was made after it, at any host that is left. */
  readonly firstUs: number;
  /** The same for the last of those hosts. */
  readonly everyHostUs: number;
  /** Numbers that nobody got. */
  readonly gaps: number;
}

/** A healthy fabric with default timing, flash that takes its time, 1 Mbaud cables and clocks that are up to 1 % wrong. */
function healthy(seed: number, cards: number, topology: Topology, callEveryUs: number): WorldOptions {
  const random = new Random(seed, 6);
  const votes = Array.from({ length: cards }, (_, place) => (place === 0 && cards % 2 === 0 ? 2 : 1));
  return {
    seed,
    cards,
    cables: cablesOf(topology, cards),
    trunks: [],
    votes,
    timing: DEFAULT_TIMING,
    clockRates: votes.map(() => random.between(9_900, 10_100) / 10_000),
    first: new Uint64(0, 1),
    cableMegabaud: MEGABAUD,
    cableLatencyUs: 5,
    hostLoss: 0,
    hostRetryUs: 250_000,
    log: { sectors: 4, pagesPerSector: 16 },
    callEveryUs,
    callCount: () => 1,
  };
}

/** Takes a card or a cable from a busy fabric and waits for numbers. */
export function measureLoss(seed: number, loss: Loss, cards = 3, topology: Topology = "mesh"): Recovery {
  const world = new World(healthy(seed, cards, topology, 1_000));
  const kit = new FaultKit(world, new Random(seed, 7));
  world.run(300_000 + kit.random.below(100_000));
  const lostUs = world.nowUs;
  const dead = loss === "cable" ? undefined : cardOf(kit, loss);
  if (dead === undefined) cutTheirCable(kit);
  else dead.cutPower();
  const left = world.hosts.map(({ cardId }) => cardId).filter((id) => id !== dead?.id);
  return waitForNumbers(world, new Set(left), lostUs, lostUs);
}

export interface Detour {
  /** The cable that was cut, by its two cards. */
  readonly cable: string;
  /** The longest that any call at any host waited, of those under way at the cut and made behind it. */
  readonly longestWaitUs: number;
  readonly viewChanged: boolean;
}

/** How long a cable stays cut, and how long it is whole again before the next is cut. */
const CUT_US = 250_000;
const WHOLE_US = 150_000;

/** Cuts the cables of a busy fabric in which every cable may be missing, one after the other, each at a time by chance. */
export function measureDetours(
  seed: number,
  cards: number,
  topology: Topology,
  callEveryUs: number,
): Detour[] {
  const world = new World(healthy(seed, cards, topology, callEveryUs));
  const kit = new FaultKit(world, new Random(seed, 7));
  let longestWaitUs = 0;
  world.onDelivery = (_host, madeUs) => {
    longestWaitUs = Math.max(longestWaitUs, world.nowUs - madeUs);
  };
  world.run(300_000);
  const detours = cablesOf(topology, cards).map(([one, other]): Detour => {
    world.run(world.nowUs + WHOLE_US + kit.random.below(DEFAULT_TIMING.helloUs));
    longestWaitUs = 0;
    const viewBefore = world.view;
    const ends = [world.cards[one], world.cards[other]];
    for (const direction of world.directions) {
      if (ends.includes(direction.from) && ends.includes(direction.to)) kit.cut(direction, CUT_US);
    }
    world.run(world.nowUs + CUT_US);
    return { cable: `${one + 1}-${other + 1}`, longestWaitUs, viewChanged: world.view !== viewBefore };
  });
  // A call that was never answered must not pass for one that did not wait.
  world.areCallsEnded = true;
  world.run(world.nowUs + GIVE_UP_US, () => world.hosts.every(({ calls }) => calls.isIdle));
  if (world.checker.violation !== "") throw new Error(world.checker.violation);
  if (!world.hosts.every(({ calls }) => calls.isIdle)) throw new Error("A call was never answered.");
  return detours;
}

/** Waits until each of the hosts has a number of a call that was made at `madeFromUs` or later. */
function waitForNumbers(world: World, hosts: Set<number>, sinceUs: number, madeFromUs: number): Recovery {
  let firstUs = Number.POSITIVE_INFINITY;
  world.onDelivery = (host, madeUs) => {
    if (madeUs < madeFromUs) return;
    firstUs = Math.min(firstUs, world.nowUs - sinceUs);
    hosts.delete(host);
  };
  world.run(sinceUs + GIVE_UP_US, () => hosts.size === 0);
  const everyHostUs = hosts.size === 0 ? world.nowUs - sinceUs : Number.POSITIVE_INFINITY;
  // Later numbers show what was skipped before them.
  world.run(world.nowUs + 50_000);
  if (world.checker.violation !== "") throw new Error(world.checker.violation);
  return { firstUs, everyHostUs, gaps: world.checker.gaps() };
}

function cardOf(kit: FaultKit, loss: Loss): SimulatedCard | undefined {
  if (loss === "primary") return kit.primary();
  return loss === "secondary" ? kit.secondary() : kit.others()[0];
}

/** Cuts the cable between primary and secondary, both ways. */
function cutTheirCable(kit: FaultKit): void {
  const primary = kit.primary();
  const secondary = kit.secondary();
  for (const direction of kit.world.directions) {
    const ends = [direction.from, direction.to];
    if (ends.includes(primary) && ends.includes(secondary)) kit.cut(direction, GIVE_UP_US);
  }
}

/** Cuts the power of all cards of a busy fabric and gives it back to all at once. */
export function measureColdStart(seed: number, cards = 3, topology: Topology = "mesh"): Recovery {
  const world = new World(healthy(seed, cards, topology, 1_000));
  const kit = new FaultKit(world, new Random(seed, 7));
  world.run(300_000 + kit.random.below(100_000));
  for (const card of world.cards) card.cutPower();
  world.run(world.nowUs + SECOND_US);
  const startedUs = world.nowUs;
  for (const card of world.cards) card.boot();
  return waitForNumbers(world, new Set(world.hosts.map(({ cardId }) => cardId)), startedUs, 0);
}

/** Boots a card without a role again and again, each time as soon as its host has a number, and lets its host ask all the time. */
export function measureReboots(seed: number): { readonly violation: string; readonly served: number } {
  const world = new World(healthy(seed, 3, "mesh", 1_000));
  const kit = new FaultKit(world, new Random(seed, 7));
  world.run(300_000 + kit.random.below(100_000));
  const card = kit.others()[0] as SimulatedCard;
  let served = 0;
  world.onDelivery = (host) => {
    if (host === card.id) served += 1;
  };
  for (let boots = 0; boots < 20; boots += 1) {
    card.cutPower();
    card.boot();
    const before = served;
    world.run(world.nowUs + SECOND_US / 4, () => served > before);
  }
  return { violation: world.checker.violation, served };
}

/** About what an emulated RP2040 takes, by what it is awake for while nobody asks. */
const BOARD_TIME: ProcessingTime = { turnUs: 900, sendUs: 400 };
const BLOCK_COUNT = 16;

/**
 * About what a virtual card takes on a computer that is busy with other things.
 * @param late how many turns in a hundred find no processor free, and wait 1 to 15 ms for it.
 */
export function busyComputer(seed: number, late: number): ProcessingTime {
  const random = new Random(seed, 8);
  return {
    turnUs: 50,
    sendUs: 30,
    lateUs: () => (random.below(100) < late ? random.between(1_000, 15_000) : 0),
  };
}

export interface Throughput {
  /** Blocks that hosts got in a second. */
  readonly blocksPerSecond: number;
  /** Numbers that nobody got. */
  readonly gaps: number;
  readonly viewChanged: boolean;
}

/**
 * Lets every host of a fabric of boards ask all the time.
 * @param blocks how many blocks each keeps under way.
 */
export function measureThroughput(
  seed: number,
  blocks: number,
  cards = 3,
  topology: Topology = "mesh",
  processing = BOARD_TIME,
): Throughput {
  const world = new World({ ...healthy(seed, cards, topology, 0), cableMegabaud: 2, processing });
  world.run(2 * SECOND_US, () => world.hosts.every(({ isReady }) => isReady));
  world.run(world.nowUs + SECOND_US / 2);
  if (!world.hosts.every(({ isReady }) => isReady)) throw new Error("The fabric does not get ready.");
  const view = world.view;
  let delivered = 0;
  world.onDelivery = (host) => {
    delivered += 1;
    if (!world.areCallsEnded) world.hostOf(host).calls.call(BLOCK_COUNT, true);
  };
  for (const host of world.hosts)
    for (let block = 0; block < blocks; block += 1) host.calls.call(BLOCK_COUNT, true);
  world.run(world.nowUs + SECOND_US);
  const before = delivered;
  const seconds = 2;
  world.run(world.nowUs + seconds * SECOND_US);
  const blocksPerSecond = (delivered - before) / seconds;
  world.areCallsEnded = true;
  world.run(world.nowUs + GIVE_UP_US, () => world.hosts.every(({ calls }) => calls.isIdle));
  if (world.checker.violation !== "") throw new Error(world.checker.violation);
  return { blocksPerSecond, gaps: world.checker.gaps(), viewChanged: world.view !== view };
}

export interface Wear {
  /** Sectors that were erased, by all cards; and how many of them by a card in a role. */
  readonly erases: number;
  readonly erasesInRole: number;
  /** Longest time in which no host got a number. */
  readonly longestSilenceUs: number;
  readonly gaps: number;
  /** Changes of the view that cards began for another reason than that a flash is to be erased. */
  readonly changesUncalledFor: number;
}

/** Lets a fabric with very small logs work at full speed, so that every card has to erase again and again. */
export function measureWear(seed: number, cards: number, seconds: number, topology: Topology = "mesh"): Wear {
  const world = new World({
    ...healthy(seed, cards, topology, 5_000),
    callCount: () => 20_000,
    log: { sectors: 3, pagesPerSector: 16 },
  });
  world.run(SECOND_US / 2);
  let longestSilenceUs = 0;
  let servedUs = world.nowUs;
  world.onDelivery = () => {
    longestSilenceUs = Math.max(longestSilenceUs, world.nowUs - servedUs);
    servedUs = world.nowUs;
  };
  world.run(world.nowUs + seconds * SECOND_US);
  if (world.checker.violation !== "") throw new Error(world.checker.violation);
  const sum = (of: (card: SimulatedCard) => number): number =>
    world.cards.reduce((total, card) => total + of(card), 0);
  return {
    erases: sum(({ storage }) => storage.erases),
    erasesInRole: sum(({ erasesInRole }) => erasesInRole),
    longestSilenceUs,
    gaps: world.checker.gaps(),
    changesUncalledFor: sum(({ changesUncalledFor }) => changesUncalledFor),
  };
}

/** What keeps a fabric together while nobody asks for numbers. */
export const KEEPING_FRAMES: readonly number[] = [
  FRAME_HELLO,
  FRAME_BEACON,
  FRAME_BEACON_ACK,
  FRAME_ACCEPT,
  FRAME_PREPARE,
  FRAME_PROMISE,
  FRAME_DECLINE,
];

/**
 * @param dead a card without power, by id; 0: none.
 * @returns share of the bits of the busiest direction of a cable that frames of these types take.
 */
export function measureOverhead(
  types: readonly number[] = KEEPING_FRAMES,
  cards = 3,
  topology: Topology = "mesh",
  dead = 0,
): number {
  const options = healthy(1, cards, topology, 0);
  const world = new World({ ...options, clockRates: options.votes.map(() => 1) });
  const bytesOf = (): number[] =>
    world.directions.map(({ bytesOfType }) =>
      types.reduce((sum, type) => sum + (bytesOfType[type] as number), 0),
    );
  const seconds = 10;
  world.run(SECOND_US);
  if (dead > 0) world.cardOf(dead).cutPower();
  world.run(world.nowUs + SECOND_US);
  const before = bytesOf();
  world.run(world.nowUs + seconds * SECOND_US);
  const bytes = Math.max(...bytesOf().map((after, at) => after - (before[at] as number)));
  return (bytes * BITS_PER_BYTE) / (seconds * SECOND_US * MEGABAUD);
}
