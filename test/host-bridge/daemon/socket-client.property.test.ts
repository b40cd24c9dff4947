import test from "ava";
import fc from "fast-check";
import { PROTOCOL_VERSION } from "../../../firmware/wire/constants.js";
import { encoded, SocketClientBench } from "./socket-client-bench.js";

type Step = (bench: SocketClientBench) => void;

const session = fc.constantFrom(1, 2, 3);
const request = fc
  .record({ session, tag: fc.nat({ max: 9 }), count: fc.constantFrom(0, 1, 5, 32_768, 40_000) })
  .map<Step>(
    ({ session, tag, count }) =>
      (bench) =>
        bench.request(session, tag, count),
  );
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: request },
  { weight: 5, arbitrary: fc.nat({ max: 20 }).map<Step>((index) => (bench) => bench.serve(index)) },
  {
    weight: 2,
    arbitrary: session.map<Step>((one) => (bench) => bench.openSession(one)),
  },
  {
    weight: 2,
    arbitrary: fc.uint8Array({ maxLength: 400 }).map<Step>((bytes) => (bench) => bench.push(bytes)),
  },
  {
    weight: 3,
    arbitrary: fc
      .record({
        type: fc.nat({ max: 255 }),
        session,
        body: fc.uint8Array({ maxLength: 240 }),
        version: fc.constantFrom(PROTOCOL_VERSION, 0, 255),
      })
      .map<Step>(
        ({ type, session, body, version }) =>
          (bench) =>
            bench.push(encoded(type, session, body, version)),
      ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(100, 2_500).map<Step>((ms) => (bench) => {
      bench.nowMs += ms;
      bench.client.sweep(bench.nowMs);
    }),
  },
  { weight: 1, arbitrary: fc.constant<Step>((bench) => bench.client.forget()) },
);

test("whatever a client sends: nothing throws, no number twice, and its open blocks are bounded", (t) => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 10, maxLength: 150 }), (steps) => {
      const bench = new SocketClientBench();
      for (const one of steps) {
        one(bench);
        if (bench.client.openBlocks > 64) throw new Error(`${bench.client.openBlocks} blocks are open`);
      }
      const seen = new Set<bigint>();
      for (const { first } of bench.answers) {
        if (seen.has(first)) throw new Error(`${first} was given twice`);
        seen.add(first);
      }
      const waiting = bench.open.filter(({ isOpen }) => isOpen).length;
      if (waiting !== bench.client.openBlocks)
        throw new Error(`${waiting} orders for ${bench.client.openBlocks} blocks`);
    }),
    { numRuns: 300 },
  );
  t.pass();
});
