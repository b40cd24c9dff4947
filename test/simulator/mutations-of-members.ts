import { Ceiling } from "../../firmware/card/ceiling.js";
import { MemberList } from "../../firmware/card/member-list.js";
import { Promises } from "../../firmware/card/promises.js";
import { SMALLEST_WINDOW_LOG2 } from "../../firmware/wire/constants.js";
import type { Mutation } from "./mutation.js";
import { replaceMethod } from "./replace-method.js";

/**
 * Rules of founding and lists, and the counting of skips. The rules of joint lists are broken in the model instead
 * (`test/model/member-cases.ts`): the simulator meets what their loss does too seldom.
 */
export const memberMutations: readonly Mutation[] = [
  {
    name: "an erased card passes for what it was",
    rule: "A card takes over only a view whose list has it under its own incarnation",
    seeds: 600,
    apply: () =>
      replaceMethod<MemberList>(MemberList, "hasAs", () => (self, card) => self.has(card as number)),
  },
  {
    name: "what a view skips is not counted",
    rule: "P3: every skip is counted",
    costsBound: true,
    seeds: 50,
    apply: () => replaceMethod(Promises, "skipsUpTo", () => () => 0),
  },
  {
    name: "the window of a ceiling is forgotten",
    rule: "P3: who takes over a ceiling takes its window with it",
    costsBound: true,
    seeds: 300,
    apply: () =>
      replaceMethod<Ceiling>(
        Ceiling,
        "moveTo",
        (original) => (self, end) => original(self, end, SMALLEST_WINDOW_LOG2),
      ),
  },
];
