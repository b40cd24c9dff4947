import type { ModelCase, ModelForm } from "./model-case.js";

/** The fabrics of `members.pml`, and what becomes of them. */
type Scenario = "REPLACE" | "ADD_TO_TWO" | "REMOVE" | "ADD_TO_FOUR" | "ADD_THEN_REMOVE" | "RIVALS";

/** How far one run goes: `views` counts the first one, `losses` the cards that lose their flash. */
type Reach = readonly [scenario: Scenario, views: number, losses: number];

function reachOf([scenario, views, losses]: Reach): Pick<ModelCase, "model" | "bounds" | "reach"> {
  return {
    model: "members",
    bounds: { SCENARIO: scenario, VIEWS: views, LOSSES: losses },
    reach: `${scenario} / ${views - 1} / ${losses}`,
  };
}

function holds(form: ModelForm, ...reach: Reach): ModelCase {
  const [scenario, views, losses] = reach;
  const name = `${scenario}, ${views - 1} view changes, ${losses} flash${losses === 1 ? "" : "es"} lost`;
  return { name, expected: "holds", form, ...reachOf(reach) };
}

function violates(rule: string, ...reach: Reach): ModelCase {
  return { name: rule, expected: "violates", variant: `BREAK_${rule}`, form: "short", ...reachOf(reach) };
}

function reaches(what: string, ...reach: Reach): ModelCase {
  return { name: what, expected: "reaches", variant: `WITNESS=${what}`, form: "short", ...reachOf(reach) };
}

/** Every run of the model of member changes. */
export const MEMBER_CASES: readonly ModelCase[] = [
  holds("short", "REPLACE", 4, 1),
  holds("short", "ADD_TO_TWO", 5, 0),
  holds("short", "REMOVE", 5, 0),
  holds("short", "ADD_TO_FOUR", 3, 1),
  holds("short", "ADD_THEN_REMOVE", 5, 0),
  holds("short", "RIVALS", 4, 0),
  holds("full", "REPLACE", 5, 0),
  holds("full", "ADD_TO_TWO", 5, 1),
  holds("full", "REMOVE", 6, 0),
  holds("full", "ADD_TO_FOUR", 4, 0),
  holds("full", "ADD_THEN_REMOVE", 6, 0),
  holds("full", "RIVALS", 5, 0),

  reaches("SETTLED_LIST_ACTIVE", "REPLACE", 4, 0),
  reaches("OUTDATED_COORDINATOR", "REMOVE", 3, 0),
  reaches("JOINT_LIST_GIVEN_UP", "REMOVE", 3, 0),
  reaches("SETTLED_AFTER_FAILOVER", "REMOVE", 4, 0),

  violates("JOINT_NEEDS_ONLY_NEW", "REMOVE", 3, 0),
  violates("SETTLED_BEFORE_COMMIT", "REMOVE", 4, 0),
  violates("COUNTS_BY_OWN_LIST", "REMOVE", 4, 0),
  violates("NO_JOINT_LIST", "REPLACE", 3, 0),
  violates("STRANGER_VOTES", "REPLACE", 3, 1),
  violates("REMOVED_STILL_COUNTED", "REMOVE", 5, 0),
  violates("OUTDATED_NEVER_LEADS", "REMOVE", 2, 0),
  violates("HEARS_ITS_OWN_LIST_ONLY", "ADD_TO_TWO", 4, 0),
];
