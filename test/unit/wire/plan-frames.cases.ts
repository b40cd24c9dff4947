import { writeFabricHeader, writeHostHeader } from "../../../firmware/wire/header.js";
import * as plans from "../../../firmware/wire/plan-frames.js";
import { checkLayout, filled, uint64 } from "../../support/layout.js";
import type { UnitCase } from "../../support/unit-case.js";

const PLAN_BODY = "04030201 02 03 fe 0100000000002000 07 08 0d0c0b0a";
const RESULT_BODY = "04030201 01 ffffffffffffff7f";

function plan(): plans.PlanFields {
  return filled(new plans.PlanFields(), {
    requestId: 0x0102_0304,
    kind: plans.PLAN_HANDOVER,
    primary: 3,
    secondary: 254,
    seed: uint64(2n ** 53n + 1n),
    card: 7,
    otherCard: 8,
    incarnation: 0x0a0b_0c0d,
  });
}

function result(): plans.PlanResultFields {
  return filled(new plans.PlanResultFields(), {
    requestId: 0x0102_0304,
    code: plans.PLAN_TOO_LOW,
    number: uint64(2n ** 63n - 1n),
  });
}

export const planFramesCases: readonly UnitCase[] = [
  {
    title: "PLAN and HOST_PLAN have one body",
    run(t) {
      checkLayout(t, {
        hex: `01 0c 02 01 10 ffffffff  ${PLAN_BODY}`,
        fields: plan(),
        make: () => new plans.PlanFields(),
        encode(frame) {
          writeFabricHeader(frame, 0x0c, 2, 1, 16, 0xffff_ffff);
          plans.encodePlan(frame, plan());
        },
        decode: plans.decodePlan,
      });
      checkLayout(t, {
        hex: `01 45 bebafeca  ${PLAN_BODY}`,
        fields: plan(),
        make: () => new plans.PlanFields(),
        encode(frame) {
          writeHostHeader(frame, 0x45, 0xcafe_babe);
          plans.encodeHostPlan(frame, plan());
        },
        decode: plans.decodeHostPlan,
      });
    },
  },
  {
    title: "PLAN_RESULT and HOST_PLAN_RESULT have one body",
    run(t) {
      checkLayout(t, {
        hex: `01 0d 02 01 10 ffffffff  ${RESULT_BODY}`,
        fields: result(),
        make: () => new plans.PlanResultFields(),
        encode(frame) {
          writeFabricHeader(frame, 0x0d, 2, 1, 16, 0xffff_ffff);
          plans.encodePlanResult(frame, result());
        },
        decode: plans.decodePlanResult,
      });
      checkLayout(t, {
        hex: `01 69 bebafeca  ${RESULT_BODY}`,
        fields: result(),
        make: () => new plans.PlanResultFields(),
        encode(frame) {
          writeHostHeader(frame, 0x69, 0xcafe_babe);
          plans.encodeHostPlanResult(frame, result());
        },
        decode: plans.decodeHostPlanResult,
      });
    },
  },
  {
    title: "kinds and codes are what is written down",
    run(t) {
      t.deepEqual([plans.PLAN_SEED, plans.PLAN_HANDOVER], [1, 2]);
      t.deepEqual(
        [plans.PLAN_DONE, plans.PLAN_TOO_LOW, plans.PLAN_NOT_READY, plans.PLAN_NO_SUCH_CARD],
        [0, 1, 2, 3],
      );
      t.deepEqual([plans.PLAN_BUSY, plans.PLAN_FAILED, plans.PLAN_BAD], [4, 5, 6]);
      t.deepEqual([plans.PLAN_ADD, plans.PLAN_REMOVE, plans.PLAN_REPLACE], [3, 4, 5]);
      t.deepEqual([plans.PLAN_ID_USED, plans.PLAN_LIST_FULL, plans.PLAN_NO_QUORUM], [7, 8, 9]);
      t.deepEqual([plans.PLAN_NOT_HEARD, plans.PLAN_IS_PRIMARY, plans.PLAN_LAST_CARD], [10, 11, 12]);
    },
  },
];
