import test from "ava";
import { Caller } from "../../host-bridge/caller.js";
import type { SequenceError } from "../../host-bridge/errors.js";
import { NumberCalls } from "../../host-bridge/number-calls.js";
import { MAX_WAITING_CALLERS } from "../../host-bridge/timing.js";

const ignore = (): void => {};

test("more calls than memory should hold are BUSY, and those that wait are not disturbed", (t) => {
  const calls = new NumberCalls(0, ignore);
  const patient = new Caller(1, 100, ignore, ignore);
  for (let index = 0; index < MAX_WAITING_CALLERS; index += 1) calls.add(patient);
  let error: SequenceError | null = null;
  calls.add(
    new Caller(1, 100, ignore, (thrown) => {
      error = thrown;
    }),
  );
  t.like(error, { code: "BUSY" });
  t.false(patient.isSettled);
});

test("a block whose callers were all settled otherwise is not asked again in a new session", (t) => {
  const asked: number[] = [];
  const calls = new NumberCalls(0xffff_ffff, (tag) => asked.push(tag));
  const caller = new Caller(1, 100, ignore, ignore);
  calls.maxBlocks = 2;
  calls.add(caller);
  calls.flush(0);
  calls.add(new Caller(1, 100, ignore, ignore));
  calls.flush(0);
  caller.deliver(1n);
  calls.askAllAgain(1);
  t.deepEqual(asked, [0xffff_ffff, 0, 2], "tags wrap, and the settled block's new one is not sent");
});
