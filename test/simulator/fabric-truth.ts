import { MemberList } from "../../firmware/card/member-list.js";
import {
  type PersistentState,
  STANDING_FOUNDING,
  STANDING_JOINING,
  STANDING_MEMBER,
  STANDING_REMOVED,
} from "../../firmware/card/persistent-state.js";
import { partsOf } from "./topology.js";
import type { World } from "./world.js";

/** What the flash of all boards together says of the members: more than any card or host can know. */
export class FabricTruth {
  /** The highest view that any member has accepted; 0: no fabric was founded yet. */
  view = 0;
  primary = 0;
  /** The list of that view. */
  readonly members = new MemberList();
  /** Boards that are a member of that list, or wait to become it, and reach a quorum of it over such boards. */
  readonly connected: number[] = [];
  /** Boards whose fabric has gone on without them, and which have not heard of that. */
  readonly left: number[] = [];
  /** Boards that were told to be removed, and have a vote. An observer of a view that came to nothing may be told. */
  readonly wronged: number[] = [];
  private readonly flashes: (PersistentState | undefined)[];

  constructor(world: World) {
    this.flashes = world.cards.map(({ flash }) => flash);
    for (const flash of this.flashes) {
      if (flash?.standing !== STANDING_MEMBER || flash.accepted.number <= this.view) continue;
      this.view = flash.accepted.number;
      this.primary = flash.accepted.primary;
      this.members.copy(flash.members);
    }
    if (this.view > 0) this.sort(world);
  }

  /** Whether the board could be taken in under a new id: it is no member, and no founder that waits for the others. */
  isSpare(board: number): boolean {
    const standing = this.flashes[board - 1]?.standing;
    return standing !== STANDING_MEMBER && standing !== STANDING_FOUNDING;
  }

  /** Whether the board was initialised to join, and has not been removed since. */
  isWaiting(board: number): boolean {
    return this.flashes[board - 1]?.standing === STANDING_JOINING;
  }

  /** Whether the others are a quorum of the list without that board. */
  canSpare(board: number): boolean {
    let mask = 0;
    this.flashes.forEach((flash, place) => {
      if (place + 1 === board || flash?.standing !== STANDING_MEMBER) return;
      if (this.members.hasAs(flash.cardId, flash.incarnation))
        mask |= 1 << this.members.indexOf(flash.cardId);
    });
    return this.view > 0 && this.members.isQuorum(mask);
  }

  private sort(world: World): void {
    const { members } = this;
    const isListed = this.flashes.map(
      (flash) => flash !== undefined && members.hasAs(flash.cardId, flash.incarnation),
    );
    const usable = (place: number): boolean =>
      isListed[place] === true && this.flashes[place]?.standing !== STANDING_REMOVED;
    const parts = partsOf(world.options.cables, world.cards.length, usable);
    this.flashes.forEach((flash, place) => {
      if (isListed[place] === true && flash?.standing === STANDING_REMOVED && members.isVoter(flash.cardId))
        this.wronged.push(place + 1);
      if (usable(place) && members.isQuorum(this.votersIn(parts, parts[place] as number, usable)))
        this.connected.push(place + 1);
    });
    for (const [one, other] of world.options.cables) {
      this.noteLeft(one, other, isListed);
      this.noteLeft(other, one, isListed);
    }
  }

  private votersIn(parts: readonly number[], part: number, usable: (place: number) => boolean): number {
    let mask = 0;
    this.flashes.forEach((flash, place) => {
      if (flash?.standing !== STANDING_MEMBER || !usable(place) || parts[place] !== part) return;
      mask |= 1 << this.members.indexOf(flash.cardId);
    });
    return mask;
  }

  /** Who has left hears of it from a neighbour that is a member still. */
  private noteLeft(place: number, neighbour: number, isListed: readonly boolean[]): void {
    const isOut = this.flashes[place]?.standing === STANDING_MEMBER && isListed[place] === false;
    if (isOut && this.connected.includes(neighbour + 1)) this.left.push(place + 1);
  }
}
