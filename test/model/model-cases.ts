import { MEMBER_CASES } from "./member-cases.js";
import type { ModelCase, ModelForm } from "./model-case.js";

/** How far one run of `fabric.pml` goes. */
interface ModelBounds {
  readonly CARDS: number;
  /** The first view and the changes. */
  readonly VIEWS: number;
  readonly NUMBERS: number;
  readonly REBOOTS: number;
}

function bounds(cards: number, changes: number, numbers: number, reboots: number): ModelBounds {
  return { CARDS: cards, VIEWS: changes + 1, NUMBERS: numbers, REBOOTS: reboots };
}

function reachOf(reach: ModelBounds): Pick<ModelCase, "model" | "bounds" | "reach"> {
  const { CARDS, VIEWS, NUMBERS, REBOOTS } = reach;
  return {
    model: "fabric",
    bounds: { CARDS, VIEWS, NUMBERS, REBOOTS },
    reach: `${CARDS} / ${VIEWS - 1} / ${NUMBERS} / ${REBOOTS}`,
  };
}

function holds(form: ModelForm, reach: ModelBounds): ModelCase {
  const { CARDS, VIEWS, NUMBERS, REBOOTS } = reach;
  const changes = `${VIEWS - 1} view change${VIEWS === 2 ? "" : "s"}`;
  const name = `${CARDS} cards, ${changes}, ${NUMBERS} numbers, ${REBOOTS} reboot${REBOOTS === 1 ? "" : "s"}`;
  return { name, expected: "holds", form, ...reachOf(reach) };
}

function violates(rule: string, reach: ModelBounds): ModelCase {
  return { name: rule, expected: "violates", variant: `BREAK_${rule}`, form: "short", ...reachOf(reach) };
}

/** Nobody notices in so small a fabric that this rule is missing. */
function unnoticed(rule: string, reach: ModelBounds): ModelCase {
  const name = `${rule} with ${reach.CARDS} cards`;
  return { name, expected: "holds", variant: `BREAK_${rule}`, form: "full", ...reachOf(reach) };
}

function reaches(what: string, reach: ModelBounds): ModelCase {
  return { name: what, expected: "reaches", variant: `WITNESS=${what}`, form: "short", ...reachOf(reach) };
}

/**
 * Every run of the models. The bounds of a broken rule are the smallest that show it: with fewer cards, view changes,
 * numbers or reboots nobody would notice.
 */
export const MODEL_CASES: readonly ModelCase[] = [
  holds("short", bounds(2, 2, 3, 1)),
  holds("short", bounds(3, 1, 3, 1)),
  holds("short", bounds(3, 2, 2, 1)),
  holds("short", bounds(4, 1, 2, 1)),
  holds("full", bounds(2, 2, 4, 2)),
  holds("full", bounds(2, 3, 3, 1)),
  holds("full", bounds(3, 2, 3, 2)),
  holds("full", bounds(3, 3, 2, 0)),
  holds("full", bounds(4, 1, 3, 2)),
  holds("full", bounds(4, 2, 1, 1)),
  holds("large", bounds(4, 1, 4, 1)),
  holds("large", bounds(4, 2, 2, 0)),

  unnoticed("NO_LEASE", bounds(3, 2, 2, 1)),
  unnoticed("GRANT_IGNORED", bounds(3, 2, 2, 1)),
  unnoticed("NO_WAIT_AFTER_BOOT", bounds(3, 2, 2, 1)),
  unnoticed("OWN_PROMISE_SKIPS_GRANT", bounds(3, 2, 2, 1)),

  reaches("VIEW_CHOSEN", bounds(3, 1, 1, 0)),
  reaches("DELIVERED_IN_LAST_VIEW", bounds(3, 2, 2, 0)),
  reaches("BASE_FROM_CEILING", bounds(3, 1, 2, 1)),
  reaches("BASE_FROM_SECONDARY", bounds(3, 1, 2, 0)),
  reaches("BASE_FROM_PRIMARY", bounds(3, 1, 2, 0)),
  reaches("BASE_OF_VIEW_NEVER_ACTIVE", bounds(3, 2, 1, 0)),
  reaches("TWO_PRIMARIES_DELIVERED", bounds(3, 1, 2, 0)),
  reaches("OLD_VIEW_DELIVERED", bounds(3, 1, 1, 0)),
  reaches("ALL_NUMBERS_DELIVERED", bounds(3, 1, 3, 0)),

  violates("NO_LEASE", bounds(4, 1, 2, 0)),
  violates("NO_WAIT_AFTER_BOOT", bounds(4, 1, 2, 1)),
  violates("GRANT_IGNORED", bounds(4, 1, 2, 0)),
  violates("OWN_PROMISE_SKIPS_GRANT", bounds(4, 1, 2, 0)),
  violates("FORWARD_IN_ANY_VIEW", bounds(2, 1, 1, 0)),
  violates("MEMORY_TRUSTED", bounds(2, 1, 1, 1)),
  violates("COLD_TELLS", bounds(2, 1, 1, 1)),
  violates("BASE_FROM_VIEW", bounds(2, 1, 1, 0)),
  violates("HALF_IS_QUORUM", bounds(2, 1, 1, 0)),
  violates("ONE_CARDS_CEILING", bounds(2, 1, 1, 1)),
  violates("ACCEPT_AGAIN", bounds(2, 1, 1, 0)),
  violates("STORE_IS_ANSWER", bounds(2, 1, 1, 0)),
  violates("PROMISE_NOT_KEPT", bounds(2, 1, 1, 0)),
  violates("PROMISE_WRITTEN_LATE", bounds(2, 2, 1, 1)),
  violates("CEILING_WRITTEN_LATE", bounds(2, 1, 1, 1)),
  violates("ACCEPT_BELOW_PROMISED", bounds(2, 2, 1, 0)),

  ...MEMBER_CASES,
];
