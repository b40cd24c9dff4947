import { MAX_LINK_TEST_MS } from "../../firmware/wire/constants.js";
import {
  FRAME_ACCEPT,
  FRAME_ANSWER,
  FRAME_BEACON,
  FRAME_BEACON_ACK,
  FRAME_PREPARE,
  FRAME_PROMISE,
  FRAME_STORE,
} from "../../firmware/wire/frame-types.js";
import { PLAN_HANDOVER, PLAN_SEED } from "../../firmware/wire/plan-frames.js";
import type { FaultKit } from "./fault-kit.js";

/** Something that goes wrong, once. */
export type Fault = (kit: FaultKit) => void;

const AIMED_TYPES = [
  FRAME_STORE,
  FRAME_ANSWER,
  FRAME_BEACON,
  FRAME_BEACON_ACK,
  FRAME_PREPARE,
  FRAME_PROMISE,
  FRAME_ACCEPT,
];

/** Faults of cables. */
function cutOneWay(kit: FaultKit): void {
  kit.cut(kit.random.pick(kit.world.directions), kit.random.between(5_000, 300_000));
}

function cutBothWays(kit: FaultKit): void {
  const { random } = kit;
  const card = kit.aCard();
  const direction = random.pick(card.directions);
  const us = random.between(5_000, 300_000);
  kit.cut(direction, us);
  for (const back of direction.to.directions) if (back.to === card) kit.cut(back, us);
}

function clog(kit: FaultKit): void {
  if (kit.random.chance(0.3)) {
    const host = kit.random.pick(kit.world.hosts);
    host.clogs += 1;
    kit.endAfter(kit.random.between(1_000, 100_000), () => {
      host.clogs -= 1;
    });
  } else {
    kit.clog(kit.random.pick(kit.aCard().directions), kit.random.between(1_000, 100_000));
  }
}

function part(kit: FaultKit): void {
  const groups = kit.cards.map(() => kit.random.below(2));
  kit.part((id) => groups[id - 1] as number, kit.random.between(20_000, 300_000));
}

function isolate(kit: FaultKit): void {
  const { id } = kit.aCard();
  kit.part((card) => Number(card === id), kit.random.between(20_000, 300_000));
}

function badWeather(kit: FaultKit): void {
  const { random } = kit;
  const { weather } = kit.world;
  const { loss, late, lateUs } = weather;
  const begin = (): void => {
    weather.loss = random.pick([0.1, 0.3, 0.7]);
    weather.late = random.pick([0, 0.2, 0.5]);
    weather.lateUs = random.pick([2_000, 20_000, 100_000]);
  };
  const end = (): void => {
    weather.loss = loss;
    weather.late = late;
    weather.lateUs = lateUs;
  };
  kit.storm(begin, end, random.between(10_000, 200_000));
}

/** Frames of a type or two are lost or late for a while. */
function aim(kit: FaultKit): void {
  const { random } = kit;
  const types = [random.pick(AIMED_TYPES), random.pick(AIMED_TYPES)];
  const source = random.chance(0.5) ? kit.aCard().id : 0;
  const lateUs = random.pick([0, 0, 5_000, 60_000, 200_000]);
  kit.aim(types, random.pick([0.3, 0.7, 1]), lateUs, source, random.between(5_000, 150_000));
}

function replay(kit: FaultKit): void {
  kit.world.archive.replay(kit.random.between(1, 40), kit.random.pick([1_000, 50_000]), kit.random);
}

function deafen(kit: FaultKit): void {
  const one = kit.aCard().id;
  const other = kit.anyCard().id;
  const us = kit.random.between(20_000, 250_000);
  kit.deafen(one, other, us);
  if (kit.random.chance(0.5)) kit.deafen(other, one, us);
}

/** Faults of cards. */
function crash(kit: FaultKit): void {
  kit.crash(kit.aCard(), kit.darkUs());
}

function crashBothHolders(kit: FaultKit): void {
  const { random } = kit;
  const holders = [kit.primary(), kit.secondary()];
  if (random.chance(0.5)) holders.reverse();
  const laterUs = random.pick([0, 100, 2_000, 20_000]);
  const first = holders[0];
  const second = holders[1];
  if (first !== undefined) kit.crash(first, kit.darkUs());
  kit.endAfter(laterUs, () => {
    if (second !== undefined) kit.crash(second, kit.darkUs());
  });
}

function crashAll(kit: FaultKit): void {
  const spreadUs = kit.random.pick([1, 3_000, 40_000]);
  for (const card of kit.cards) kit.crash(card, 1 + kit.random.below(spreadUs));
}

function crashMost(kit: FaultKit): void {
  for (const card of kit.cards) if (kit.random.chance(0.6)) kit.crash(card, kit.darkUs());
}

function cutPowerAtWrite(kit: FaultKit): void {
  const card = kit.aCard();
  card.darkUs = kit.darkUs();
  card.storage.nextFate = kit.random.pick(["cut-before", "cut-after"]);
}

function cutPowerAtErase(kit: FaultKit): void {
  const card = kit.anyCard();
  card.darkUs = kit.darkUs();
  card.storage.cutNextErase();
}

