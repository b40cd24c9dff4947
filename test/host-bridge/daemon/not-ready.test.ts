import test from "ava";
import { REFUSE_BUSY, REFUSE_NO_SESSION, REFUSE_NO_VIEW } from "../../../firmware/wire/frame-types.js";
import { refusalCode } from "../../../host-bridge/daemon/not-ready.js";
import { SequenceError } from "../../../host-bridge/errors.js";
import { fabricState, isPassing, refusalError } from "../../../host-bridge/refusals.js";

test("what a card refuses, a client of the daemon hears as the card said it", (t) => {
  const known = Array.from({ length: 256 }, (_, code) => code).filter(
    (code) => isPassing(code) || refusalError(code).code !== "NOT_READY",
  );
  t.true(known.length >= 10);
  for (const code of known) t.is(refusalCode(refusalError(code)), code, fabricState(code));
});

test("what no card says is as if none was heard, and never the end of a session", (t) => {
  t.is(refusalCode(new SequenceError("BUSY", "full")), REFUSE_BUSY);
  t.is(refusalCode(new SequenceError("NOT_READY", "no card")), REFUSE_NO_VIEW);
  t.is(refusalCode(new SequenceError("TIMEOUT", "late")), REFUSE_NO_VIEW);
  t.not(refusalCode(refusalError(REFUSE_NO_SESSION)), REFUSE_NO_SESSION);
});
