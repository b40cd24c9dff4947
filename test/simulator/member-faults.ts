import {
  FRAME_ACCEPT,
  FRAME_BEACON,
  FRAME_JOIN,
  FRAME_PREPARE,
  FRAME_PROMISE,
} from "../../firmware/wire/frame-types.js";
import type { FaultKit } from "./fault-kit.js";
import type { Fault } from "./faults.js";
import { changeMembers } from "./operator.js";

/** By when a change of the members without a fault is through. */
const CHANGE_US = 60_000;

/** At some step of a change a card is lost: mostly the one that leads it. */
function crashAmidChange(kit: FaultKit): void {
  const { random } = kit;
  changeMembers(kit);
  for (let crashes = random.between(1, 2); crashes > 0; crashes -= 1) {
    kit.endAfter(random.below(CHANGE_US), () =>
      kit.crash(random.chance(0.6) ? kit.primary() : kit.anyCard(), kit.darkUs()),
    );
  }
}

/** The power goes right after one of the frames with which a change is made. */
function cutAmidChange(kit: FaultKit): void {
  const { random } = kit;
  changeMembers(kit);
  kit.endAfter(random.below(CHANGE_US), () => {
    const card = random.chance(0.7) ? kit.primary() : kit.anyCard();
    card.darkUs = kit.darkUs();
    card.sendsUntilCut = random.below(8);
  });
}

/** At some step of a change the fabric falls apart. */
function partAmidChange(kit: FaultKit): void {
  const { random } = kit;
  changeMembers(kit);
  const groups = kit.cards.map(() => random.below(2));
  const { id } = kit.aCard();
  const isAlone = random.chance(0.5);
  kit.endAfter(random.below(CHANGE_US), () =>
    kit.part(
      (card) => (isAlone ? Number(card === id) : (groups[card - 1] as number)),
      random.between(20_000, 300_000),
    ),
  );
}

/** What is said of the change is lost, or comes late. */
function muteAmidChange(kit: FaultKit): void {
  const { random } = kit;
  const types = random.pick([
    [FRAME_ACCEPT],
    [FRAME_ACCEPT, FRAME_BEACON],
    [FRAME_PROMISE, FRAME_PREPARE],
    [FRAME_PROMISE, FRAME_ACCEPT],
  ]);
  const source = random.chance(0.3) ? kit.aCard().id : 0;
  kit.aim(
    types,
    random.pick([0.4, 0.8, 1]),
    random.pick([0, 0, 30_000, 150_000]),
    source,
    random.between(20_000, 200_000),
  );
  changeMembers(kit);
}

/** A card is away while the others change more than once; it comes back with the list that it knew. */
function missChanges(kit: FaultKit): void {
  const { random } = kit;
  const away = random.pick([[kit.anyCard()], [kit.anyCard(), kit.anyCard()], [kit.primary()]]);
  const us = random.between(150_000, 700_000);
  for (const card of away) kit.crash(card, us);
  for (let atUs = random.between(20_000, 120_000); atUs < us; atUs += random.between(30_000, 90_000)) {
    kit.endAfter(atUs, () => changeMembers(kit));
  }
  kit.endAfter(us - random.below(20_000), () => {
    const lost = random.chance(0.5) ? kit.primary() : kit.secondary();
    if (!away.includes(lost)) kit.crash(lost, random.between(50_000, 400_000));
  });
}

/** A card is cut off while the others change, and then those whom it knew are cut off in their turn. */
function changeApart(kit: FaultKit): void {
  const { random } = kit;
  const apart = kit.aCard().id;
  const us = random.between(80_000, 300_000);
  kit.part((id) => Number(id === apart), us);
  for (let atUs = random.below(40_000); atUs < us; atUs += random.between(20_000, 60_000)) {
    kit.endAfter(atUs, () => changeMembers(kit));
  }
  const groups = kit.cards.map(() => random.below(2));
  kit.endAfter(us, () => kit.part((id) => groups[id - 1] as number, random.between(60_000, 300_000)));
}

/** Frames of a founding come again, whenever. */
export function replayJoins(kit: FaultKit): void {
  kit.world.archive.replayType(FRAME_JOIN, kit.random.pick([500, 5_000]), kit.random);
}

export const MEMBER_FAULTS: readonly Fault[] = [
  changeMembers,
  changeMembers,
  crashAmidChange,
  crashAmidChange,
  cutAmidChange,
  partAmidChange,
  muteAmidChange,
  missChanges,
  changeApart,
];