function cutPowerAmongSends(kit: FaultKit): void {
  const card = kit.aCard();
  card.darkUs = kit.darkUs();
  card.sendsUntilCut = kit.random.below(12);
}

function failFlash(kit: FaultKit): void {
  const card = kit.aCard();
  card.storage.nextFate = kit.random.pick(["failed-lost", "failed-kept"]);
  // A card whose flash has failed says nothing until it is started again.
  kit.endAfter(kit.random.between(50_000, 400_000), () => kit.crash(card, 1_000));
}

function stall(kit: FaultKit): void {
  kit.aCard().stall(kit.random.pick([5_000, 30_000, 58_000, 62_000, 75_000, 130_000, 300_000]));
}

function stallSome(kit: FaultKit): void {
  const us = kit.random.between(20_000, 200_000);
  for (const card of kit.cards) if (kit.random.chance(0.4)) card.stall(us + kit.random.below(10_000));
}

/** Faults of hosts, and what operators ask for. */
function disturbHost(kit: FaultKit): void {
  const { random } = kit;
  const host = random.pick(kit.world.hosts);
  const draw = random.below(3);
  if (draw === 0) host.unplug(random.between(1_000, 100_000));
  else if (draw === 1) host.restart();
  else host.calls.giveUp();
}

function plan(kit: FaultKit): void {
  const { random, world } = kit;
  random.pick(world.hosts).askForPlan((fields) => {
    fields.kind = random.chance(0.3) ? PLAN_SEED : PLAN_HANDOVER;
    if (fields.kind === PLAN_SEED) {
      fields.seed.copy(world.options.first).add(random.below(200_000));
    } else {
      fields.primary = random.chance(0.7) ? kit.anyCard().id : 0;
      fields.secondary = random.chance(0.5) ? kit.anyCard().id : 0;
    }
  });
}

/** A cable is at another rate for a while, or the card that is asked says no. */
function testCable(kit: FaultKit): void {
  const { random, world } = kit;
  const card = kit.aCard();
  const link = random.below(card.directions.length);
  const baud = random.pick([9_600, 115_200, 1_000_000, 2_000_000, 7_812_500]);
  world.hostOf(card.id).askForLinkTest(link, baud, random.pick([20, 100, 500, MAX_LINK_TEST_MS]));
}

/** So much of all that happens that a test follows the other, and other faults fall into them. */
export const CABLE_TESTS: readonly Fault[] = [testCable, testCable, testCable, testCable];

/** Faults of duplicate fabrics: all cables or all cards of one side, and the computers that join the sides. */
function cutFabric(kit: FaultKit): void {
  const first = kit.random.chance(0.5);
  const us = kit.random.between(20_000, 600_000);
  for (const direction of kit.world.directions) {
    if (kit.isOfFirstFabric(direction.from.id) === first) kit.cut(direction, us);
  }
}

function crashFabric(kit: FaultKit): void {
  const first = kit.random.chance(0.5);
  const darkUs = kit.darkUs();
  for (const card of kit.cards) {
    if (kit.isOfFirstFabric(card.id) === first) kit.crash(card, darkUs + kit.random.below(2_000));
  }
}

/** The process that serves both cards of a computer ends, or all of those do, and others take their place. */
function restartDaemons(kit: FaultKit): void {
  const { random } = kit;
  const all = random.chance(0.3);
  const one = random.pick(kit.world.hosts);
  for (const host of all ? kit.world.hosts : [one, one.trunk ?? one]) {
    if (random.chance(0.5)) host.restart();
    else host.unplug(random.between(1_000, 100_000));
  }
}

/** Both sides are apart for a while: no trunk carries anything. */
function endTrunks(kit: FaultKit): void {
  const { hosts } = kit.world;
  for (const host of hosts) host.trunkCuts += 1;
  kit.endAfter(kit.random.between(10_000, 400_000), () => {
    for (const host of hosts) host.trunkCuts -= 1;
  });
}

export const FABRIC_FAULTS: readonly Fault[] = [cutFabric, cutFabric, crashFabric, restartDaemons, endTrunks];
export const CABLE_FAULTS: readonly Fault[] = [
  cutOneWay,
  cutBothWays,
  clog,
  part,
  isolate,
  badWeather,
  aim,
  replay,
  deafen,
];
export const CARD_FAULTS: readonly Fault[] = [crash, crash, crashBothHolders, crashMost, stall, stallSome];
export const POWER_FAULTS: readonly Fault[] = [
  cutPowerAtWrite,
  cutPowerAmongSends,
  crash,
  crashBothHolders,
  cutPowerAtErase,
];
export const FLASH_FAULTS: readonly Fault[] = [cutPowerAtWrite, cutPowerAtWrite, failFlash, cutPowerAtErase];
export const HOST_FAULTS: readonly Fault[] = [disturbHost, plan];
export const COLD_STARTS: readonly Fault[] = [crashAll, crashAll, crashMost, crashBothHolders];
export const STALLS: readonly Fault[] = [stall, stall, stallSome, plan];
export const OLD_FRAMES: readonly Fault[] = [replay, replay, aim, badWeather, crash, plan];
