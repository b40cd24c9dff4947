import test from "ava";
import { Card } from "../../firmware/card/card.js";
import { MemoryRecordStore } from "../../firmware/storage/memory-record-store.js";
import { DEFAULT_TIMING } from "../../firmware/wire/constants.js";
import { COUNTER_NAMES } from "../../firmware/wire/counter-names.js";
import { Uint64 } from "../../firmware/wire/uint64.js";
import { frameFrom, payloadOf } from "../support/layout.js";
import { TestCable } from "../support/test-cable.js";
import { rejectedVectors } from "../support/vector-files.js";

const OPEN = "01400500 0000";
/** Card 2 of fabric 7, with the members 1, 2 and 3, first number 1: it waits for the first view. */
const INIT = "0142 05000000 07000000 02 0100000000000000 01 00000000 03 0101 0201 0301";
const INIT_DONE = "0165050000000003000000";
/** The first view, in which the card is what it drew: its random seed. */
const FIRST_VIEW =
  "010b0102 10 07000000 0101000000 0102 0100000000000000 0100000000000000 10 0303 0111 01000000 0211 03000000 0311 02000000";

function member(): { card: Card; toHost: string[] } {
  const toHost: string[] = [];
  const card = new Card({
    links: [new TestCable(), new TestCable()],
    host: new TestCable((frame) => toHost.push(payloadOf(frame)) > 0),
    storage: new MemoryRecordStore(),
    chipId: new Uint64(1, 2),
    randomSeed: 3,
    timing: DEFAULT_TIMING,
  });
  card.start(0);
  card.receiveFromHost(frameFrom(OPEN), 10);
  card.receiveFromHost(frameFrom(INIT), 20);
  card.receiveFromLink(0, frameFrom(FIRST_VIEW), 30);
  return { card, toHost };
}

test("the card of these vectors is a member, and drops nothing by itself", (t) => {
  const { card, toHost } = member();
  t.true(toHost.includes(INIT_DONE));
  t.deepEqual(
    COUNTER_NAMES.filter((one) => card.counters[one] > 0),
    ["viewsAccepted", "freeWrites"],
  );
});

for (const { name, from, payload, counter } of rejectedVectors().frames) {
  test(`rejected: ${name}`, (t) => {
    const { card } = member();
    if (from === "link") card.receiveFromLink(0, frameFrom(payload), 1000);
    else card.receiveFromHost(frameFrom(payload), 1000);
    const standing = ["viewsAccepted", "freeWrites"];
    const risen = COUNTER_NAMES.filter((one) => !standing.includes(one) && card.counters[one] > 0);
    t.deepEqual(risen, [counter as (typeof COUNTER_NAMES)[number]]);
    t.is(card.counters[counter as (typeof COUNTER_NAMES)[number]], 1);
  });
}

test("every kind of drop has a vector, but that of a full send buffer, which no frame can bring about", (t) => {
  const shown = new Set(rejectedVectors().frames.map(({ counter }) => counter));
  const kinds = COUNTER_NAMES.filter((name) => name.startsWith("drop") && name !== "dropSendFull");
  t.deepEqual(
    kinds.filter((kind) => !shown.has(kind)),
    [],
  );
});
