import type { MemberList } from "../../../firmware/card/member-list.js";
import { Promises } from "../../../firmware/card/promises.js";
import { Uint64 } from "../../../firmware/wire/uint64.js";
import { AcceptFields, PROMISE_FLAG_TAIL, PromiseFields } from "../../../firmware/wire/view-frames.js";
import { filled, toBigInt, uint64 } from "../../support/layout.js";
import { memberList } from "../../support/member-lists.js";
import type { UnitCase } from "../../support/unit-case.js";

/** The view that somebody accepted last, and the one before it. In it 1 is primary and 2 is secondary. */
const LAST = 0x203;
const BEFORE = 0x101;
const BASE = 100n;
const CEILINGS: Readonly<Record<number, bigint>> = { 1: 700n, 2: 300n, 3: 500n };

/** What a role holder of the last view can be to a coordinator. */
const STANDINGS = ["warm", "never", "cold", "absent"] as const;
type Standing = (typeof STANDINGS)[number];

function members(): MemberList {
  return memberList([
    [1, 1],
    [2, 1],
    [3, 1],
  ]);
}

function promiseOf(card: number, standing: Exclude<Standing, "absent">, tail: bigint): PromiseFields {
  const never = standing === "never";
  return filled(new PromiseFields(), {
    view: 0x303,
    accepted: never ? BEFORE : LAST,
    primary: never ? 3 : 1,
    secondary: never ? card : 2,
    base: uint64(never ? 1n : BASE),
    ceiling: uint64(CEILINGS[card] as bigint),
    windowLog2: 16,
    // Who never accepted the last view may be warm in the one before: its tail there says nothing.
    tail: uint64(standing === "cold" ? 0n : never ? 9999n : tail),
    flags: standing === "cold" ? 0 : PROMISE_FLAG_TAIL,
  });
}

function collect(primary: Standing, secondary: Standing, tails: readonly [bigint, bigint]): Promises {
  const promises = new Promises();
  promises.reset();
  if (primary !== "absent") promises.add(0, promiseOf(1, primary, tails[0]));
  if (secondary !== "absent") promises.add(1, promiseOf(2, secondary, tails[1]));
  promises.add(2, filled(promiseOf(3, "cold", 0n), {}));
  return promises;
}

function baseOf(promises: Promises): bigint {
  const base = new Uint64();
  promises.chooseBase(base, members());
  return toBigInt(base);
}

/** The rule of the protocol, written down a second time. */
function ruled(primary: Standing, secondary: Standing): bigint {
  if (secondary === "never") return BASE;
  if (secondary === "warm") return 120n;
  if (primary === "never") return BASE;
  if (primary === "warm") return 150n;
  return primary === "absent" ? 500n : 700n;
}

export const baseChoiceCases: readonly UnitCase[] = [
  {
    title:
      "the base: the secondary's word, else the primary's, else the highest ceiling, in each of 16 standings",
    run(t) {
      for (const primary of STANDINGS) {
        for (const secondary of STANDINGS) {
          const what = `primary ${primary}, secondary ${secondary}`;
          const promises = collect(primary, secondary, [150n, 120n]);
          t.is(baseOf(promises), ruled(primary, secondary), what);
          const tells = [primary, secondary].some((one) => one === "warm" || one === "never");
          t.is(promises.knowsTail(members()), tells, what);
        }
      }
    },
  },
  {
    title: "a tail below the view's base does not lower it",
    run(t) {
      t.is(baseOf(collect("absent", "warm", [0n, 99n])), BASE);
      t.is(baseOf(collect("warm", "cold", [0n, 0n])), BASE);
      t.is(baseOf(collect("absent", "warm", [0n, 101n])), 101n);
    },
  },
  {
    title: "the ceiling covers every ceiling that was promised, and the base",
    run(t) {
      const promises = collect("cold", "warm", [0n, 120n]);
      promises.add(0, filled(promiseOf(1, "cold", 0n), { windowLog2: 20 }));
      const chosen = (base: bigint): unknown[] => {
        const accept = filled(new AcceptFields(), { base: uint64(base) });
        promises.chooseCeiling(accept);
        return [toBigInt(accept.ceiling), accept.windowLog2];
      };
      t.deepEqual(chosen(120n), [700n, 20]);
      t.deepEqual(chosen(700n), [700n, 20]);
      t.deepEqual(chosen(5000n), [5000n, 16], "nothing uncounted lies below such a base");
      promises.reset();
      promises.add(2, promiseOf(3, "cold", 0n));
      t.deepEqual(chosen(100n), [500n, 16], "nothing is left of the window, too");
    },
  },
  {
    title: "the last view is the highest that anybody accepted, whoever says so and when",
    run(t) {
      const one = collect("never", "absent", [0n, 0n]);
      t.deepEqual([one.lastView.number, one.lastView.primary, one.lastView.secondary], [LAST, 1, 2]);
      t.is(toBigInt(one.lastView.base), BASE);
      const other = new Promises();
      other.add(2, promiseOf(3, "cold", 0n));
      other.add(0, promiseOf(1, "never", 0n));
      t.is(other.lastView.number, LAST);
    },
  },
  {
    title:
      "what a view skips: nothing from a known number on, a window at the most where nobody knows it, and its seed",
    run(t) {
      const skip = (promises: Promises, base: bigint): number => promises.skipsUpTo(uint64(base), members());
      const known = collect("cold", "warm", [0n, 120n]);
      t.deepEqual([skip(known, 120n), skip(known, 150n)], [0, 30]);
      const unknown = collect("cold", "absent", [0n, 0n]);
      t.deepEqual([skip(unknown, 700n), skip(unknown, 1000n)], [600, 900]);
      t.is(skip(unknown, 2n ** 62n), 2 ** 32 - 1, "more is counted as that");
      const far = collect("cold", "absent", [0n, 0n]);
      far.add(2, filled(promiseOf(3, "cold", 0n), { ceiling: uint64(1_000_000n) }));
      t.is(skip(far, 1_000_000n), 65_536);
      far.add(1, filled(promiseOf(2, "cold", 0n), { ceiling: uint64(2_000_000n), windowLog2: 17 }));
      t.is(skip(far, 2_000_000n), 131_072, "the window that belongs to the highest ceiling");
      t.is(skip(far, 2_000_007n), 131_079);
      const largest = collect("cold", "absent", [0n, 0n]);
      largest.add(2, filled(promiseOf(3, "cold", 0n), { ceiling: uint64(2n ** 40n), windowLog2: 30 }));
      t.is(skip(largest, 2n ** 40n), 2 ** 30);
    },
  },
  {
    title: "who promised is counted once, and nothing is left from an earlier change",
    run(t) {
      const list = members();
      const promises = collect("warm", "absent", [150n, 0n]);
      promises.add(0, promiseOf(1, "warm", 150n));
      t.is(promises.mask, 0b101);
      t.false(promises.isComplete(list));
      promises.add(1, promiseOf(2, "cold", 0n));
      t.true(promises.isComplete(list));
      t.deepEqual([promises.isWarm(0), promises.isWarm(1), promises.isWarm(2)], [true, false, false]);
      promises.reset();
      t.deepEqual([promises.mask, promises.has(0), promises.isWarm(0)], [0, false, false]);
      t.is(promises.lastView.number, 0);
      promises.add(2, filled(promiseOf(3, "cold", 0n), { accepted: BEFORE, ceiling: uint64(2n) }));
      t.is(promises.lastView.number, BEFORE);
      t.is(baseOf(promises), 2n, "the ceilings, too");
    },
  },
];
