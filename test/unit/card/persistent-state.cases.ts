import {
  PersistentState,
  STANDING_FOUNDING,
  STANDING_JOINING,
  STANDING_MEMBER,
  STANDING_REMOVED,
} from "../../../firmware/card/persistent-state.js";
import { MAX_RECORD_BYTES, RECORD_BLANK, RECORD_DAMAGED } from "../../../firmware/storage/record-store.js";
import { MAX_MEMBERS } from "../../../firmware/wire/constants.js";
import { FailingRecordStore } from "../../support/failing-record-store.js";
import { compact, toHex } from "../../support/hex.js";
import { toBigInt, uint64 } from "../../support/layout.js";
import { memberList } from "../../support/member-lists.js";
import type { UnitCase } from "../../support/unit-case.js";

/** Format, fabric, card, promised, accepted view, roles, base, ceiling, window, standing, incarnation, last id, members. */
const RECORD = `03 04030201 07 0400000080 0102000000 03 07 0100000000002000 0000000000000080 15 00 efbeadde
  fe 03  03 22 eb030000  07 11 efbeadde  fe 01 e6040000`;
const RECORD_BYTES = 60;
const LARGEST_RECORD_BYTES = 102;

function filled(storage: FailingRecordStore): PersistentState {
  const state = new PersistentState(storage);
  state.fabricId = 0x0102_0304;
  state.cardId = 7;
  state.incarnation = 0xdead_beef;
  state.members.copy(
    memberList([
      [3, 2],
      [7, 1, 1, 0xdead_beef],
      [254, 1, 0],
    ]),
  );
  state.promised = 0x80_0000_0004;
  state.accepted.set(0x201, 3, 7, uint64(2n ** 53n + 1n));
  state.ceiling.moveTo(uint64(2n ** 63n), 21);
  return state;
}

function saved(): FailingRecordStore {
  const storage = new FailingRecordStore();
  filled(storage).save();
  return storage;
}

