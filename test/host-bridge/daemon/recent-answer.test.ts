import test from "ava";
import { RecentAnswer } from "../../../host-bridge/daemon/recent-answer.js";
import { VirtualClock } from "../virtual-clock.js";

test("who asks within the time gets the answer to the question of just now, errors too", async (t) => {
  const clock = new VirtualClock();
  const answer = new RecentAnswer<number>(clock, 200);
  let asked = 0;
  const ask = (): Promise<number> => {
    asked += 1;
    return asked === 2 ? Promise.reject(new Error("silent")) : Promise.resolve(asked);
  };
  t.deepEqual(await Promise.all([answer.get(ask), answer.get(ask)]), [1, 1]);
  await clock.pass(199);
  t.is(await answer.get(ask), 1);
  await clock.pass(1);
  await t.throwsAsync(answer.get(ask), { message: "silent" });
  await t.throwsAsync(answer.get(ask), { message: "silent" });
  t.is(asked, 2);
  await clock.pass(200);
  t.is(await answer.get(ask), 3);
});
