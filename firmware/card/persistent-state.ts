import { MAX_RECORD_BYTES, RECORD_BLANK, RECORD_FOUND, type RecordStore } from "../storage/record-store.js";
import { BLANK_FABRIC_ID } from "../wire/constants.js";
import { readUint64, readView, VIEW_BYTES, writeUint64, writeView } from "../wire/fields.js";
import { FrameBuffer } from "../wire/frame-buffer.js";
import { encodeMembers, endsWithMembers, MemberFields, readMembers } from "../wire/member-entries.js";
import { NUMBER_LIMIT, type Uint64 } from "../wire/uint64.js";
import { Ceiling, isCeiling } from "./ceiling.js";
import { MemberList } from "./member-list.js";
import { View } from "./view.js";

/** Layout of the record. Another number in its first byte is another layout. */
const RECORD_FORMAT = 3;
const OFFSET_FABRIC = 1;
const OFFSET_CARD = OFFSET_FABRIC + 4;
const OFFSET_PROMISED = OFFSET_CARD + 1;
const OFFSET_ACCEPTED = OFFSET_PROMISED + VIEW_BYTES;
const OFFSET_PRIMARY = OFFSET_ACCEPTED + VIEW_BYTES;
const OFFSET_BASE = OFFSET_PRIMARY + 2;
const OFFSET_CEILING = OFFSET_BASE + 8;
const OFFSET_WINDOW = OFFSET_CEILING + 8;
const OFFSET_STANDING = OFFSET_WINDOW + 1;
const OFFSET_INCARNATION = OFFSET_STANDING + 1;
const OFFSET_MEMBERS = OFFSET_INCARNATION + 4;

/** The card is a member of its accepted view. */
export const STANDING_MEMBER = 0;
/** It waits until all cards of its list found their fabric. Until then `base` is the first number of all. */
export const STANDING_FOUNDING = 1;
/** It waits until a fabric takes it in. */
export const STANDING_JOINING = 2;
/** It was removed from its fabric, for good. */
export const STANDING_REMOVED = 3;

/** What came of reading the record at boot. */
export type LoadResult = "blank" | "loaded" | "damaged";

/** What a card must never forget. It is written whole, and a frame that depends on it goes out only afterwards. */
export class PersistentState {
  fabricId = 0;
  cardId = 0;
  /** STANDING_... */
  standing = STANDING_MEMBER;
  /** Drawn at random when the card was initialised: a member that lost its flash does not pass for what it was. */
  incarnation = 0;
  /** The list of the accepted view; what the card was initialised with while there is none. */
  readonly members = new MemberList();
  /** The highest view that this card has promised to. It never accepts one below. */
  promised = 0;
  readonly accepted = new View();
  /** Every number ever issued lies below a ceiling that a quorum has. This is this card's. */
  readonly ceiling = new Ceiling();

  private readonly storage: RecordStore;
  private readonly record = new FrameBuffer();
  /** The part of `record` that the store takes and gives. */
  private readonly recordBytes = this.record.bytes.subarray(0, MAX_RECORD_BYTES);
  private readonly fields = new MemberFields();
  /** The member list that stands in `record`, by its `changes`; -1: none. */
  private listChanges = -1;
  private listEnd = 0;

  constructor(storage: RecordStore) {
    this.storage = storage;
  }

  load(): LoadResult {
    this.listChanges = -1;
    const found = this.storage.read(this.recordBytes);
    if (found === RECORD_BLANK) return "blank";
    return found === RECORD_FOUND && this.decode() ? "loaded" : "damaged";
  }

  /** @returns false where the flash did not take it; nothing may then be said that depends on it. */
  save(): boolean {
    this.encode();
    return this.storage.write(this.recordBytes, this.record.length);
  }

  /** Takes over a view with its list, promised with it. To be saved before anything is said. */
  accept(view: number, primary: number, secondary: number, base: Uint64, members: MemberList): void {
    this.accepted.set(view, primary, secondary, base);
    this.promised = view;
    this.members.copy(members);
    this.standing = STANDING_MEMBER;
  }

  private encode(): void {
    const { record, accepted, fields, members } = this;
    const { bytes, view } = record;
    bytes[0] = RECORD_FORMAT;
    view.setUint32(OFFSET_FABRIC, this.fabricId, true);
    bytes[OFFSET_CARD] = this.cardId;
    writeView(view, OFFSET_PROMISED, this.promised);
    writeView(view, OFFSET_ACCEPTED, accepted.number);
    bytes[OFFSET_PRIMARY] = accepted.primary;
    bytes[OFFSET_PRIMARY + 1] = accepted.secondary;
    writeUint64(view, OFFSET_BASE, accepted.base);
    writeUint64(view, OFFSET_CEILING, this.ceiling);
    bytes[OFFSET_WINDOW] = this.ceiling.windowLog2;
    bytes[OFFSET_STANDING] = this.standing;
    view.setUint32(OFFSET_INCARNATION, this.incarnation, true);
    if (this.listChanges !== members.changes) {
      members.tell(fields);
      encodeMembers(record, OFFSET_MEMBERS, fields);
      this.listChanges = members.changes;
      this.listEnd = record.length;
    }
    record.length = this.listEnd;
  }

  private decode(): boolean {
    const { record, accepted, fields } = this;
    const { bytes, view } = record;
    if (bytes[0] !== RECORD_FORMAT) return false;
    record.length = OFFSET_MEMBERS + 2 + 6 * (bytes[OFFSET_MEMBERS + 1] as number);
    if (!endsWithMembers(record, OFFSET_MEMBERS)) return false;
    readMembers(record, OFFSET_MEMBERS, fields);
    if (!this.members.set(fields)) return false;
    this.fabricId = view.getUint32(OFFSET_FABRIC, true);
    this.cardId = bytes[OFFSET_CARD] as number;
    this.promised = readView(view, OFFSET_PROMISED);
    accepted.number = readView(view, OFFSET_ACCEPTED);
    accepted.primary = bytes[OFFSET_PRIMARY] as number;
    accepted.secondary = bytes[OFFSET_PRIMARY + 1] as number;
    readUint64(view, OFFSET_BASE, accepted.base);
    readUint64(view, OFFSET_CEILING, this.ceiling);
    this.ceiling.windowLog2 = bytes[OFFSET_WINDOW] as number;
    this.standing = bytes[OFFSET_STANDING] as number;
    this.incarnation = view.getUint32(OFFSET_INCARNATION, true);
    return this.isSound();
  }

  /** Whether a card can go on with this: a whole record says so, but perhaps one of other firmware. */
  private isSound(): boolean {
    const { accepted, ceiling, standing, members } = this;
    if (this.fabricId === BLANK_FABRIC_ID || this.incarnation === 0) return false;
    if (accepted.base.compare(NUMBER_LIMIT) > 0 || !isCeiling(ceiling, ceiling.windowLog2)) return false;
    if (!members.hasAs(this.cardId, this.incarnation)) return false;
    if (standing === STANDING_MEMBER || standing === STANDING_REMOVED) return this.hasView();
    return standing <= STANDING_JOINING && accepted.number === 0 && this.promised === 0;
  }

  private hasView(): boolean {
    const { accepted, members } = this;
    return (
      members.knowsAll() &&
      members.isVoter(accepted.primary) &&
      members.isVoter(accepted.secondary) &&
      accepted.number > 0 &&
      this.promised >= accepted.number
    );
  }
}
