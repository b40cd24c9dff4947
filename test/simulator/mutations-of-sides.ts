import { SideWatch } from "../../firmware/card/side-watch.js";
import type { Mutation } from "./mutation.js";
import { replaceMethod } from "./replace-method.js";

/** Rules of duplicated fabrics. */
export const sideMutations: readonly Mutation[] = [
  {
    name: "both roles stay on one side",
    rule: "A primary whose secondary is on its own side moves that role to the other side, where a card of it has been for a while",
    fabrics: 2,
    seeds: 20,
    apply: () => replaceMethod(SideWatch, "tick", () => () => {}),
  },
];
