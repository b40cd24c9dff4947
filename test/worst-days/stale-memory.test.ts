import test from "ava";
import { PLAN_HANDOVER } from "../../firmware/wire/plan-frames.js";
import { FabricTaker } from "./fabric-taker.js";

// Others' worst day: a leader that was elected again went on from the counter it remembered (tikv/pd 4885, CorfuDB 1270).

for (const restarts of [false, true]) {
  const how = restarts ? "from its flash" : "from its memory";
  test(`a primary that was cut off and is primary again does not go on ${how}`, (t) => {
    const taker = new FabricTaker();
    const { fabric } = taker;
    for (const place of [0, 1, 2]) taker.take(place, 10);
    const old = taker.primary - 1;
    const [one, other] = [0, 1, 2].filter((place) => place !== old) as [number, number];
    taker.isolate(old);
    if (restarts) fabric.kill(old);
    fabric.run(200_000);
    taker.waitReady(one);
    // Above the ceiling that the card which is away has in flash, too.
    for (let round = 0; round < 4; round += 1) {
      taker.take(one, 32_768);
      taker.take(other, 1);
    }
    taker.reconnect(old);
    if (restarts) taker.boot(old);
    fabric.run(400_000);
    fabric.plan(one, { kind: PLAN_HANDOVER, primary: old + 1 });
    fabric.run(200_000);
    taker.waitReady(old);
    t.is(taker.primary, old + 1, "it is primary again");
    t.is(taker.take(one).first, taker.end - 1n);
    for (const place of [old, one, other]) taker.take(place, 3);
    t.is(taker.delivered, BigInt(30 + 4 * 32_769 + 10));
  });
}

for (const restarted of ["primary", "secondary"] as const) {
  test(`a ${restarted} that was restarted in its view does not vouch for a number that it forgot`, (t) => {
    const taker = new FabricTaker();
    const { fabric } = taker;
    for (const place of [0, 1, 2]) taker.take(place, 1_000);
    const { primary, secondary } = taker.status(taker.primary - 1);
    const plain = [0, 1, 2].find((place) => place !== primary - 1 && place !== secondary - 1) as number;
    fabric.kill(primary - 1);
    fabric.kill(secondary - 1);
    const back = (restarted === "primary" ? primary : secondary) - 1;
    taker.boot(back);
    fabric.run(400_000);
    taker.waitReady(plain);
    t.true(
      taker.take(plain).first > 3_000n,
      "the other one is gone, and with it the number: only the ceiling is sure",
    );
    taker.take(back);
  });
}

test("whoever is primary again after the others died in turn goes on above them all", (t) => {
  const taker = new FabricTaker();
  const { fabric } = taker;
  const reigns: number[] = [];
  for (let round = 0; round < 12; round += 1) {
    const { primary } = taker;
    reigns.push(primary);
    for (const place of [0, 1, 2]) taker.take(place, 7);
    fabric.kill(primary - 1);
    fabric.run(150_000);
    const left = [0, 1, 2].filter((place) => place !== primary - 1);
    for (const place of left) {
      taker.waitReady(place);
      taker.take(place, 20_000);
    }
    taker.boot(primary - 1);
    fabric.run(300_000);
    for (const place of [0, 1, 2]) taker.waitReady(place);
  }
  const again = reigns.filter((card, at) => card !== reigns[at - 1] && reigns.slice(0, at).includes(card));
  t.true(again.length >= 3, `primaries: ${reigns}`);
});
