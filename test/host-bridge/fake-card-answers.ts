import { HostLinksFields, HostStatusFields, LINK_ALIVE } from "../../firmware/wire/host-status-frames.js";
import { packVotes } from "../../firmware/wire/member-entries.js";
import type { ReportFields } from "../../firmware/wire/survey-frames.js";
import { uint64 } from "../support/layout.js";
import { type FakeCardSettings, isBlank } from "./fake-card-settings.js";

/** What a fake card tells of itself: one of three members, whose primary is card 1. */
export function fakeStatus(settings: Readonly<FakeCardSettings>): HostStatusFields {
  const status = new HostStatusFields();
  status.cardId = isBlank(settings) ? 0 : settings.cardId;
  status.fabricId = isBlank(settings) ? 0 : settings.fabricId;
  status.chipId.set(0xe660_1234, 0x89ab_cdef);
  status.view = settings.view;
  status.promised = settings.view;
  status.primary = 1;
  status.secondary = 3;
  status.base.set(0, 1);
  status.ceiling.set(0x7fff_ffff, 0xffff_ffff);
  status.held.copy(uint64(settings.next));
  status.state = settings.state;
  status.flags = settings.flags;
  status.uptimeMs = 12_345;
  status.memberCount = 3;
  status.memberCards.set([1, 2, 3]);
  status.memberVotes.fill(packVotes(1, 1), 0, 3);
  status.memberIncarnations.set([11, 12, 13]);
  status.lastCardId = 3;
  return status;
}

/** Two cables, of which one missed a hello, and a way over the first. */
export function fakeLinks(): HostLinksFields {
  const links = new HostLinksFields();
  links.linkCount = 2;
  links.neighbours.set([1, 2]);
  links.states.set([LINK_ALIVE, LINK_ALIVE - 1]);
  links.framesIn.set([10, 20]);
  links.routeCount = 1;
  links.routeCards.set([1]);
  links.routeLinks.set([0]);
  links.routeCosts.set([1]);
  return links;
}

/** Writes the report of a card that answers a survey into `fields`. */
export function describeCard(
  fields: ReportFields,
  settings: Readonly<FakeCardSettings>,
  card: number,
  neighbours: readonly number[],
  states: readonly number[],
): void {
  fields.expected = 3;
  fields.cardId = card;
  fields.chipId.set(0, card);
  fields.firmware = 0x01_02_03;
  fields.state = settings.state;
  fields.view = settings.view;
  fields.promised = settings.view;
  fields.primary = 1;
  fields.secondary = 3;
  fields.ceiling.copy(uint64(2n ** 63n - BigInt(card)));
  fields.held.copy(uint64(settings.next));
  fields.uptimeMs = 90_000;
  fields.freeWrites = 57;
  fields.linkCount = neighbours.length;
  fields.neighbours.set(neighbours);
  fields.linkStates.set(states);
  fields.framesIn.fill(100 * card, 0, neighbours.length);
  fields.badFrames.fill(card, 0, neighbours.length);
}
