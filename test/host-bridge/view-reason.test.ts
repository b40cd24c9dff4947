import test from "ava";
import type { View } from "../../host-bridge/view.js";
import { reasonOfView, type ViewEvidence, type ViewReason } from "../../host-bridge/view-reason.js";

/** A view that the card `leader` made. */
function view(leader: number, primary: number, secondary: number): View {
  return { number: 512 + leader, primary, secondary, base: 1n, state: "ready" };
}

const BEFORE: View = { number: 257, primary: 1, secondary: 2, base: 1n, state: "ready" };
const ALONE: View = { ...BEFORE, secondary: 1 };

for (const [title, previous, current, evidence, reason] of [
  ["another led", BEFORE, view(2, 2, 3), {}, "primary-silent"],
  ["another led, who kept the primary", BEFORE, view(3, 1, 2), {}, "primary-silent"],
  ["another led while our card was away", BEFORE, view(2, 2, 3), { wasRestarted: true }, "cold-start"],
  [
    "another led while our card, the primary, was away",
    BEFORE,
    view(2, 2, 3),
    { card: 1, wasRestarted: true },
    "primary-silent",
  ],
  [
    "our card, the primary, came back and led itself",
    BEFORE,
    view(1, 1, 2),
    { card: 1, wasRestarted: true },
    "cold-start",
  ],
  ["the primary took another secondary", BEFORE, view(1, 1, 3), {}, "secondary-silent"],
  [
    "our card, the secondary, was away",
    BEFORE,
    view(1, 1, 2),
    { card: 2, wasRestarted: true },
    "secondary-silent",
  ],
  ["a primary alone took one", ALONE, view(1, 1, 3), {}, "secondary-found"],
  ["the primary gave its role away", BEFORE, view(1, 3, 1), {}, "handover"],
  ["the same roles", BEFORE, view(1, 1, 2), {}, "renewed"],
  ["we asked for a seed", BEFORE, view(1, 1, 2), { planned: "seed" }, "seed"],
  ["we asked for a member to come", BEFORE, view(1, 1, 3), { planned: "member-change" }, "member-change"],
  ["we asked, but the primary was lost", BEFORE, view(2, 2, 3), { planned: "seed" }, "primary-silent"],
] as const satisfies readonly (readonly [string, View, View, Partial<ViewEvidence>, ViewReason])[]) {
  test(`why a view came: ${title}`, (t) => {
    t.is(
      reasonOfView(previous, current, { card: 4, wasRestarted: false, planned: null, ...evidence }),
      reason,
    );
  });
}
