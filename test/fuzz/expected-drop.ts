import { type PersistentState, STANDING_REMOVED } from "../../firmware/card/persistent-state.js";
import { COUNTER_NAMES, type CounterName } from "../../firmware/wire/counter-names.js";
import { FrameBuffer } from "../../firmware/wire/frame-buffer.js";
import {
  FRAME_ACCEPT,
  FRAME_ECHO,
  FRAME_ECHO_REPLY,
  FRAME_HELLO,
  FRAME_HOST_TRUNK_IN,
  FRAME_LINK_TEST,
  FRAME_LINK_TEST_REPLY,
} from "../../firmware/wire/frame-types.js";
import { decodeHostTrunk } from "../../firmware/wire/trunk-frames.js";
import { must } from "./must.js";

export type CounterValues = Readonly<Record<CounterName, number>>;

/** Drops that an outside observer can foretell from header, flash and session alone. */
const FORETOLD: readonly CounterName[] = [
  "dropVersion",
  "dropFabric",
  "dropSource",
  "dropDestination",
  "dropHops",
  "dropSession",
];
/** Drops that depend on what a role knows. Of one frame at most one happens. */
const BY_ROLE: readonly CounterName[] = ["dropLength", "dropType", "dropRole"];

/** What is for whoever is at the other end of the cable. */
const TO_NEIGHBOURS: readonly (number | undefined)[] = [
  FRAME_HELLO,
  FRAME_ECHO,
  FRAME_ECHO_REPLY,
  FRAME_LINK_TEST,
  FRAME_LINK_TEST_REPLY,
];

/** @returns the one counter that must rise for a frame from a cable, or nothing where a role decides. */
export function expectedLinkDrop(
  frame: FrameBuffer,
  member: PersistentState | undefined,
  failed: boolean,
): CounterName | undefined {
  const [version, type, source, destination, hopsLeft] = frame.bytes as unknown as number[];
  if (version !== 1) return "dropVersion";
  if (frame.length < 9) return "dropLength";
  if (member === undefined || failed || frame.view.getUint32(5, true) !== member.fabricId)
    return "dropFabric";
  if (member.standing === STANDING_REMOVED) return "dropFabric";
  if (source === member.cardId) return "dropSource";
  // An ACCEPT may come from a card that the list does not have: so cards learn of newer lists.
  if (type !== FRAME_ACCEPT && !member.members.has(source as number)) return "dropSource";
  if (destination === 255) return TO_NEIGHBOURS.includes(type) ? undefined : "dropType";
  if (destination === member.cardId) return undefined;
  if (!member.members.has(destination as number)) return "dropDestination";
  return (hopsLeft as number) <= 1 || (hopsLeft as number) > 16 ? "dropHops" : undefined;
}

/** The same for a frame from the host; `session` is the open one. */
export function expectedHostDrop(frame: FrameBuffer, session: number | undefined): CounterName | undefined {
  const [version, type] = frame.bytes;
  if (version !== 1) return "dropVersion";
  if (frame.length < 6) return "dropLength";
  if (type === 0x40) return frame.length === 6 ? undefined : "dropLength";
  return frame.view.getUint32(2, true) === session ? undefined : "dropSession";
}

/** The same for a HOST_TRUNK_IN of the open session, by what it carries; undefined too where it is another frame. */
export function expectedTrunkDrop(
  frame: FrameBuffer,
  hasTrunk: boolean,
  member: PersistentState | undefined,
  failed: boolean,
): CounterName | undefined {
  if (frame.bytes[1] !== FRAME_HOST_TRUNK_IN) return undefined;
  if (!hasTrunk) return "dropSession";
  const carried = new FrameBuffer();
  return decodeHostTrunk(frame, carried) ? expectedLinkDrop(carried, member, failed) : "dropLength";
}

/** Checks that a frame was counted as it should be, and once. */
export function checkCounted(
  before: CounterValues,
  after: CounterValues,
  expected: CounterName | undefined,
): void {
  if (expected !== undefined) {
    for (const name of COUNTER_NAMES) {
      // The host is told of a drop, and that may find no room.
      if (name === "dropSendFull") continue;
      const risen = after[name] - before[name];
      must(
        risen === (name === expected ? 1 : 0),
        `${name} rose by ${risen} where ${expected} should have, by 1`,
      );
    }
    return;
  }
  for (const name of FORETOLD)
    must(after[name] === before[name], `${name} rose for a frame that should pass`);
  const byRole = BY_ROLE.reduce((sum, name) => sum + after[name] - before[name], 0);
  must(byRole <= 1, `one frame was dropped ${byRole} times`);
}
