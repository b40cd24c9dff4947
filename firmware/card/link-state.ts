import { HOP_COST, MAX_MEMBERS, UNREACHABLE_COST } from "../wire/constants.js";
import type { HelloFields } from "../wire/hello-frame.js";
import { LINK_ALIVE, LINK_DEAD, LINK_STALE } from "../wire/host-status-frames.js";
import type { CardCable } from "./card-context.js";
import { type MemberList, NOT_A_MEMBER } from "./member-list.js";

/** What a card knows of one of its cables: who is there, since when it is silent, and what can be reached over it. */
export class LinkState {
  // What every frame asks stands first: XS finds it sooner.
  /** When the newest frame of any kind came: a cable that carries numbers is not cut, whatever became of a hello. */
  lastHeardUs = 0;
  framesIn = 0;
  state = LINK_DEAD;
  framesOut = 0;
  readonly cable: CardCable;
  /** The card at the other end, 0 before its first hello. */
  neighbour = 0;
  /** The other end says that it hears this card. */
  heardBack = false;
  dropped = 0;
  /** What the neighbour says it reaches, by place in the member list. */
  readonly costs = new Uint8Array(MAX_MEMBERS).fill(UNREACHABLE_COST);
  readonly paths = new Uint16Array(MAX_MEMBERS);

  /** What a hop over it costs while it is alive; while it is stale, STALE_HOP_COST. */
  readonly aliveCost: number;

  constructor(cable: CardCable, aliveCost: number = HOP_COST) {
    this.cable = cable;
    this.aliveCost = aliveCost;
  }

  /** The card is of another fabric now: whoever was at the other end is to say so anew. What was counted stays. */
  forget(): void {
    this.cable.expectNothing();
    this.neighbour = 0;
    this.state = LINK_DEAD;
    this.heardBack = false;
    this.costs.fill(UNREACHABLE_COST);
  }

  /**
   * Takes over what a hello says.
   * @returns whether anything differs from what was known.
   */
  hear(source: number, hello: HelloFields, self: number, members: MemberList, nowUs: number): boolean {
    let changed = this.neighbour !== source;
    this.neighbour = source;
    this.lastHeardUs = nowUs;
    const heardBack = hello.heard === self;
    if (heardBack !== this.heardBack) changed = true;
    this.heardBack = heardBack;
    const state = heardBack ? LINK_ALIVE : LINK_STALE;
    if (state !== this.state) changed = true;
    this.state = state;
    return this.takeRoutes(hello, members) || changed;
  }

  /**
   * Lets time pass.
   * @returns whether the cable has become stale or dead by it.
   */
  age(nowUs: number, staleUs: number, deadUs: number): boolean {
    const silentUs = nowUs - this.lastHeardUs;
    if (this.state !== LINK_DEAD && silentUs >= deadUs) {
      this.lose();
      return true;
    }
    if (this.state === LINK_ALIVE && silentUs >= staleUs) {
      this.cable.expectNothing();
      this.state = LINK_STALE;
      return true;
    }
    return false;
  }

  /** Nothing is reached over it until its next hello. */
  lose(): void {
    this.cable.expectNothing();
    this.state = LINK_DEAD;
    this.heardBack = false;
    this.costs.fill(UNREACHABLE_COST);
  }

  /** The member list has changed: what is known of its cards is put in their new places, and what passed others forgotten. */
  remap(from: MemberList, to: MemberList): void {
    if (!to.has(this.neighbour)) {
      // Its hellos are not heard any more, so nothing would ever correct the ways through it.
      this.forget();
      return;
    }
    this.cable.expectNothing();
    const costs = Uint8Array.from(this.costs);
    const paths = Uint16Array.from(this.paths);
    for (let index = 0; index < to.count; index += 1) {
      const old = from.indexOf(to.cardAt(index));
      this.costs[index] = old === NOT_A_MEMBER ? UNREACHABLE_COST : (costs[old] as number);
      this.paths[index] = old === NOT_A_MEMBER ? 0 : remapPath(paths[old] as number, from, to);
    }
  }

  private takeRoutes(hello: HelloFields, members: MemberList): boolean {
    // Paths are places in a member list; those of another list would mean other cards.
    const routeCount = hello.membersChecksum === members.checksum ? hello.routeCount : 0;
    const { costs, paths } = this;
    const { cards, count } = members;
    const { routeCards } = hello;
    let changed = false;
    let route = 0;
    for (let index = 0; index < count; index += 1) {
      let cost = UNREACHABLE_COST;
      let path = 0;
      // A hello tells its ways in the order of the list: what stands elsewhere counts as not told.
      if (route < routeCount && routeCards[route] === cards[index]) {
        cost = hello.routeCosts[route] as number;
        path = hello.routePaths[route] as number;
        route += 1;
      }
      if (costs[index] !== cost) {
        costs[index] = cost;
        changed = true;
      }
      if (paths[index] !== path) {
        paths[index] = path;
        changed = true;
      }
    }
    return changed;
  }
}

/** A card that is no member any more passes nothing on, so no way leads through it. */
function remapPath(path: number, from: MemberList, to: MemberList): number {
  let mapped = 0;
  for (let index = 0; index < from.count; index += 1) {
    const place = to.indexOf(from.cardAt(index));
    if ((path & (1 << index)) !== 0 && place !== NOT_A_MEMBER) mapped |= 1 << place;
  }
  return mapped;
}
