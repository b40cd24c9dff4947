import test from "ava";
import { createRandom } from "../../../boards/virtual/random.js";
import { connectedQuorum, type Fabric } from "../../../scripts/soak/connected-quorum.js";
import { FAULT_KINDS, type Fault, type FaultKind } from "../../../scripts/soak/fault.js";
import { FaultPlan } from "../../../scripts/soak/fault-plan.js";

const FABRIC: Fabric = {
  cards: [1, 2, 3],
  cables: [
    [1, 2],
    [2, 3],
    [3, 1],
  ],
};
const ROLES = { primary: 1, secondary: 2 };
const DRAWS = 3_000;

/** What a plan draws while these are active. */
function draw(
  seed: number,
  active: readonly Fault[] = [],
  kinds: readonly FaultKind[] = FAULT_KINDS,
): Fault[] {
  const plan = new FaultPlan(FABRIC, kinds, createRandom(seed));
  const drawn = Array.from({ length: DRAWS }, () => plan.next(active, ROLES));
  return drawn.flatMap((fault) => (fault === undefined ? [] : [fault]));
}

test("the same seed draws the same faults, another one others", (t) => {
  t.deepEqual(draw(7), draw(7));
  t.notDeepEqual(draw(7), draw(8));
});

test("every kind comes, on every card and cable, and lasts a while that has its bounds", (t) => {
  const drawn = draw(1);
  const possible = FAULT_KINDS.filter((kind) => kind !== "fabric");
  t.deepEqual([...new Set(drawn.map(({ kind }) => kind))].sort(), [...possible].sort());
  for (const kind of ["kill", "stop"] as const) {
    const hit = drawn.flatMap((fault) => (fault.kind === kind ? [fault.card] : []));
    t.deepEqual([...new Set(hit)].sort(), [1, 2, 3]);
  }
  t.true(drawn.every(({ kind, lastsMs }) => kind === "handover" || (lastsMs >= 60 && lastsMs <= 2_500)));
  t.true(drawn.every((fault) => fault.kind !== "handover" || fault.card !== ROLES.primary));
});

test("of two fabrics either one is cut whole, but not while one of its cables is cut", (t) => {
  const duplicated: Fabric = {
    cards: [1, 2, 3, 4],
    cables: [
      [1, 2],
      [3, 4],
    ],
    trunks: [
      [1, 3],
      [2, 4],
    ],
  };
  const plan = new FaultPlan(duplicated, ["fabric"], createRandom(3));
  const drawn = Array.from({ length: 100 }, () => plan.next([], ROLES));
  const cards = drawn.flatMap((fault) =>
    fault?.kind === "fabric" ? [`${fault.fabric}: ${fault.cards}`] : [],
  );
  t.is(cards.length, 100);
  t.deepEqual([...new Set(cards)].sort(), ["1: 1,2", "2: 3,4"]);
  const cut: Fault = { kind: "cut", from: 1, to: 2, oneWay: false, lastsMs: 1 };
  t.is(plan.next([cut], ROLES), undefined);
});

test("only the kinds that are wanted come", (t) => {
  t.true(draw(2, [], ["stop"]).every(({ kind }) => kind === "stop"));
});

test("what takes the quorum away is mended soon; power fails only where nothing else is broken", (t) => {
  const broken: Fault = { kind: "kill", card: 3, lastsMs: 1 };
  const drawn = draw(3, [broken]);
  t.true(drawn.length > DRAWS / 4);
  for (const fault of drawn) {
    t.not(fault.kind, "power");
    t.false((fault.kind === "kill" || fault.kind === "stop") && fault.card === 3, "it is out already");
    const isLost = connectedQuorum(FABRIC, [broken, fault]).length === 0;
    if (isLost) t.true(fault.lastsMs <= 300);
  }
});

test("nothing more comes while power is off, or while two things are broken", (t) => {
  t.deepEqual(draw(4, [{ kind: "power", lastsMs: 1 }]), []);
  const cut: Fault = { kind: "cut", from: 1, to: 2, oneWay: false, lastsMs: 1 };
  t.deepEqual(draw(5, [cut, { kind: "stop", card: 2, lastsMs: 1 }]), []);
  t.true(draw(6, [cut], ["cut"]).every((fault) => fault.kind === "cut" && fault.from + fault.to !== 3));
});

test("without a view there is somebody to hit all the same", (t) => {
  const plan = new FaultPlan(FABRIC, ["kill"], createRandom(1));
  const drawn = Array.from({ length: 100 }, () => plan.next([], { primary: 0, secondary: 0 }));
  t.true(drawn.some((fault) => fault !== undefined));
  t.true(drawn.every((fault) => fault === undefined || (fault.kind === "kill" && fault.card > 0)));
});
