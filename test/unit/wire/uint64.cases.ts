import { Uint64 } from "../../../firmware/wire/uint64.js";
import { toBigInt, uint64 } from "../../support/layout.js";
import type { UnitCase } from "../../support/unit-case.js";

const EDGES = [
  0n,
  1n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 32n,
  2n ** 32n + 1n,
  2n ** 33n,
  2n ** 53n - 1n,
  2n ** 53n,
  2n ** 53n + 1n,
  2n ** 63n - 1n,
  2n ** 63n,
  2n ** 63n + 1n,
  2n ** 64n - 1n,
];
const COUNTS = [0, 1, 2, 32_768, 65_536, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1];

export const uint64Cases: readonly UnitCase[] = [
  {
    title: "starts at zero and takes halves as unsigned 32-bit integers",
    run(t) {
      t.true(new Uint64().isZero());
      t.is(toBigInt(new Uint64(-1, -1)), 2n ** 64n - 1n);
      t.is(toBigInt(new Uint64(0x8000_0000, 5)), 2n ** 63n + 5n);
      const value = new Uint64(1, 2);
      t.is(value.set(-2, 2 ** 32 + 7), value);
      t.deepEqual([value.high, value.low], [0xffff_fffe, 7]);
    },
  },
  {
    title: "isZero looks at both halves",
    run(t) {
      t.false(new Uint64(0, 1).isZero());
      t.false(new Uint64(1, 0).isZero());
      t.true(new Uint64(1, 1).set(0, 0).isZero());
    },
  },
  {
    title: "copy takes the value, not the object",
    run(t) {
      const from = uint64(2n ** 53n + 1n);
      const to = new Uint64();
      t.is(to.copy(from), to);
      from.set(0, 0);
      t.is(toBigInt(to), 2n ** 53n + 1n);
    },
  },
  {
    title: "add carries exactly, and refuses what does not fit",
    run(t) {
      const sum = uint64(2n ** 32n - 1n);
      t.true(sum.add(1));
      t.deepEqual([sum.high, sum.low], [1, 0]);
      t.true(sum.set(0x0020_0000, 0).add(1));
      t.is(toBigInt(sum), 9_007_199_254_740_993n);
      t.true(sum.set(0x7fff_ffff, 0xffff_ffff).add(1));
      t.deepEqual([sum.high, sum.low], [0x8000_0000, 0]);
      t.false(sum.set(0xffff_ffff, 0xffff_ffff).add(1));
      t.deepEqual([sum.high, sum.low], [0xffff_ffff, 0xffff_ffff]);
      t.true(sum.add(0));
    },
  },
  {
    title: "add agrees with bigint at every edge",
    run(t) {
      for (const edge of EDGES) {
        for (const count of COUNTS) {
          const sum = uint64(edge);
          const expected = edge + BigInt(count);
          t.is(sum.add(count), expected < 2n ** 64n, `${edge} + ${count}`);
          t.is(toBigInt(sum), expected < 2n ** 64n ? expected : edge, `${edge} + ${count}`);
        }
      }
    },
  },
  {
    title: "compare agrees with bigint at every pair of edges",
    run(t) {
      for (const left of EDGES) {
        for (const right of EDGES) {
          const expected = left < right ? -1 : left > right ? 1 : 0;
          t.is(Math.sign(uint64(left).compare(uint64(right))), expected, `${left} and ${right}`);
        }
      }
    },
  },
  {
    title: "raiseTo never lowers",
    run(t) {
      for (const left of EDGES) {
        for (const right of EDGES) {
          const value = uint64(left);
          value.raiseTo(uint64(right));
          const raised = toBigInt(value);
          t.true(
            raised >= left && raised >= right && [left, right].includes(raised),
            `${left} raised to ${right}`,
          );
        }
      }
    },
  },
  {
    title: "distanceAbove agrees with bigint, up to its limit",
    run(t) {
      for (const left of EDGES) {
        for (const right of EDGES) {
          for (const limit of COUNTS) {
            const difference = left > right ? left - right : 0n;
            const expected = difference < BigInt(limit) ? Number(difference) : limit;
            t.is(
              uint64(left).distanceAbove(uint64(right), limit),
              expected,
              `${left} above ${right}, ${limit}`,
            );
          }
        }
      }
      t.is(new Uint64(2, 0).distanceAbove(new Uint64(1, 0xffff_fffb), 100), 5);
      t.is(new Uint64(3, 0).distanceAbove(new Uint64(1, 0xffff_ffff), 2 ** 32 - 1), 2 ** 32 - 1);
    },
  },
];
