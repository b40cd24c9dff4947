import {
  FRAME_ACCEPT,
  FRAME_BEACON,
  FRAME_BEACON_ACK,
  FRAME_PROMISE,
} from "../../firmware/wire/frame-types.js";
import type { FaultKit } from "./fault-kit.js";
import type { Fault } from "./faults.js";
import type { SimulatedCard } from "./simulated-card.js";

/**
 * Faults that belong together: each is the situation in which one of the rules is all that keeps a promise. By chance
 * alone they would come once in a million runs.
 */

/** Primary and secondary among themselves, everybody else apart: only the lease ends the old view in time. */
function loneHolders(kit: FaultKit): void {
  const { random } = kit;
  const us = random.between(40_000, 350_000);
  const inside = new Set([kit.world.primary, kit.world.secondary]);
  const extra = random.pick(kit.cards).id;
  if (random.chance(0.3)) inside.add(extra);
  kit.part((id) => Number(inside.has(id)), us);
  if (random.chance(0.4)) for (const card of kit.others()) kit.crash(card, random.between(200, 2_000));
  if (random.chance(0.4)) kit.endAfter(us - random.below(10_000), () => crashHolders(kit));
}

function crashHolders(kit: FaultKit): void {
  kit.crash(kit.primary(), kit.darkUs());
  kit.crash(kit.secondary(), kit.darkUs());
}

/** Groups that form anew again and again, with short reboots in between. */
function changingSides(kit: FaultKit): void {
  const { random } = kit;
  let atUs = 0;
  for (let round = random.between(2, 6); round > 0; round -= 1) {
    const us = random.pick([20_000, 65_000, 75_000, 90_000, 120_000]) + random.below(10_000);
    const groups = kit.cards.map(() => random.below(2));
    const reboots = kit.cards.filter(() => random.chance(0.25));
    kit.endAfter(atUs, () => {
      kit.part((id) => groups[id - 1] as number, us);
      for (const card of reboots) kit.crash(card, 1_000);
    });
    atUs += us - random.below(3_000);
  }
}

/** One card hears the primary no more and urges the others on, who then lose their memory of what they granted. */
function urgentLeader(kit: FaultKit): void {
  const { random, world } = kit;
  const candidates = kit.others();
  if (candidates.length < 2) return;
  const leader = candidates[0] as SimulatedCard;
  const { primary, secondary } = world;
  const urgedUs = random.between(80_000, 150_000);
  for (const holder of [primary, secondary]) {
    kit.deafen(holder, leader.id, urgedUs + 200_000);
    kit.deafen(leader.id, holder, urgedUs + 200_000);
  }
  kit.endAfter(urgedUs, () => {
    kit.part((id) => Number(id === primary || id === secondary), random.between(50_000, 200_000));
    for (const card of candidates) if (card !== leader) kit.crash(card, random.between(200, 1_500));
  });
}

/** @returns the card that will lead the change if the holders fall silent: the first of the others. */
function likelyLeader(kit: FaultKit): SimulatedCard {
  return kit.others()[0] ?? kit.anyCard();
}

/**
 * The others give their word to a leader whose choice does not come through; then the holders are back, and then gone
 * again. What was promised must bind, and must outlive a reboot.
 */
function brokenWord(kit: FaultKit): void {
  const { random, world } = kit;
  const leader = likelyLeader(kit);
  const { primary, secondary } = world;
  const holders = new Set(random.chance(0.7) ? [primary, secondary] : [primary]);
  const isHolder = (id: number): number => Number(holders.has(id));
  const leaderDueUs = 60_000 + 15_000 * (holders.has(secondary) ? leader.id : 0);
  const firstUs = leaderDueUs + random.between(3_000, 25_000);
  const backUs = random.between(3_000, 90_000);
  kit.part(isHolder, firstUs);
  kit.endAfter(random.below(50_000), () =>
    kit.aim([FRAME_ACCEPT, FRAME_BEACON], random.pick([0.5, 1, 1]), 0, leader.id, firstUs + backUs - 50_000),
  );
  kit.endAfter(firstUs - random.below(2_000), () => {
    kit.part((id) => Number(id === leader.id), backUs);
    const rebooted = random.pick([0, 0.5, 1]);
    for (const { id } of kit.cards) {
      const card = world.cardOf(id);
      if (card !== leader && id !== primary && random.chance(rebooted)) kit.crash(card, 1_000);
    }
  });
  if (random.chance(0.7))
    kit.endAfter(firstUs + backUs, () => kit.part(isHolder, random.between(40_000, 150_000)));
}

/** All but one hear the holders no more; then not even that one does, and only its own grant is left. */
function lastGrant(kit: FaultKit): void {
  const { random, world } = kit;
  const others = kit.others();
  if (others.length < 2) return;
  const hinge = random.pick(others);
  const { primary, secondary } = world;
  const deafUs = random.between(62_000, 110_000);
  for (const { id } of others) {
    if (id === hinge.id) continue;
    for (const holder of [primary, secondary]) {
      kit.deafen(holder, id, deafUs + 10_000);
      kit.deafen(id, holder, deafUs + 10_000);
    }
  }
  kit.endAfter(deafUs, () =>
    kit.part((id) => Number(id === primary || id === secondary), random.between(50_000, 200_000)),
  );
}

