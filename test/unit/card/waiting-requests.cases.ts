import { WaitingRequests } from "../../../firmware/card/waiting-requests.js";
import { MAX_WAITING_REQUESTS } from "../../../firmware/wire/constants.js";
import type { UnitCase } from "../../support/unit-case.js";

function takeAll(waiting: WaitingRequests): number[][] {
  const taken = [];
  while (waiting.count > 0) {
    taken.push([waiting.originator, waiting.requestId, waiting.blockCount]);
    waiting.removeOldest();
  }
  return taken;
}

export const waitingRequestsCases: readonly UnitCase[] = [
  {
    title: "gives requests back in the order in which they came",
    run(t) {
      const waiting = new WaitingRequests();
      t.true(waiting.add(254, -1, 32_768));
      t.true(waiting.add(1, 0, 1));
      t.true(waiting.add(2, 7, 3));
      t.is(waiting.count, 3);
      t.deepEqual(takeAll(waiting), [
        [254, -1, 32_768],
        [1, 0, 1],
        [2, 7, 3],
      ]);
      t.is(waiting.count, 0);
    },
  },
  {
    title: "a request that waits already is not added again; the same id of another card is another request",
    run(t) {
      const waiting = new WaitingRequests();
      waiting.add(1, 5, 10);
      waiting.add(2, 6, 10);
      t.true(waiting.add(1, 5, 10));
      t.true(waiting.add(2, 6, 10));
      t.is(waiting.count, 2);
      t.true(waiting.add(2, 5, 10));
      t.is(waiting.count, 3);
    },
  },
  {
    title: "is full at its bound, round and round",
    run(t) {
      const waiting = new WaitingRequests();
      for (let id = 0; id < MAX_WAITING_REQUESTS; id += 1) t.true(waiting.add(1, id, 1));
      t.false(waiting.add(1, MAX_WAITING_REQUESTS, 1));
      t.true(waiting.add(1, 0, 1), "one that waits already needs no room");
      t.is(waiting.count, MAX_WAITING_REQUESTS);
      waiting.removeOldest();
      t.true(waiting.add(1, MAX_WAITING_REQUESTS, 1));
      t.false(waiting.add(1, MAX_WAITING_REQUESTS + 1, 1));
      t.deepEqual(
        takeAll(waiting).map(([, id]) => id),
        Array.from({ length: MAX_WAITING_REQUESTS }, (_, index) => index + 1),
      );
    },
  },
  {
    title: "forgets all when cleared",
    run(t) {
      const waiting = new WaitingRequests();
      waiting.add(1, 5, 10);
      waiting.add(1, 6, 10);
      waiting.removeOldest();
      waiting.clear();
      t.is(waiting.count, 0);
      waiting.add(1, 6, 11);
      t.deepEqual(takeAll(waiting), [[1, 6, 11]]);
    },
  },
];
