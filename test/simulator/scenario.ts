import { DEFAULT_TIMING } from "../../firmware/wire/constants.js";
import { Uint64 } from "../../firmware/wire/uint64.js";
import { AMBUSHES } from "./ambushes.js";
import {
  CABLE_FAULTS,
  CABLE_TESTS,
  CARD_FAULTS,
  COLD_STARTS,
  FABRIC_FAULTS,
  type Fault,
  FLASH_FAULTS,
  HOST_FAULTS,
  OLD_FRAMES,
  POWER_FAULTS,
  STALLS,
} from "./faults.js";
import { MEMBER_FAULTS } from "./member-faults.js";
import { Random } from "./random.js";
import type { ProcessingTime } from "./simulated-card.js";
import type { LogSize } from "./simulated-flash.js";
import { type Cable, cablesOf, cablesOfFabrics, TOPOLOGIES, type Topology } from "./topology.js";
import type { WorldOptions } from "./world.js";

/** What a seed stands for. */
export interface Scenario {
  readonly topology: Topology;
  readonly world: WorldOptions;
  /** What goes wrong, drawn evenly; none: nothing does, and then there must be no gap. */
  readonly faults: readonly Fault[];
  /** Mean time between two faults. */
  readonly faultEveryUs: number;
  readonly faultsFromUs: number;
  readonly faultsUntilUs: number;
  /** Weather all the time that faults last. */
  readonly loss: number;
  readonly duplicate: number;
  readonly late: number;
  readonly lateUs: number;
  readonly recorded: number;
  /** A card whose flash is lost in the middle of it, 0: none. */
  readonly wipedCard: number;
  /** Cards come and go. */
  readonly changesMembers: boolean;
  /** The founder loses its flash soon after the founding, while what was said then is still under way. */
  readonly foundsAgain: boolean;
  /** Cables are tested at other rates. */
  readonly testsCables: boolean;
  /** After the faults all cards are started again at once. */
  readonly endsInColdStart: boolean;
}

const FAULT_MIXES: readonly (readonly Fault[])[] = [
  CABLE_FAULTS,
  CARD_FAULTS,
  [...CABLE_FAULTS, ...CARD_FAULTS, ...HOST_FAULTS],
  [...CABLE_FAULTS, ...CARD_FAULTS, ...POWER_FAULTS, ...FLASH_FAULTS, ...HOST_FAULTS],
  [...POWER_FAULTS, ...FLASH_FAULTS, ...CABLE_FAULTS],
  COLD_STARTS,
  STALLS,
  OLD_FRAMES,
];

const AMBUSH_SHARE = 0.6;
/** Faults that take a while, and must not be disturbed by the next before they have come to their point. */
const AMBUSHES_EVERY_US = [60_000, 150_000, 250_000];
const FAULTS_EVERY_US = [8_000, 25_000, 60_000, 120_000];

/** Most fabrics have four or five cards: with fewer, every quorum holds the primary or the secondary. */
const CARD_COUNTS = [2, 3, 3, 4, 4, 4, 5, 5, 5, 5, 6, 7, 8];
const DUPLICATED_COUNTS = [4, 4, 6, 6, 6, 8];
const FIRST_NUMBERS: readonly (readonly [number, number])[] = [
  [0, 1],
  [0, 1],
  [0, 0xffff_ff00],
  [0x1f_ffff, 0xffff_f000],
  [0x4000_0000, 0],
];
const CALM_SHARE = 0.04;
/** The others keep their record in a memory: faster, and without the pauses of a flash other things go wrong more often. */
const LOG_SHARE = 0.6;
/** As on the boards. With half of it every third change of the view would bring an erase to every card. */
const PAGES_A_SECTOR = 16;
/** Of all seeds, those in which cards come and go, and those in which a founder is erased in time to be dangerous. */
const CHANGE_SHARE = 0.3;
const FOUND_AGAIN_SHARE = 0.03;
const MOST_BOARDS = 9;
/** Of all seeds, those in which turns take time; and how long at the most, divided by the number of cards. */
const SLOW_SHARE = 0.2;
const SLOWEST_TURN_US = 1_500;

