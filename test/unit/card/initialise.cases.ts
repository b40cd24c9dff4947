import {
  PersistentState,
  STANDING_FOUNDING,
  STANDING_JOINING,
} from "../../../firmware/card/persistent-state.js";
import { RECORD_DAMAGED } from "../../../firmware/storage/record-store.js";
import {
  REFUSE_BLANK,
  REFUSE_EXHAUSTED,
  REFUSE_JOINING,
  REFUSE_STORAGE,
} from "../../../firmware/wire/frame-types.js";
import {
  CARD_FLAG_BLANK,
  CARD_FLAG_JOINING,
  CARD_FLAG_STORAGE_FAILED,
  INIT_BAD_FABRIC,
  INIT_BAD_FIRST,
  INIT_BAD_KIND,
  INIT_BAD_MEMBERS,
  INIT_DONE,
  INIT_FIRST_TOO_LOW,
  INIT_JOIN,
  INIT_NOT_BLANK,
  INIT_OTHER_FOUNDING,
  INIT_STORAGE_FAILED,
  INIT_WRONG_FABRIC,
} from "../../../firmware/wire/host-setup-frames.js";
import { CardBench } from "../../support/card-bench.js";
import { FailingRecordStore } from "../../support/failing-record-store.js";
import { toHex } from "../../support/hex.js";
import { hostInit, type InitOptions } from "../../support/host-frames.js";
import { toBigInt, uint64 } from "../../support/layout.js";
import type { UnitCase } from "../../support/unit-case.js";

/** What the bench draws first, and so its incarnation. */
const SEED = 0x1234_5678;

function blank(storage = new FailingRecordStore()): CardBench {
  return new CardBench({ uninitialised: true, storage });
}

function stateInFlash(bench: CardBench): PersistentState {
  const state = new PersistentState(bench.storage);
  state.load();
  return state;
}

