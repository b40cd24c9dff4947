import { MemoryRecordStore } from "../../../firmware/storage/memory-record-store.js";
import {
  MAX_RECORD_BYTES,
  RECORD_BLANK,
  RECORD_DAMAGED,
  RECORD_FOUND,
} from "../../../firmware/storage/record-store.js";
import type { UnitCase } from "../../support/unit-case.js";

export const memoryRecordStoreCases: readonly UnitCase[] = [
  {
    title: "is blank until something is written, and leaves the buffer alone",
    run(t) {
      const into = new Uint8Array(MAX_RECORD_BYTES).fill(7);
      t.is(new MemoryRecordStore().read(into), RECORD_BLANK);
      t.true(into.every((byte) => byte === 7));
      t.is(new Set([RECORD_BLANK, RECORD_FOUND, RECORD_DAMAGED]).size, 3);
    },
  },
  {
    title: "gives back the newest record, with zeros behind it",
    run(t) {
      const store = new MemoryRecordStore();
      t.true(store.write(new Uint8Array(MAX_RECORD_BYTES).fill(0xaa), MAX_RECORD_BYTES));
      t.true(store.write(Uint8Array.of(1, 2, 3, 4), 3));
      const into = new Uint8Array(MAX_RECORD_BYTES).fill(7);
      t.is(store.read(into), RECORD_FOUND);
      t.deepEqual([...into], [1, 2, 3, ...new Array(MAX_RECORD_BYTES - 3).fill(0)]);
    },
  },
  {
    title: "keeps its own copy",
    run(t) {
      const store = new MemoryRecordStore();
      const bytes = Uint8Array.of(5);
      store.write(bytes, 1);
      bytes[0] = 6;
      const into = new Uint8Array(MAX_RECORD_BYTES);
      store.read(into);
      into[0] = 9;
      store.read(into);
      t.is(into[0], 5);
    },
  },
  {
    title: "refuses a record that is too long, and the earlier one still stands",
    run(t) {
      const store = new MemoryRecordStore();
      t.false(store.write(new Uint8Array(MAX_RECORD_BYTES + 1), MAX_RECORD_BYTES + 1));
      t.is(store.read(new Uint8Array(MAX_RECORD_BYTES)), RECORD_BLANK);
      store.write(Uint8Array.of(8), 1);
      t.false(store.write(new Uint8Array(MAX_RECORD_BYTES + 1), MAX_RECORD_BYTES + 1));
      const into = new Uint8Array(MAX_RECORD_BYTES);
      t.is(store.read(into), RECORD_FOUND);
      t.is(into[0], 8);
    },
  },
];
