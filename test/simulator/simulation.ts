import { LINK_TEST_LEAD_US, MAX_LINK_TEST_MS } from "../../firmware/wire/constants.js";
import { FabricTruth } from "./fabric-truth.js";
import { FaultKit } from "./fault-kit.js";
import { replayJoins } from "./member-faults.js";
import { Random } from "./random.js";
import { partRoles } from "./roles-apart.js";
import { type Scenario, type ScenarioOverrides, scenarioOf } from "./scenario.js";
import type { SimulatedHost } from "./simulated-host.js";
import { partsOf } from "./topology.js";
import { World } from "./world.js";

/** After the faults every host must get a number within this time. */
export const LIVE_AGAIN_US = 2_000_000;
/** Where erases cut the fabric in parts meanwhile it gets as much more; cards that go on erasing for ever do not live. */
const MOST_ERASE_US = 3_000_000;
/**
 * A test of a cable takes so long at the most, with the times of its begin and its end, by a clock that is 1 % slow, at a card
 * that erases a sector when it should end.
 */
const LINK_TEST_US = 1.02 * (1_000 * MAX_LINK_TEST_MS + 5 * (LINK_TEST_LEAD_US + 20_480)) + 400_000;
/** Time in which what is under way at the end of a run without faults must come. */
const DRAIN_US = 500_000;
/** After the faults, plans that are still under way come to their end, and then all is live again, within this time. */
const SETTLED_US = 5_000_000;
const LOOK_EVERY_US = 10_000;

export interface SimulationResult {
  readonly seed: number;
  /** "" where every promise was kept. */
  readonly violation: string;
  /** The same for every run of the seed. */
  readonly hash: number;
  readonly cards: number;
  readonly topology: string;
  readonly virtualUs: number;
  readonly events: number;
  readonly invocations: number;
  readonly deliveries: number;
  readonly numbers: number;
  readonly gaps: number;
  /** Number of the view at the end, without the card that made it. */
  readonly rounds: number;
  /** From the end of the faults until every host had a number. */
  readonly liveAgainUs: number;
  /** In a fabric of two sides, from then on until its roles stood on different ones; -1 where that was not asked for. */
  readonly apartUs: number;
  /** Sectors that were erased. */
  readonly erases: number;
  /** How often a card changed the rate of a cable. */
  readonly rateChanges: number;
}

/** Runs one seed: a time of faults, in which the promises are checked, and then a time in which all must heal. */
export function simulate(seed: number, overrides: ScenarioOverrides = {}): SimulationResult {
  const scenario = scenarioOf(seed, overrides);
  const world = new World(scenario.world);
  const kit = new FaultKit(world, new Random(seed, 5));
  const wipe = new Wipe(scenario, world);
  const { checker } = world;

  world.run(scenario.faultsFromUs);
  planFaults(scenario, kit);
  wipe.plan();
  if (scenario.foundsAgain) foundAgain(kit);
  world.run(scenario.faultsUntilUs);
  const mendedUs = world.nowUs;
  kit.mend(scenario.endsInColdStart ? 1 : 20_000);
  if (scenario.faults.length > 0) restart(scenario, kit);
  // What was begun before the last fault goes on behind it.
  const extraUs = scenario.testsCables ? LINK_TEST_US : 0;
  const liveHosts =
    scenario.changesMembers || scenario.foundsAgain
      ? settle(world, extraUs)
      : heal(world, wipe.wipedCard, extraUs);
  const liveAgainUs = world.nowUs - mendedUs;
  if (scenario.testsCables) endTests(world);
  if (checker.violation === "") {
    const silent = liveHosts.filter(({ calls }) => calls.probesOpen > 0).map(({ board }) => board);
    if (silent.length > 0) {
      checker.fail(`P4: ${liveAgainUs} us after the last fault, hosts ${silent.join(", ")} have no number`);
    }
  }
  const apartUs = scenario.world.trunks.length > 0 ? partRoles(world, wipe.wipedCard) : -1;
  if (scenario.faults.length === 0) drain(world);
  checker.checkSkips(world.cards.reduce((sum, card) => sum + card.accounted, 0));
  return {
    seed,
    violation: checker.violation,
    hash: world.hash >>> 0,
    cards: scenario.world.cards,
    topology: scenario.topology,
    virtualUs: world.nowUs,
    events: world.events,
    invocations: checker.invocations,
    deliveries: checker.deliveries,
    numbers: checker.numbers,
    gaps: checker.gaps(),
    rounds: Math.floor(world.view / 256),
    liveAgainUs,
    apartUs,
    erases: world.cards.reduce((sum, { storage }) => sum + storage.erases, 0),
    rateChanges: world.cards.reduce((sum, card) => sum + card.rateChanges, 0),
  };
}

function planFaults(scenario: Scenario, kit: FaultKit): void {
  const { world, random } = kit;
  const { weather } = world;
  const { faults } = scenario;
  if (faults.length === 0) return;
  const { loss, duplicate, late, lateUs, recorded } = scenario;
  Object.assign(weather, { loss, duplicate, late, lateUs, recorded });
  const next = (): void => {
    random.pick(faults)(kit);
    kit.endAfter(1 + random.around(scenario.faultEveryUs), next);
  };
  kit.endAfter(random.around(scenario.faultEveryUs), next);
}

/** Starts again what has to be: cards whose flash had failed are deaf until then. */
function restart(scenario: Scenario, kit: FaultKit): void {
  for (const card of kit.cards) {
    if (scenario.endsInColdStart || card.hasFailedFlash) kit.crash(card, 1 + kit.random.below(5_000));
  }
}