export const initialiseCases: readonly UnitCase[] = [
  {
    title:
      "a blank card waits for its fabric, and its flash holds all of it: fabric, list, incarnation, first number",
    run(t) {
      const bench = blank();
      t.is(bench.host.welcome().flags, CARD_FLAG_BLANK);
      bench.fromHost(
        hostInit({
          fabricId: 0xfedc_ba98,
          cardId: 9,
          first: uint64(1000n),
          members: [
            [4, 2],
            [9, 1],
          ],
        }),
      );
      t.deepEqual(bench.host.initResults(), [INIT_DONE]);
      const state = stateInFlash(bench);
      t.deepEqual([state.fabricId, state.cardId, state.promised], [0xfedc_ba98, 9, 0]);
      t.deepEqual([state.standing, state.incarnation, state.accepted.number], [STANDING_FOUNDING, SEED, 0]);
      t.deepEqual([toBigInt(state.accepted.base), toBigInt(state.ceiling)], [1000n, 1000n]);
      t.deepEqual([state.members.count, state.members.votesAt(0), state.members.votesAt(1)], [2, 2, 1]);
      t.deepEqual([...state.members.incarnations.subarray(0, 2)], [0, SEED]);
      t.is(bench.storage.writes, 1);
      t.deepEqual(bench.host.initIncarnations(), [SEED]);
      const status = bench.status().status();
      t.deepEqual([status.flags, status.state], [CARD_FLAG_JOINING, REFUSE_JOINING]);
    },
  },
  {
    title: "every reason to refuse has its code, and a refused init changes nothing",
    run(t) {
      const refused: readonly (readonly [number, string, InitOptions])[] = [
        [INIT_BAD_FABRIC, "fabric 0", { fabricId: 0 }],
        [INIT_BAD_FIRST, "first 0", { first: uint64(0n) }],
        [INIT_BAD_FIRST, "first 2^63", { first: uint64(2n ** 63n) }],
        [INIT_BAD_FIRST, "first 2^64-1", { first: uint64(2n ** 64n - 1n) }],
        [INIT_BAD_MEMBERS, "no members", { members: [] }],
        [INIT_BAD_MEMBERS, "without this card", { cardId: 4 }],
        [
          INIT_BAD_MEMBERS,
          "card 0",
          {
            cardId: 0,
            members: [
              [0, 1],
              [1, 1],
            ],
          },
        ],
        [
          INIT_BAD_MEMBERS,
          "card 255",
          {
            cardId: 255,
            members: [
              [1, 1],
              [255, 1],
            ],
          },
        ],
        [
          INIT_BAD_MEMBERS,
          "falling",
          {
            members: [
              [2, 1],
              [1, 1],
            ],
          },
        ],
        [
          INIT_BAD_MEMBERS,
          "twice",
          {
            members: [
              [1, 1],
              [1, 1],
            ],
          },
        ],
        [INIT_BAD_KIND, "an unknown kind", { kind: 3 }],
        [INIT_BAD_MEMBERS, "no vote", { members: [[1, 0]] }],
        [
          INIT_BAD_MEMBERS,
          "too many votes",
          {
            members: [
              [1, 16],
              [2, 1],
            ],
          },
        ],
      ];
      const bench = blank();
      for (const [code, why, options] of refused) {
        bench.fromHost(hostInit(options));
        t.is(bench.host.initResults().at(-1), code, why);
      }
      t.is(bench.storage.writes, 0);
      t.is(bench.sent.frames.length, 0);
      const status = bench.status().status();
      t.deepEqual([status.cardId, status.fabricId, status.view, status.memberCount], [0, 0, 0, 0]);
      t.deepEqual([status.state, status.flags], [REFUSE_BLANK, CARD_FLAG_BLANK]);
      bench.fromHost(hostInit());
      t.is(bench.host.initResults().at(-1), INIT_DONE, "it is as good as new");
    },
  },
  {
    title: "the last number there is can be the first",
    run(t) {
      const bench = blank();
      bench.fromHost(hostInit({ first: uint64(2n ** 63n - 1n), members: [[1, 1]] }));
      bench.ask(1);
      bench.ask(2);
      t.deepEqual(
        bench.host.answers().map(({ first }) => first),
        [2n ** 63n - 1n],
      );
      t.deepEqual(bench.host.refusals(), [{ tag: 2, code: REFUSE_EXHAUSTED }]);
    },
  },
  {
    title: "a card that is a member refuses, be it the same init again, also after a restart",
    run(t) {
      const bench = new CardBench();
      const record = toHex(bench.storage.record());
      bench.fromHost(hostInit());
      bench.fromHost(hostInit({ fabricId: 8, first: uint64(5n) }));
      bench.restart();
      bench.fromHost(hostInit({ fabricId: 8 }));
      t.deepEqual(bench.host.initResults(), [INIT_DONE, INIT_NOT_BLANK, INIT_NOT_BLANK, INIT_NOT_BLANK]);
      t.is(toHex(bench.storage.record()), record);
    },
  },
  {
    title:
      "a card that waits takes the same init again as done already, and refuses to found its fabric otherwise",
    run(t) {
      const bench = blank();
      bench.fromHost(hostInit());
      const record = toHex(bench.storage.record());
      bench.fromHost(hostInit());
      t.deepEqual(bench.host.initIncarnations(), [SEED, SEED]);
      t.is(toHex(bench.storage.record()), record);
      const others: readonly InitOptions[] = [
        { kind: INIT_JOIN },
        { cardId: 2 },
        { first: uint64(5n) },
        { members: [[1, 1]], cardId: 1 },
        {
          members: [
            [1, 1],
            [2, 1],
            [4, 1],
          ],
        },
        {
          members: [
            [1, 1],
            [2, 2],
            [3, 1],
          ],
        },
      ];
      for (const options of others) {
        bench.fromHost(hostInit(options));
        t.is(bench.host.initResults().at(-1), INIT_OTHER_FOUNDING, JSON.stringify(Object.keys(options)));
        t.is(toHex(bench.storage.record()), record);
      }
      bench.restart();
      bench.fromHost(hostInit({ cardId: 2 }));
      t.is(bench.host.initResults().at(-1), INIT_OTHER_FOUNDING, "a restart is no way round it");
    },
  },
  {
    title:
      "a card that waits may be told another fabric, and one that founds nothing may be told its own otherwise",
    run(t) {
      const other = blank();
      other.fromHost(hostInit());
      other.fromHost(hostInit({ fabricId: 8, cardId: 2 }));
      t.deepEqual(other.host.initResults(), [INIT_DONE, INIT_DONE]);
      t.false(stateInFlash(other).incarnation === SEED, "drawn anew");
      t.deepEqual([stateInFlash(other).fabricId, stateInFlash(other).cardId], [8, 2]);
      const joining = blank();
      joining.fromHost(hostInit({ kind: INIT_JOIN }));
      joining.fromHost(hostInit({ kind: INIT_JOIN }));
      t.is(stateInFlash(joining).incarnation, SEED, "the same again");
      joining.fromHost(hostInit({ kind: INIT_JOIN, cardId: 2 }));
      t.deepEqual(joining.host.initResults(), [INIT_DONE, INIT_DONE, INIT_DONE]);
      t.is(stateInFlash(joining).standing, STANDING_JOINING);
      t.false(stateInFlash(joining).incarnation === SEED, "drawn anew");
      joining.fromHost(hostInit({ cardId: 2 }));
      t.is(joining.host.initResults().at(-1), INIT_OTHER_FOUNDING, "it may not become one that founds");
    },
  },
  {
    title: "a random seed of zero is no incarnation",
    run(t) {
      const bench = new CardBench({ uninitialised: true, randomSeed: 0 });
      bench.fromHost(hostInit());
      t.true((bench.host.initIncarnations()[0] as number) > 0);
    },
  },
  {
    title: "who replaces a fabric must name that of the card, and begin above all that the card knows",
    run(t) {
      const initOf = (options: InitOptions): InitOptions => ({
        fabricId: 8,
        replacesFabricId: 7,
        first: uint64(70_000n),
        ...options,
      });
      const held = (cardId: number): CardBench => {
        const bench = new CardBench({ cardId });
        bench.beacon({ ceiling: 60_000n });
        return bench;
      };
      const bench = held(3);
      bench.fromHost(hostInit(initOf({ replacesFabricId: 9, cardId: 3 })));
      bench.fromHost(hostInit(initOf({ fabricId: 7, cardId: 3 })));
      bench.fromHost(hostInit(initOf({ first: uint64(59_999n), cardId: 3 })));
      bench.fromHost(hostInit(initOf({ first: uint64(60_000n), cardId: 3 })));
      t.deepEqual(bench.host.initResults().slice(1), [
        INIT_WRONG_FABRIC,
        INIT_BAD_FABRIC,
        INIT_FIRST_TOO_LOW,
        INIT_DONE,
      ]);
      const { standing, fabricId, accepted } = stateInFlash(bench);
      t.deepEqual([standing, fabricId, accepted.number], [STANDING_FOUNDING, 8, 0]);
      const never = blank();
      never.fromHost(hostInit(initOf({})));
      t.deepEqual(never.host.initResults(), [INIT_WRONG_FABRIC]);
      // What a role holder has assigned or stored can lie above the ceiling that its own flash has.
      const secondary = new CardBench({ cardId: 2 });
      secondary.store(1, { first: 79_999n, originator: 3 });
      secondary.fromHost(hostInit(initOf({ cardId: 2 })));
      t.is(secondary.host.initResults().at(-1), INIT_FIRST_TOO_LOW);
      secondary.fromHost(hostInit(initOf({ cardId: 2, first: uint64(80_000n) })));
      t.is(secondary.host.initResults().at(-1), INIT_DONE);
      const primary = new CardBench();
      primary.fromHost(hostInit(initOf({ first: uint64(65_537n) })));
      t.is(primary.host.initResults().at(-1), INIT_DONE);
      const cold = held(2);
      cold.restart();
      cold.fromHost(hostInit(initOf({ cardId: 2, first: uint64(60_000n) })));
      t.is(cold.host.initResults().at(-1), INIT_DONE, "it holds nothing but its ceiling");
    },
  },
  {
    title: "a card whose record is damaged is not blank: it never takes an init",
    run(t) {
      const storage = new FailingRecordStore();
      storage.readResult = RECORD_DAMAGED;
      const bench = blank(storage);
      t.is(bench.host.welcome().flags, CARD_FLAG_STORAGE_FAILED);
      bench.fromHost(hostInit());
      t.deepEqual(bench.host.initResults(), [INIT_STORAGE_FAILED]);
      t.is(storage.writes, 0);
      bench.ask(1);
      t.deepEqual(bench.host.refusals(), [{ tag: 1, code: REFUSE_STORAGE }]);
      bench.advance(1_000_000);
      t.is(bench.sent.frames.length, 0);
    },
  },
  {
    title:
      "a flash that does not take the record: told, and the card takes part in nothing; after a restart it is blank",
    run(t) {
      const storage = new FailingRecordStore();
      storage.writesLeft = 0;
      const bench = blank(storage);
      bench.fromHost(hostInit());
      t.deepEqual(bench.host.initResults(), [INIT_STORAGE_FAILED]);
      t.is(bench.host.viewStates().at(-1), REFUSE_STORAGE);
      bench.fromHost(hostInit());
      t.deepEqual(bench.host.initResults(), [INIT_STORAGE_FAILED, INIT_STORAGE_FAILED]);
      t.is(storage.writes, 1);
      bench.beacon();
      bench.advance(1_000_000);
      t.is(bench.sent.frames.length, 0);
      storage.writesLeft = 9;
      bench.restart();
      bench.fromHost(hostInit());
      t.is(bench.host.initResults().at(-1), INIT_DONE);
    },
  },
  {
    title: "a blank card that is restarted is blank, is silent and wakes for nothing",
    run(t) {
      const bench = blank();
      bench.restart();
      t.is(bench.host.welcome().flags, CARD_FLAG_BLANK);
      t.is(bench.host.viewStates().at(-1), REFUSE_BLANK);
      t.is(bench.card.wakeUpUs, Number.POSITIVE_INFINITY);
      bench.beacon();
      t.is(bench.card.counters.dropFabric, 3, "two hellos and the beacon");
      t.is(bench.sent.frames.length, 0);
    },
  },
];
