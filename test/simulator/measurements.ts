import { DEFAULT_TIMING } from "../../firmware/wire/constants.js";
import { Uint64 } from "../../firmware/wire/uint64.js";
import { FaultKit } from "./fault-kit.js";
import { Random } from "./random.js";
import type { SimulatedCard } from "./simulated-card.js";
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

/** A healthy fabric with default timing, 1 Mbaud cables and clocks that are up to 1 % wrong. */
function healthy(seed: number, cards: number, topology: Topology, callEveryUs: number): WorldOptions {
  const random = new Random(seed, 6);
  const votes = Array.from({ length: cards }, (_, place) => (place === 0 && cards % 2 === 0 ? 2 : 1));
  return {
    seed,
    cards,
    cables: cablesOf(topology, cards),
    votes,
    timing: DEFAULT_TIMING,
    clockRates: votes.map(() => random.between(9_900, 10_100) / 10_000),
    first: new Uint64(0, 1),
    cableMegabaud: MEGABAUD,
    cableLatencyUs: 5,
    hostLoss: 0,
    hostRetryUs: 250_000,
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

/**
 * @param dead a card without power, by id; 0: none.
 * @returns share of the bits of the busiest direction of a cable that a fabric takes while nobody asks for anything.
 */
export function measureOverhead(dead = 0, cards = 3, topology: Topology = "mesh"): number {
  const options = healthy(1, cards, topology, 0);
  const world = new World({ ...options, clockRates: options.votes.map(() => 1) });
  const bytesOf = (): number[] =>
    world.directions.map(({ bytesOfType }) => bytesOfType.reduce((sum, bytes) => sum + bytes, 0));
  const seconds = 10;
  world.run(SECOND_US);
  if (dead > 0) world.cardOf(dead).cutPower();
  world.run(world.nowUs + SECOND_US);
  const before = bytesOf();
  world.run(world.nowUs + seconds * SECOND_US);
  const bytes = Math.max(...bytesOf().map((after, at) => after - (before[at] as number)));
  return (bytes * BITS_PER_BYTE) / (seconds * SECOND_US * MEGABAUD);
}