/** Waits until every host that can get a number has got one. @returns those hosts. */
function heal(world: World, wipedCard: number, extraUs: number): SimulatedHost[] {
  const { cards, cables, trunks, votes } = world.options;
  const parts = partsOf([...cables, ...trunks], cards, (place) => place + 1 !== wipedCard);
  const quorum = Math.floor(votes.reduce((sum, vote) => sum + vote, 0) / 2) + 1;
  const votesOf = (part: number): number =>
    votes.reduce(
      (sum, vote, place) => (parts[place] === part && place + 1 !== wipedCard ? sum + vote : sum),
      0,
    );
  const hosts = world.hosts.filter(
    ({ board }) => board !== wipedCard && votesOf(parts[board - 1] as number) >= quorum,
  );
  world.areCallsSmall = true;
  for (const host of world.hosts) host.calls.dropWaiting();
  for (const host of hosts) host.calls.call(1, true);
  const isLive = (): boolean => hosts.every(({ calls }) => calls.probesOpen === 0);
  const endUs = deadline(world, LIVE_AGAIN_US + extraUs);
  while (world.nowUs < endUs() && world.checker.violation === "" && !isLive()) world.run(endUs(), isLive);
  return hosts;
}

/** No cable may stay at another rate than its own. */
function endTests(world: World): void {
  for (;;) {
    const sinceUs = world.cards.flatMap(({ offRateSinceUs }) => offRateSinceUs ?? []);
    if (sinceUs.length === 0) return;
    const earliestUs = Math.min(...sinceUs);
    if (world.nowUs - earliestUs > LINK_TEST_US) {
      world.checker.fail(`a cable is at a rate that is not its own since ${earliestUs} us`);
      return;
    }
    world.run(world.nowUs + LOOK_EVERY_US);
  }
}

/** @returns when something must have happened that is given `us` from now on, as far as is known by then. */
function deadline(world: World, us: number): () => number {
  const startUs = world.nowUs;
  const erasedBeforeUs = world.cuttingEraseUs;
  return () => startUs + us + Math.min(MOST_ERASE_US, world.cuttingEraseUs - erasedBeforeUs);
}

/**
 * Waits until the members have come to rest: the list is settled, every host whose card is connected with a quorum has got a
 * number, and every card that has left knows it. @returns those hosts.
 */
function settle(world: World, extraUs: number): SimulatedHost[] {
  world.areCallsSmall = true;
  for (const host of world.hosts) host.calls.dropWaiting();
  for (const host of world.hosts) host.calls.call(1, true);
  const endUs = deadline(world, SETTLED_US + extraUs);
  let truth = new FabricTruth(world);
  const hosts = (): SimulatedHost[] => truth.connected.map((board) => world.hostOf(board));
  const isSettled = (): boolean => {
    if (truth.connected.length === 0) return true;
    return (
      !truth.members.isJoint &&
      truth.left.length === 0 &&
      hosts().every(({ calls }) => calls.probesOpen === 0)
    );
  };
  while (world.nowUs < endUs() && world.checker.violation === "" && !isSettled()) {
    world.run(world.nowUs + LOOK_EVERY_US);
    truth = new FabricTruth(world);
  }
  if (truth.connected.length > 0 && truth.members.isJoint)
    world.checker.fail("P4: the list of members stays joint");
  if (truth.left.length > 0)
    world.checker.fail(`P4: boards ${truth.left.join(", ")} do not hear that they were removed`);
  if (truth.connected.length > 0 && truth.wronged.length > 0)
    world.checker.fail(`P4: boards ${truth.wronged.join(", ")} were told to be removed, and are members`);
  return hosts();
}

/**
 * The founder loses its flash at once after the founding, is initialised alike in no time, and hears nothing but what was said
 * to the earlier one, and who acknowledges its beacons.
 */
function foundAgain(kit: FaultKit): void {
  const { world, random } = kit;
  const founder = world.cardOf(1);
  world.weather.recorded = 1;
  kit.endAfter(random.between(20_000, 60_000), () => {
    if (world.view === 0) return;
    founder.cutPower();
    founder.storage.wipe();
    world.hostOf(1).isInitialised = false;
    founder.bootIn(100);
    for (let atUs = 1_000; atUs < 60_000; atUs += 2_000) kit.endAfter(atUs, () => replayJoins(kit));
  });
}

/** Without a fault there is no gap. */
function drain(world: World): void {
  world.areCallsEnded = true;
  world.run(world.nowUs + DRAIN_US, () => world.hosts.every(({ calls }) => calls.isIdle));
  if (world.checker.gaps() > 0)
    world.checker.fail(`P3: ${world.checker.gaps()} numbers skipped without a fault`);
}

/** The loss of one card's flash, where the scenario has one. Its operator initialises it again, by hand, as what it was: it must stay out of it. */
class Wipe {
  wipedCard = 0;
  private readonly scenario: Scenario;
  private readonly world: World;

  constructor(scenario: Scenario, world: World) {
    this.scenario = scenario;
    this.world = world;
  }

  plan(): void {
    const { scenario, world } = this;
    if (scenario.wipedCard === 0) return;
    world.after(Math.floor((scenario.faultsUntilUs - scenario.faultsFromUs) / 2), () => {
      if (!world.hostOf(scenario.wipedCard).isInitialised) return;
      // Who loses the flash of so many that the others are no quorum, has lost the fabric.
      if (scenario.changesMembers && !new FabricTruth(world).canSpare(scenario.wipedCard)) return;
      this.wipedCard = scenario.wipedCard;
      const card = world.cardOf(scenario.wipedCard);
      card.cutPower();
      card.storage.wipe();
      world.hostOf(scenario.wipedCard).isInitialised = false;
      card.bootIn(1_000);
    });
  }
}
