import { MAX_RECORD_BYTES, RECORD_BLANK, RECORD_FOUND, type RecordStore } from "../storage/record-store.js";
import { BLANK_FABRIC_ID, MAX_MEMBERS } from "../wire/constants.js";
import { readUint64, readView, VIEW_BYTES, writeUint64, writeView } from "../wire/fields.js";
import { NUMBER_LIMIT, Uint64 } from "../wire/uint64.js";
import { MemberList } from "./member-list.js";
import { View } from "./view.js";

/** Layout of the record. Another number in its first byte is another layout. */
const RECORD_FORMAT = 1;
const OFFSET_FABRIC = 1;
const OFFSET_CARD = OFFSET_FABRIC + 4;
const OFFSET_PROMISED = OFFSET_CARD + 1;
const OFFSET_ACCEPTED = OFFSET_PROMISED + VIEW_BYTES;
const OFFSET_PRIMARY = OFFSET_ACCEPTED + VIEW_BYTES;
const OFFSET_BASE = OFFSET_PRIMARY + 2;
const OFFSET_CEILING = OFFSET_BASE + 8;
const OFFSET_MEMBER_COUNT = OFFSET_CEILING + 8;
const OFFSET_MEMBERS = OFFSET_MEMBER_COUNT + 1;

/** What came of reading the record at boot. */
export type LoadResult = "blank" | "loaded" | "damaged";

/** What a card must never forget. It is written whole, and a frame that depends on it goes out only afterwards. */
export class PersistentState {
  fabricId = 0;
  cardId = 0;
  readonly members = new MemberList();
  /** The highest view that this card has promised to. It never accepts one below. */
  promised = 0;
  readonly accepted = new View();
  /** Every number ever issued lies below a ceiling that a quorum has. This is this card's. */
  readonly ceiling = new Uint64();

  private readonly storage: RecordStore;
  private readonly bytes = new Uint8Array(MAX_RECORD_BYTES);
  private readonly view = new DataView(this.bytes.buffer);

  constructor(storage: RecordStore) {
    this.storage = storage;
  }

  load(): LoadResult {
    const found = this.storage.read(this.bytes);
    if (found === RECORD_BLANK) return "blank";
    return found === RECORD_FOUND && this.decode() ? "loaded" : "damaged";
  }

  /** @returns false where the flash did not take it; nothing may then be said that depends on it. */
  save(): boolean {
    return this.storage.write(this.bytes, this.encode());
  }

  private encode(): number {
    const { bytes, view, members, accepted } = this;
    bytes[0] = RECORD_FORMAT;
    view.setUint32(OFFSET_FABRIC, this.fabricId, true);
    bytes[OFFSET_CARD] = this.cardId;
    writeView(view, OFFSET_PROMISED, this.promised);
    writeView(view, OFFSET_ACCEPTED, accepted.number);
    bytes[OFFSET_PRIMARY] = accepted.primary;
    bytes[OFFSET_PRIMARY + 1] = accepted.secondary;
    writeUint64(view, OFFSET_BASE, accepted.base);
    writeUint64(view, OFFSET_CEILING, this.ceiling);
    bytes[OFFSET_MEMBER_COUNT] = members.count;
    bytes.set(members.cards, OFFSET_MEMBERS);
    bytes.set(members.votes, OFFSET_MEMBERS + MAX_MEMBERS);
    return OFFSET_MEMBERS + 2 * MAX_MEMBERS;
  }

  private decode(): boolean {
    const { bytes, view, members, accepted } = this;
    const cards = bytes.subarray(OFFSET_MEMBERS, OFFSET_MEMBERS + MAX_MEMBERS);
    const votes = bytes.subarray(OFFSET_MEMBERS + MAX_MEMBERS, OFFSET_MEMBERS + 2 * MAX_MEMBERS);
    if (bytes[0] !== RECORD_FORMAT) return false;
    if (!members.set(bytes[OFFSET_MEMBER_COUNT] as number, cards, votes)) return false;
    this.fabricId = view.getUint32(OFFSET_FABRIC, true);
    this.cardId = bytes[OFFSET_CARD] as number;
    this.promised = readView(view, OFFSET_PROMISED);
    accepted.number = readView(view, OFFSET_ACCEPTED);
    accepted.primary = bytes[OFFSET_PRIMARY] as number;
    accepted.secondary = bytes[OFFSET_PRIMARY + 1] as number;
    readUint64(view, OFFSET_BASE, accepted.base);
    readUint64(view, OFFSET_CEILING, this.ceiling);
    return this.isSound();
  }

  /** Whether a card can take part with this: a whole record says so, but perhaps one of other firmware. */
  private isSound(): boolean {
    const { members, accepted } = this;
    return (
      this.fabricId !== BLANK_FABRIC_ID &&
      members.has(this.cardId) &&
      members.has(accepted.primary) &&
      members.has(accepted.secondary) &&
      accepted.number > 0 &&
      this.promised >= accepted.number &&
      accepted.base.compare(NUMBER_LIMIT) <= 0 &&
      this.ceiling.compare(NUMBER_LIMIT) <= 0
    );
  }
}
