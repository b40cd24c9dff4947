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
  const leader = random.pick(candidates);
  const { primary, secondary } = world;
  const deafUs = random.between(70_000, 140_000);
  for (const holder of [primary, secondary]) {
    kit.deafen(holder, leader.id, deafUs + 200_000);
    kit.deafen(leader.id, holder, deafUs + 200_000);
  }
  kit.endAfter(deafUs, () => {
    kit.part((id) => Number(id === primary || id === secondary), random.between(50_000, 200_000));
    for (const card of candidates) if (card !== leader) kit.crash(card, random.between(200, 1_500));
  });
}

/**
 * A card gives its word to one side, loses power at once and comes back on the other side: what it said must have been
 * in its flash by then.
 */
function brokenWord(kit: FaultKit): void {
  const { random } = kit;
  const turncoat = random.chance(0.6) ? kit.secondary() : kit.anyCard();
  const leader = random.pick(kit.cards.filter((card) => card !== turncoat));
  const withLeader = new Set([turncoat.id, leader.id]);
  for (const { id } of kit.others()) if (random.chance(0.5)) withLeader.add(id);
  const firstUs = random.between(62_000, 110_000);
  kit.part((id) => Number(withLeader.has(id)), firstUs);
  // The leader's ACCEPT must not come through, its PREPARE and the answer must: so the cut comes in between.
  kit.endAfter(random.between(60_000, firstUs), () => {
    kit.part((id) => Number(id === leader.id), random.between(80_000, 300_000));
    kit.crash(turncoat, 1_000);
    if (random.chance(0.3)) rebootSome(kit, leader);
  });
}

function rebootSome(kit: FaultKit, except: SimulatedCard): void {
  for (const card of kit.cards) if (card !== except && kit.random.chance(0.4)) kit.crash(card, 1_000);
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

export const AMBUSHES: readonly Fault[] = [
  loneHolders,
  loneHolders,
  changingSides,
  urgentLeader,
  brokenWord,
  crashAfterWord,
  unknownCeiling,
  quickReturn,
];
