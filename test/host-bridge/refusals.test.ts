import test from "ava";
import {
  REFUSE_BLANK,
  REFUSE_COLD,
  REFUSE_EXHAUSTED,
  REFUSE_STORAGE,
  STATE_READY,
} from "../../firmware/wire/frame-types.js";
import { fabricState } from "../../host-bridge/refusals.js";

test("every state of a view has a name, unknown ones too", (t) => {
  const states = [STATE_READY, REFUSE_COLD, REFUSE_BLANK, REFUSE_EXHAUSTED, REFUSE_STORAGE, 200];
  t.deepEqual(states.map(fabricState), [
    "ready",
    "cold-primary",
    "blank",
    "exhausted",
    "storage-failed",
    "unknown",
  ]);
});