export interface ScenarioOverrides {
  /** With two fabrics: of both together, an even number. */
  readonly cards?: number | undefined;
  /** 2: half of the cards on each of two fabrics, which hosts with a card of each join by trunks. */
  readonly fabrics?: number | undefined;
  /** Cables are tested at other rates, on top of all that the seed stands for. */
  readonly testsCables?: boolean | undefined;
  /** These faults instead of the seed's own. */
  readonly faults?: readonly Fault[] | undefined;
  readonly trace?: ((line: string) => void) | undefined;
}

/** @returns the scenario of a seed, the same for ever. */
export function scenarioOf(seed: number, overrides: ScenarioOverrides = {}): Scenario {
  const random = new Random(seed, 0);
  const isDuplicated = overrides.fabrics === 2;
  const countRandom = isDuplicated ? new Random(seed, 9) : random;
  const cards = overrides.cards ?? countRandom.pick(isDuplicated ? DUPLICATED_COUNTS : CARD_COUNTS);
  const topology = random.pick(["mesh", "mesh", "mesh", ...TOPOLOGIES] as const);
  const isCalm = random.chance(CALM_SHARE);
  const isQuiet = random.chance(0.5);
  const isAmbush = random.chance(AMBUSH_SHARE);
  const draw = (values: readonly number[]): number => (isCalm || isQuiet ? 0 : random.pick(values));
  const usualFromUs = random.chance(0.1) ? 0 : random.between(60_000, 200_000);
  const late = new Random(seed, 10);
  // About when the secondary moves to the other side, for that to be disturbed too.
  const faultsFromUs = isDuplicated && late.chance(0.4) ? late.between(1_900_000, 2_300_000) : usualFromUs;
  const members = membersOf(seed, cards, isCalm || isDuplicated || overrides.faults !== undefined);
  const { changesMembers, foundsAgain } = members;
  const world = worldOf(seed, random, cards, members.spares, topology, isCalm, overrides);
  const drawn = overrides.faults ?? (isCalm ? [] : faultsOf(random, isAmbush));
  const usual = isDuplicated && !isCalm ? [...drawn, ...FABRIC_FAULTS] : drawn;
  const everyUs = random.pick(isAmbush ? AMBUSHES_EVERY_US : FAULTS_EVERY_US);
  return {
    topology,
    world,
    faults: [
      ...(changesMembers ? [...MEMBER_FAULTS, ...members.besides(usual)] : usual),
      ...(overrides.testsCables ? CABLE_TESTS : []),
    ],
    testsCables: overrides.testsCables ?? false,
    faultEveryUs: changesMembers ? members.everyUs : everyUs,
    faultsFromUs,
    faultsUntilUs: faultsFromUs + random.between(300_000, 1_200_000) + (changesMembers ? 1_000_000 : 0),
    changesMembers,
    foundsAgain,
    loss: draw([0, 0.001, 0.02, 0.15]),
    duplicate: draw([0, 0.02, 0.3]),
    late: draw([0, 0.02, 0.3]),
    lateUs: random.pick([500, 5_000, 50_000, 300_000]),
    recorded: isCalm ? 0 : random.pick([0, 0.1, 0.5]),
    wipedCard: !isCalm && cards > 2 && random.chance(0.1) ? random.between(1, cards) : 0,
    endsInColdStart: random.chance(0.25),
  };
}

/** One kind of ambush again and again, or all kinds in turn, or with everything else in between. */
function faultsOf(random: Random, isAmbush: boolean): readonly Fault[] {
  if (!isAmbush) return random.pick(FAULT_MIXES);
  const draw = random.below(10);
  if (draw < 7) return [random.pick(AMBUSHES)];
  return draw < 9 ? AMBUSHES : [...AMBUSHES, ...CARD_FAULTS, ...HOST_FAULTS];
}

interface MemberScenario {
  readonly changesMembers: boolean;
  readonly foundsAgain: boolean;
  readonly spares: number;
  readonly everyUs: number;
  /** @returns which of the usual faults happen besides. */
  besides(usual: readonly Fault[]): readonly Fault[];
}

