import { MemberList } from "../../firmware/card/member-list.js";
import { MemberFields, packVotes } from "../../firmware/wire/member-entries.js";

/** A card of a list: its id, its votes now, those before where they differ, and its incarnation where it matters. */
export type Entry = readonly [card: number, votes: number, before?: number, incarnation?: number];

/** As what the tests' cards were initialised, unless told otherwise: 1000 and their id. */
export function incarnationOf(card: number): number {
  return 1000 + card;
}

/** Writes a list into the fields of a frame. The last id used is that of the last card, unless told otherwise. */
export function tellMembers(into: MemberFields, entries: readonly Entry[], lastCardId?: number): void {
  into.memberCount = 0;
  for (const [card, votes, before = votes, incarnation = incarnationOf(card)] of entries) {
    into.addMember(card, packVotes(votes, before), incarnation);
  }
  into.lastCardId = lastCardId ?? entries.at(-1)?.[0] ?? 0;
}

export function memberFields(entries: readonly Entry[], lastCardId?: number): MemberFields {
  const fields = new MemberFields();
  tellMembers(fields, entries, lastCardId);
  return fields;
}

export function memberList(entries: readonly Entry[], lastCardId?: number): MemberList {
  const list = new MemberList();
  if (!list.set(memberFields(entries, lastCardId))) throw new RangeError("no list");
  return list;
}