export const persistentStateCases: readonly UnitCase[] = [
  {
    title: "the record, byte by byte",
    run(t) {
      const storage = new FailingRecordStore();
      t.true(filled(storage).save());
      t.is(toHex(storage.record()), compact(RECORD));
      t.is(storage.length, RECORD_BYTES);
      const full = filled(storage);
      full.members.copy(
        memberList(
          Array.from({ length: MAX_MEMBERS }, (_, index) => [index + 3, 1, 1, 0xdead_beef] as const),
        ),
      );
      t.true(full.save());
      t.is(storage.length, LARGEST_RECORD_BYTES);
      t.true(LARGEST_RECORD_BYTES <= MAX_RECORD_BYTES);
      t.is(new PersistentState(storage).load(), "loaded");
    },
  },
  {
    title:
      "each record has the list as it is by then, also where it has become shorter or was read from flash",
    run(t) {
      const storage = new FailingRecordStore();
      const state = filled(storage);
      t.true(state.save());
      state.members.copy(
        memberList([
          [3, 2],
          [7, 3, 1, 0xdead_beef],
        ]),
      );
      t.true(state.save());
      t.is(storage.length, RECORD_BYTES - 6);
      const read = new PersistentState(storage);
      t.is(read.load(), "loaded");
      t.deepEqual([read.members.count, read.members.votesAt(1), read.members.votesBeforeAt(1)], [2, 3, 1]);
      filled(storage).save();
      t.is(read.load(), "loaded");
      read.promised += 256;
      t.true(read.save());
      t.is(storage.length, RECORD_BYTES);
      t.is(read.load(), "loaded");
      t.deepEqual([read.members.count, read.members.cardAt(2)], [3, 254]);
    },
  },
  {
    title: "reads back what it wrote, exactly",
    run(t) {
      const state = new PersistentState(saved());
      t.is(state.load(), "loaded");
      t.deepEqual([state.fabricId, state.cardId, state.promised], [0x0102_0304, 7, 0x80_0000_0004]);
      const { accepted, members } = state;
      t.deepEqual([accepted.number, accepted.primary, accepted.secondary], [0x201, 3, 7]);
      t.is(toBigInt(accepted.base), 2n ** 53n + 1n);
      t.is(toBigInt(state.ceiling), 2n ** 63n);
      t.is(state.ceiling.windowLog2, 21);
      t.deepEqual([members.count, members.lastCardId, members.isJoint], [3, 254, true]);
      t.deepEqual([state.standing, state.incarnation], [STANDING_MEMBER, 0xdead_beef]);
      t.deepEqual([...members.incarnations].slice(0, 3), [1003, 0xdead_beef, 1254]);
      t.deepEqual([members.indexOf(3), members.indexOf(7), members.indexOf(254)], [0, 1, 2]);
      t.deepEqual([members.votesAt(0), members.votesAt(1), members.votesAt(2)], [2, 1, 1]);
    },
  },
  {
    title: "the newest record counts",
    run(t) {
      const storage = new FailingRecordStore();
      const state = filled(storage);
      state.save();
      state.ceiling.copy(uint64(5n));
      state.accepted.base.copy(uint64(4n));
      state.save();
      const read = new PersistentState(storage);
      read.load();
      t.is(toBigInt(read.ceiling), 5n);
      t.is(toBigInt(read.accepted.base), 4n);
    },
  },
  {
    title: "tells a blank flash from a damaged one",
    run(t) {
      t.is(new PersistentState(new FailingRecordStore()).load(), "blank");
      for (const [found, result] of [
        [RECORD_BLANK, "blank"],
        [RECORD_DAMAGED, "damaged"],
        [77, "damaged"],
      ] as const) {
        const storage = saved();
        storage.readResult = found;
        t.is(new PersistentState(storage).load(), result);
      }
    },
  },
  {
    title: "a write that fails is told, and the record before still stands",
    run(t) {
      const storage = new FailingRecordStore();
      const state = filled(storage);
      t.true(state.save());
      storage.writesLeft = 0;
      state.cardId = 3;
      t.false(state.save());
      t.is(toHex(storage.record()), compact(RECORD));
    },
  },
  {
    title: "a record that no card can take part with is damaged, not blank",
    run(t) {
      const changes: readonly (readonly [string, (bytes: Uint8Array, view: DataView) => void])[] = [
        ["format 0", (bytes) => bytes.fill(0, 0, 1)],
        ["format 1", (bytes) => bytes.fill(1, 0, 1)],
        ["format 2", (bytes) => bytes.fill(2, 0, 1)],
        ["format 4", (bytes) => bytes.fill(4, 0, 1)],
        ["fabric 0", (bytes) => bytes.fill(0, 1, 5)],
        ["a card that is no member", (bytes) => bytes.fill(8, 5, 6)],
        ["card 0", (bytes) => bytes.fill(0, 5, 6)],
        ["promised below accepted", (bytes) => bytes.set([0, 2, 0, 0, 0], 6)],
        ["no accepted view", (bytes) => bytes.fill(0, 11, 16)],
        ["a primary that is no member", (bytes) => bytes.fill(4, 16, 17)],
        ["a secondary that is no member", (bytes) => bytes.fill(4, 17, 18)],
        ["a base above the numbers", (_, view) => view.setUint32(22, 0x8000_0000, true)],
        ["a ceiling above the numbers", (_, view) => view.setUint32(26, 1, true)],
        ["a window too small", (bytes) => bytes.fill(15, 34, 35)],
        ["a window too large", (bytes) => bytes.fill(31, 34, 35)],
        ["a primary without a vote", (bytes) => bytes.fill(0x20, 43, 44)],
        ["a secondary without a vote", (bytes) => bytes.fill(0x10, 49, 50)],
        ["an unknown standing", (bytes) => bytes.fill(4, 35, 36)],
        ["a card that founds, and has a view", (bytes) => bytes.fill(1, 35, 36)],
        [
          "a card that joins, and has promised",
          (bytes) => {
            bytes.fill(0, 11, 16);
            bytes.fill(2, 35, 36);
          },
        ],
        ["no incarnation", (bytes) => bytes.fill(0, 36, 40)],
        ["another incarnation than in the list", (bytes) => bytes.fill(1, 36, 37)],
        ["a member of no incarnation", (bytes) => bytes.fill(0, 44, 48)],
        ["a last id below that of a member", (bytes) => bytes.fill(253, 40, 41)],
        ["no members", (bytes) => bytes.fill(0, 41, 42)],
        ["eleven members", (bytes) => bytes.fill(11, 41, 42)],
        ["members in no order", (bytes) => bytes.set([3], 48)],
        ["all zeros", (bytes) => bytes.fill(0)],
        ["all ones", (bytes) => bytes.fill(0xff)],
      ];
      const sound = saved();
      t.is(new PersistentState(sound.changed(() => {})).load(), "loaded");
      for (const [why, change] of changes) {
        t.is(new PersistentState(sound.changed(change)).load(), "damaged", why);
      }
    },
  },
  {
    title: "a card that waits has no view, and one that was removed still knows its last",
    run(t) {
      for (const standing of [STANDING_FOUNDING, STANDING_JOINING]) {
        const storage = saved().changed((bytes) => {
          bytes.fill(0, 6, 16);
          bytes.fill(standing, 35, 36);
        });
        const state = new PersistentState(storage);
        t.is(state.load(), "loaded");
        t.deepEqual([state.standing, state.accepted.number, state.promised], [standing, 0, 0]);
      }
      const removed = new PersistentState(saved().changed((bytes) => bytes.fill(STANDING_REMOVED, 35, 36)));
      t.is(removed.load(), "loaded");
      t.deepEqual([removed.standing, removed.accepted.number], [STANDING_REMOVED, 0x201]);
    },
  },
  {
    title: "a promise equal to the accepted view, and a base at the very end of the numbers, are sound",
    run(t) {
      const storage = saved().changed((bytes, view) => {
        bytes.set([1, 2, 0, 0, 0], 6);
        view.setUint32(18, 0, true);
        view.setUint32(22, 0x8000_0000, true);
      });
      const state = new PersistentState(storage);
      t.is(state.load(), "loaded");
      t.is(toBigInt(state.accepted.base), 2n ** 63n);
      t.is(state.promised, state.accepted.number);
    },
  },
];
