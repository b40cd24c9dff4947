import { MAX_MEMBERS } from "../../firmware/wire/constants.js";
import { PLAN_ADD, PLAN_HANDOVER, PLAN_REMOVE, PLAN_REPLACE } from "../../firmware/wire/plan-frames.js";
import { FabricTruth } from "./fabric-truth.js";
import type { FaultKit } from "./fault-kit.js";
import type { SimulatedHost } from "./simulated-host.js";

/** Lists of more cards are of no use to a simulation, and none is left to be added then. */
const MAX_LISTED = MAX_MEMBERS - 1;

/**
 * Somebody who asks for a change of the members, by the frames that hosts have. That it is refused, or comes to nothing,
 * is as good as any other outcome.
 */
export function changeMembers(kit: FaultKit): void {
  const { random } = kit;
  const truth = new FabricTruth(kit.world);
  if (truth.view === 0) return;
  const newcomer = findNewcomer(kit, truth);
  const cards = [...truth.members.cards.subarray(0, truth.members.count)];
  const leaver = random.pick(cards);
  const draw = random.below(3);
  if (leaver === truth.primary && draw > 0) handOver(kit, cards);
  else if (newcomer === undefined || draw === 1) ask(kit, PLAN_REMOVE, leaver, 0, 0);
  else if (draw === 0) ask(kit, PLAN_ADD, newcomer.cardId, 0, newcomer.incarnation);
  else ask(kit, PLAN_REPLACE, leaver, newcomer.cardId, newcomer.incarnation);
}

/** Who is primary cannot go: another takes its place first. */
function handOver(kit: FaultKit, cards: readonly number[]): void {
  kit.random.pick(kit.world.hosts).askForPlan((fields) => {
    fields.kind = PLAN_HANDOVER;
    fields.primary = kit.random.pick(cards);
  });
}

function ask(kit: FaultKit, kind: number, card: number, otherCard: number, incarnation: number): void {
  kit.random.pick(kit.world.hosts).askForPlan((fields) => {
    fields.kind = kind;
    fields.card = card;
    fields.otherCard = otherCard;
    fields.incarnation = incarnation;
  });
}

/** @returns the host of a card that waits to be taken in; or none, and one of the others is initialised for the next time. */
function findNewcomer(kit: FaultKit, truth: FabricTruth): SimulatedHost | undefined {
  const { random, world } = kit;
  const { members } = truth;
  const spares = world.hosts.filter(({ board }) => truth.isSpare(board));
  if (spares.length === 0) return undefined;
  const ready = spares.filter(
    (host) =>
      host.incarnation !== 0 &&
      truth.isWaiting(host.board) &&
      (host.cardId > members.lastCardId || members.has(host.cardId)),
  );
  if (ready.length > 0) return random.pick(ready);
  if (members.count > MAX_LISTED) return undefined;
  const host = random.pick(spares);
  const cardId = world.takeCardId(host.board);
  host.joinAs(cardId, [...members.cards.subarray(0, members.count), cardId]);
  return undefined;
}
