import type { Mutation } from "./mutation.js";
import { cableMutations } from "./mutations-of-cables.js";
import { flashMutations } from "./mutations-of-flash.js";
import { eagerWatch, leaseMutations } from "./mutations-of-leases.js";
import { memberMutations } from "./mutations-of-members.js";
import { numberMutations } from "./mutations-of-numbers.js";
import { sideMutations } from "./mutations-of-sides.js";
import { viewMutations } from "./mutations-of-views.js";

/** Every rule whose loss the simulator must notice. */
export const mutations: readonly Mutation[] = [
  ...leaseMutations,
  ...viewMutations,
  ...memberMutations,
  ...numberMutations,
  ...flashMutations,
  ...cableMutations,
  ...sideMutations,
];

/** Changes that break no rule: the simulator must find nothing in them. */
export const harmlessChanges: readonly Mutation[] = [eagerWatch];
