import test from "ava";
import { TOPOLOGIES } from "../../../boards/virtual/topology.js";
import type { FrameEvent, TurnEvent } from "../../../boards/virtual/trace.js";
import { VirtualRig } from "./virtual-rig.js";

for (const topology of TOPOLOGIES) {
  const cards = topology === "triangle" ? 3 : 5;
  test(`cards in a ${topology} become ready and deliver from every card`, (t) => {
    const rig = new VirtualRig({ cards, topology });
    t.true(rig.setUp());
    for (let id = 1; id <= cards; id += 1) {
      rig.request(id, id, 10);
      rig.run(100_000);
    }
    t.deepEqual(
      rig.delivered,
      Array.from({ length: cards }, (_, index) => BigInt(1 + 10 * index)),
    );
    t.deepEqual(rig.deaths, []);
  });
}

test("the same seed gives the same run, frame by frame, on bad cables too", (t) => {
  const run = (seed: number): string => {
    const rig = new VirtualRig({ seed, cable: { loss: 0.05, garble: 0.001, jitterUs: 100 } });
    const events: unknown[] = [];
    rig.trace.listen((event) => events.push(event));
    t.true(rig.setUp());
    for (let tag = 1; tag <= 20; tag += 1) {
      rig.request(1 + (tag % 3), tag, 1);
      rig.run(50_000);
    }
    t.is(new Set(rig.delivered).size, rig.delivered.length, "a number came twice");
    t.true(rig.delivered.length >= 19);
    return JSON.stringify(events);
  };
  const first = run(11);
  t.is(run(11), first);
  t.not(run(12), first);
});

test("the path of one number: three one-way trips between the cards", (t) => {
  const rig = new VirtualRig({});
  t.true(rig.setUp());
  const frames: FrameEvent[] = [];
  const turns: TurnEvent[] = [];
  rig.trace.listen((event) => {
    if (event.event === "turn") turns.push(event);
    else frames.push(event);
  });
  rig.request(3, 1, 1);
  rig.run(20_000);
  const path = frames
    .filter(({ type }) => ["HOST_REQUEST", "REQUEST", "STORE", "ANSWER", "HOST_ANSWER"].includes(type))
    .map(({ from, to, type }) => `${from} ${type} ${to}`);
  const [primary, secondary] = [path[2]?.split(" ")[0], path[2]?.split(" ")[2]];
  t.deepEqual(path, [
    "host3 HOST_REQUEST card3",
    `card3 REQUEST ${primary}`,
    `${primary} STORE ${secondary}`,
    `${secondary} ANSWER card3`,
    "card3 HOST_ANSWER host3",
  ]);
  t.true(turns.some(({ inputs, outputs }) => inputs.includes("STORE") && outputs.includes("ANSWER")));
});

test("cards with very small flash erase while they work, and torn boots cost no number its order", (t) => {
  const rig = new VirtualRig({ flashSectors: 2 });
  t.true(rig.setUp());
  let tag = 0;
  for (let round = 0; round < 12; round += 1) {
    const { card } = rig.parts.cards[round % 3] as (typeof rig.parts.cards)[number];
    void card.kill();
    rig.run(20_000);
    card.start();
    card.bounce?.();
    rig.run(1_500_000);
    rig.openHost(card.id);
    for (const { id } of rig.parts.cards) {
      tag += 1;
      rig.request(id, tag, 10);
      rig.run(300_000);
    }
  }
  t.deepEqual(rig.deaths, []);
  const cards = rig.parts.cards.map(({ card }) => card);
  t.log(
    cards.map(({ flashStatus: { tornWrites, erases, programs } }) =>
      [tornWrites, erases, programs].join("/"),
    ),
  );
  t.deepEqual(
    cards.map(({ flashStatus }) => flashStatus.tornWrites),
    [4, 4, 4],
  );
  t.true(cards.every(({ flashStatus: { erases, programs } }) => erases > 0 && programs > 30));
  t.true(rig.delivered.length > 12, String(rig.delivered.length));
  const sorted = [...rig.delivered].sort((one, other) => (one < other ? -1 : 1));
  t.deepEqual(rig.delivered, sorted);
  t.is(new Set(rig.delivered).size, rig.delivered.length);
});

test("a cut cable of a triangle is routed around", (t) => {
  const rig = new VirtualRig({});
  t.true(rig.setUp());
  rig.request(3, 1, 1);
  rig.run(20_000);
  for (const cable of rig.parts.cables.filter((each) => each.joins(1, 3))) {
    cable.aToB.cut = true;
    cable.bToA.cut = true;
  }
  rig.run(100_000);
  rig.request(3, 2, 1);
  rig.run(20_000);
  t.is(rig.delivered.length, 2);
  t.true((rig.delivered[1] as bigint) > (rig.delivered[0] as bigint));
});

test("a card that is killed and started again finds its flash, and numbers go on rising", async (t) => {
  const rig = new VirtualRig({});
  t.true(rig.setUp());
  rig.request(3, 1, 5);
  rig.run(50_000);
  const card = rig.parts.cards[2]?.card;
  await card?.kill();
  rig.run(100_000);
  card?.start();
  rig.run(2_000_000);
  rig.request(1, 2, 5);
  rig.run(50_000);
  t.deepEqual(rig.delivered.slice(0, 1), [1n]);
  t.true((rig.delivered[1] as bigint) >= 6n);
});