/** Drawn apart, so that the seeds without any of it stand for what they always stood for. */
function membersOf(seed: number, cards: number, isOff: boolean): MemberScenario {
  const random = new Random(seed, 8);
  const changesMembers = !isOff && random.chance(CHANGE_SHARE);
  const foundsAgain = !isOff && !changesMembers && random.chance(FOUND_AGAIN_SHARE);
  const isPure = random.chance(0.5);
  return {
    changesMembers,
    foundsAgain,
    spares: changesMembers ? Math.min(random.between(1, 3), MOST_BOARDS - cards) : 0,
    everyUs: random.pick([60_000, 120_000, 250_000]),
    besides: (usual) => (isPure ? [] : usual),
  };
}

function worldOf(
  seed: number,
  random: Random,
  cards: number,
  spares: number,
  topology: Topology,
  isCalm: boolean,
  overrides: ScenarioOverrides,
): WorldOptions {
  const votes = Array.from({ length: cards }, (_, place) => (place === 0 && cards % 2 === 0 ? 2 : 1));
  const extremes = random.chance(0.5);
  const clockRates = Array.from({ length: cards + spares }, () =>
    extremes ? random.pick([0.99, 1.01]) : random.between(9_900, 10_100) / 10_000,
  );
  const [high, low] = random.pick(FIRST_NUMBERS);
  const fabrics = overrides.fabrics ?? 1;
  const callRandom = new Random(seed, 4);
  return {
    seed,
    cards,
    spares,
    cables:
      fabrics === 1
        ? cablesOf(topology, cards + spares)
        : cablesOfFabrics(fabrics, topology, cards / fabrics),
    trunks: fabrics === 1 ? [] : trunksOf(cards),
    votes,
    timing: DEFAULT_TIMING,
    clockRates,
    first: new Uint64(high, low),
    cableMegabaud: random.pick([1, 1, 3]),
    cableLatencyUs: random.pick([5, 50, 200]),
    hostLoss: isCalm ? 0 : random.pick([0, 0, 0.01, 0.1]),
    hostRetryUs: hostRetryOf(seed, random.pick([60_000, 250_000]), isCalm),
    log: logOf(seed),
    processing: processingOf(seed, cards + spares),
    callEveryUs: isCalm ? 25_000 : random.pick([1_500, 5_000, 15_000]),
    callCount: callCountOf(random.pick(["ones", "small", "large", "large", "huge"]), callRandom),
    trace: overrides.trace,
  };
}

/** Where nothing goes wrong, some hosts ask again all the time: what crosses its answer must not cost a number. */
function hostRetryOf(seed: number, usualUs: number, isCalm: boolean): number {
  return isCalm ? new Random(seed, 12).pick([usualUs, usualUs, 1_000, 7_000]) : usualUs;
}

/** A computer for each pair of cards, one of each fabric. */
function trunksOf(cards: number): Cable[] {
  const half = cards / 2;
  return Array.from({ length: half }, (_, place): Cable => [place, place + half]);
}

/** Logs so small that they wrap and erase within a run. A stream of their own keeps the seeds what they were. */
function logOf(seed: number): LogSize | undefined {
  const random = new Random(seed, 8);
  const sectors = random.pick([2, 2, 3, 4]);
  return random.chance(LOG_SHARE) ? { sectors, pagesPerSector: PAGES_A_SECTOR } : undefined;
}

/**
 * In some fabrics turns take time, so that frames wait for cards as well. Not so much that the cards could do nothing but keep
 * each other informed, of which a fabric of many has more.
 */
function processingOf(seed: number, cards: number): ProcessingTime | undefined {
  const random = new Random(seed, 11);
  if (!random.chance(SLOW_SHARE)) return undefined;
  const turnUs = Math.ceil(random.between(100, SLOWEST_TURN_US) / cards);
  return { turnUs, sendUs: Math.ceil(turnUs / 2) };
}

/** Windows must come to their end too, so some processes ask for very many numbers. */
function callCountOf(kind: string, random: Random): () => number {
  switch (kind) {
    case "ones":
      return () => 1;
    case "small":
      return () => random.between(1, 20);
    case "large":
      return () => (random.chance(0.5) ? 1 : random.pick([500, 4_000]));
    default:
      return () => (random.chance(0.5) ? 1 : random.pick([4_000, 20_000, 32_768]));
  }
}
