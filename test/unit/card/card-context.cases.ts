import { COUNTER_NAMES } from "../../../firmware/wire/counter-names.js";
import { REFUSE_BLANK, REFUSE_STORAGE, STATE_READY } from "../../../firmware/wire/frame-types.js";
import { Uint64 } from "../../../firmware/wire/uint64.js";
import { cardContext } from "../../support/card-parts.js";
import { FailingRecordStore } from "../../support/failing-record-store.js";
import type { UnitCase } from "../../support/unit-case.js";

export const cardContextCases: readonly UnitCase[] = [
  {
    title: "counts everything from zero, by every name there is",
    run(t) {
      const { counters } = cardContext();
      t.deepEqual(Object.keys(counters).sort(), [...COUNTER_NAMES].sort());
      t.true(COUNTER_NAMES.every((name) => name === "freeWrites" || counters[name] === 0));
      t.is(cardContext().cardId, 0);
    },
  },
  {
    title: "keeps the earliest wake-up that was asked for",
    run(t) {
      const context = cardContext();
      t.is(context.wakeUpUs, Number.POSITIVE_INFINITY);
      for (const atUs of [500, 900, 300, 400]) context.wakeBy(atUs);
      t.is(context.wakeUpUs, 300);
    },
  },
  {
    title: "acts in a view that is both accepted and promised, in no other",
    run(t) {
      const context = cardContext();
      context.state.accepted.set(0x101, 1, 2, new Uint64(0, 1));
      context.state.promised = 0x101;
      t.deepEqual(
        [0x100, 0x101, 0x102].map((view) => context.actsIn(view)),
        [false, true, false],
      );
      context.state.promised = 0x102;
      t.deepEqual(
        [0x100, 0x101, 0x102].map((view) => context.actsIn(view)),
        [false, false, false],
      );
    },
  },
  {
    title: "once a write has failed the flash is never trusted again, though a later write would succeed",
    run(t) {
      const storage = new FailingRecordStore();
      const context = cardContext({ storage });
      context.blank = false;
      t.true(context.save());
      t.is(context.ownState(), STATE_READY);
      storage.writesLeft = 0;
      t.false(context.save());
      t.is(context.ownState(), REFUSE_STORAGE);
      storage.writesLeft = 5;
      t.false(context.save());
      t.is(context.ownState(), REFUSE_STORAGE);
    },
  },
  {
    title: "a blank card says so; a failed flash is the graver reason",
    run(t) {
      const context = cardContext();
      t.is(context.ownState(), REFUSE_BLANK);
      context.storageFailed = true;
      t.is(context.ownState(), REFUSE_STORAGE);
    },
  },
];