/** Acknowledgements take long, and when they come the others are gone already. */
function lateGrants(kit: FaultKit): void {
  const { random, world } = kit;
  const { primary, secondary } = world;
  kit.aim([FRAME_BEACON_ACK], 1, random.between(20_000, 70_000), 0, random.between(60_000, 120_000));
  kit.endAfter(random.between(30_000, 100_000), () =>
    kit.part((id) => Number(id === primary || id === secondary), random.between(70_000, 200_000)),
  );
}

/** Two who do not hear each other lead one after the other, and the choice of the first comes when the second is promised. */
function twoLeaders(kit: FaultKit): void {
  const { random, world } = kit;
  const first = random.chance(0.7) ? world.primary : kit.anyCard().id;
  const second = random.chance(0.7) ? world.secondary : kit.anyCard().id;
  const news = [FRAME_ACCEPT, FRAME_BEACON];
  kit.deafen(first, second, 400_000);
  kit.deafen(second, first, 400_000);
  const turnUs = random.between(105_000, 130_000);
  kit.endAfter(random.between(45_000, 62_000), () =>
    kit.aim(news, 1, random.between(50_000, 110_000), first, turnUs - 45_000),
  );
  kit.endAfter(turnUs, () => kit.aim(news, 1, 0, second, random.between(30_000, 100_000)));
}

/** News of views travels slowly, while views come and go. */
function slowNews(kit: FaultKit): void {
  const { random } = kit;
  const us = random.between(200_000, 500_000);
  const types = random.pick([
    [FRAME_ACCEPT, FRAME_BEACON],
    [FRAME_ACCEPT],
    [FRAME_PROMISE],
    [FRAME_PROMISE, FRAME_ACCEPT],
  ]);
  kit.aim(types, random.pick([0.4, 0.7, 1]), random.between(20_000, 300_000), 0, us);
  for (let atUs = random.below(60_000); atUs < us; atUs += random.between(30_000, 140_000)) {
    kit.endAfter(atUs, () => {
      const card = kit.aCard();
      const draw = random.below(4);
      if (draw === 0) kit.crash(card, random.pick([1_000, 80_000]));
      else if (draw === 1) crashHolders(kit);
      else kit.part((id) => Number(id === card.id), random.between(30_000, 120_000));
    });
  }
}

/** A change of view in which promises come late and the choice reaches only some; and soon the next change. */
function halfHeard(kit: FaultKit): void {
  const { random } = kit;
  const lost = random.chance(0.5) ? kit.primary() : kit.secondary();
  const goneUs = random.pick([1_000, 30_000, 70_000, 90_000]);
  if (random.chance(0.5)) kit.crash(lost, goneUs);
  else kit.part((id) => Number(id === lost.id), 70_000 + random.below(20_000));
  let atUs = random.between(40_000, 60_000);
  for (let round = 0; round < 4; round += 1) {
    const us = random.between(5_000, 25_000);
    const isLate = random.chance(0.5);
    const types = isLate ? [FRAME_PROMISE, FRAME_ACCEPT] : [FRAME_ACCEPT, FRAME_BEACON];
    kit.endAfter(atUs, () => kit.aim(types, random.pick([0.3, 0.6]), isLate ? 12_000 : 0, 0, us));
    atUs += us;
  }
  kit.endAfter(atUs + random.below(40_000), () => kit.crash(kit.aCard(), kit.darkUs()));
}

/** The power goes right after a promise: what was promised must outlive it. */
function crashAfterWord(kit: FaultKit): void {
  const { random } = kit;
  const card = kit.aCard();
  kit.part((id) => Number(id === kit.world.primary), random.between(60_000, 130_000));
  kit.endAfter(random.between(58_000, 100_000), () => {
    card.sendsUntilCut = random.between(1, 3);
    card.darkUs = 1_000;
  });
}

/** Beacons reach nobody but the secondary, so that nobody else learns of a new ceiling; then both are lost. */
function unknownCeiling(kit: FaultKit): void {
  const { random, world } = kit;
  const { primary, secondary } = world;
  const us = random.between(20_000, 60_000);
  for (const card of kit.others()) if (random.chance(0.9)) kit.deafen(primary, card.id, us + 30_000);
  kit.endAfter(us, () => {
    for (const id of [primary, secondary]) {
      const card = kit.cards[id - 1];
      if (card !== undefined) kit.crash(card, random.pick([1_000, 200_000]));
    }
  });
}

/** The holders are lost one after the other while the first is just back: nothing in memory is to be trusted. */
function quickReturn(kit: FaultKit): void {
  const { random } = kit;
  const first = random.chance(0.5) ? kit.primary() : kit.secondary();
  const second = first === kit.primary() ? kit.secondary() : kit.primary();
  kit.crash(first, 1_000);
  kit.endAfter(random.between(1_000, 15_000), () => kit.crash(second, random.pick([1_000, 300_000])));
}

/** For tests that need one of them alone. */
export const namedAmbushes = {
  loneHolders,
  changingSides,
  urgentLeader,
  brokenWord,
  lastGrant,
  lateGrants,
  twoLeaders,
  slowNews,
  halfHeard,
  crashAfterWord,
  unknownCeiling,
  quickReturn,
};

export const AMBUSHES: readonly Fault[] = [
  loneHolders,
  loneHolders,
  changingSides,
  urgentLeader,
  brokenWord,
  brokenWord,
  lastGrant,
  lateGrants,
  twoLeaders,
  slowNews,
  slowNews,
  halfHeard,
  crashAfterWord,
  unknownCeiling,
  quickReturn,
];
