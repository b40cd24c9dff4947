import {
  PersistentState,
  STANDING_FOUNDING,
  STANDING_JOINING,
  STANDING_REMOVED,
} from "../../firmware/card/persistent-state.js";
import { MemoryRecordStore } from "../../firmware/storage/memory-record-store.js";
import type { RecordStore } from "../../firmware/storage/record-store.js";
import { MemberFields } from "../../firmware/wire/member-entries.js";
import { toBigInt } from "../support/layout.js";
import type { Random } from "../support/random.js";
import { must } from "./must.js";

/** Flash that fails once in a while, and that watches what a card writes: some things may only ever rise. */
export class WatchedStore implements RecordStore {
  /** What stands in flash; empty before the first record. */
  persisted: PersistentState | undefined;
  /** A write has failed since the boot. */
  failed = false;
  private readonly memory = new MemoryRecordStore();
  private readonly random: Random;
  private readonly oneFailureIn: number;

  constructor(random: Random, oneFailureIn: number) {
    this.random = random;
    this.oneFailureIn = oneFailureIn;
  }

  read(into: Uint8Array): number {
    return this.memory.read(into);
  }

  write(bytes: Uint8Array, length: number): boolean {
    if (this.random.oneIn(this.oneFailureIn)) {
      this.failed = true;
      return false;
    }
    must(this.memory.write(bytes, length), "a record is too long");
    const now = new PersistentState(this.memory);
    must(now.load() === "loaded", "a card wrote a record that it cannot read");
    if (this.persisted !== undefined) compare(this.persisted, now);
    this.persisted = now;
    return true;
  }
}

function compare(before: PersistentState, now: PersistentState): void {
  if (
    isWaiting(now) &&
    (isWaiting(before) || before.standing === STANDING_REMOVED || now.fabricId !== before.fabricId)
  ) {
    // It was initialised anew: as good as blank before, or above all that it knew.
    must(isWaiting(before) || isAbove(before, now), "a card forgot its fabric for one that begins below it");
    // A card draws its incarnation anew at every init that it takes.
    const isTheSame = now.fabricId === before.fabricId && now.incarnation === before.incarnation;
    const isOtherFabric = !isWaiting(before) || now.fabricId !== before.fabricId;
    must(
      isTheSame ||
        isOtherFabric ||
        (before.standing === STANDING_JOINING && now.standing === STANDING_JOINING),
      "a card that waits for the founding of its fabric was told that otherwise",
    );
    return;
  }
  must(
    now.fabricId === before.fabricId &&
      now.cardId === before.cardId &&
      now.incarnation === before.incarnation,
    "a card changed its fabric, its id or its incarnation",
  );
  must(
    !isWaiting(now) && before.standing !== STANDING_REMOVED,
    "a member waits again, or a removed card came back",
  );
  must(now.promised >= before.promised, "a promise went down");
  must(now.accepted.number >= before.accepted.number, "the accepted view went down");
  must(now.accepted.number <= now.promised, "a view was accepted above the promise");
  must(now.ceiling.compare(before.ceiling) >= 0, "the ceiling went down");
  must(
    now.ceiling.compare(before.ceiling) > 0 || now.ceiling.windowLog2 >= before.ceiling.windowLog2,
    "the window of a ceiling shrank",
  );
  if (now.accepted.number === before.accepted.number) {
    const told = new MemberFields();
    now.members.tell(told);
    must(
      before.members.isTold(told) &&
        now.accepted.primary === before.accepted.primary &&
        now.accepted.secondary === before.accepted.secondary &&
        toBigInt(now.accepted.base) === toBigInt(before.accepted.base),
      "a view changed what it says",
    );
  }
}

function isWaiting({ standing }: PersistentState): boolean {
  return standing === STANDING_FOUNDING || standing === STANDING_JOINING;
}

function isAbove(before: PersistentState, now: PersistentState): boolean {
  return before.standing === STANDING_REMOVED || now.accepted.base.compare(before.ceiling) >= 0;
}
