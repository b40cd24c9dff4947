import { closeSync } from "node:fs";
import test from "ava";
import { forgetPtyPair, openPtyDescriptors, openPtyPair } from "../../../boards/virtual/pty-pair.js";

test("a pty that took over a closed one's descriptors stays covered when the closed one is forgotten", async (t) => {
  const closed = await openPtyPair();
  closeSync(closed.slave);
  closeSync(closed.master);
  const later = await openPtyPair();
  t.teardown(() => {
    closeSync(later.slave);
    closeSync(later.master);
    forgetPtyPair(later);
  });
  t.deepEqual(new Set([later.master, later.slave]), new Set([closed.master, closed.slave]));
  forgetPtyPair(closed);
  t.true(openPtyDescriptors().includes(later.master));
  t.true(openPtyDescriptors().includes(later.slave));
});
