import { HOP_COST, MAX_MEMBERS, STALE_HOP_COST, UNREACHABLE_COST } from "../wire/constants.js";
import type { FrameBuffer } from "../wire/frame-buffer.js";
import { type HelloFields, MAX_HELLO_BYTES } from "../wire/hello-frame.js";
import { LINK_ALIVE, LINK_DEAD, LINK_STALE } from "../wire/host-status-frames.js";
import { type MemberList, NOT_A_MEMBER } from "./member-list.js";

/** `FrameBuffer.words` of the longest hello. */
const HELLO_WORDS = (MAX_HELLO_BYTES + 5) >> 2;
/** The bytes of a frame's last word that belong to it, by their number less one. */
const LAST_BYTES = [0xff, 0xffff, 0xff_ffff, -1] as const;

/** What a card knows of one of its cables: who is there, since when it is silent, and what can be reached over it. */
export class LinkState {
  // What every frame asks stands first: XS finds it sooner.
  /** When the newest frame of any kind came: a cable that carries numbers is not cut, whatever became of a hello. */
  lastHeardUs = 0;
  framesIn = 0;
  /**
   * The epoch in which a frame of another member for this card, or a hello, was found good in all that its header says; the header
   * is told by the words that differ from sender to sender.
   */
  goodEpoch = -1;
  goodWay = 0;
  goodFabric = 0;
  state = LINK_DEAD;
  framesOut = 0;
  /** The other end finds its ways by another list than this card. */
  findsOtherwise = false;
  /** The epoch in which the newest hello was found good. */
  private helloEpoch = -1;
  /** The card at the other end, 0 before its first hello. */
  neighbour = 0;
  /** The other end says that it hears this card. */
  heardBack = false;
  dropped = 0;
  /** The newest hello that was taken over; empty where it must not be taken for what holds still. */
  private readonly newest = new Int32Array(HELLO_WORDS);
  private newestLength = 0;
  /** What the neighbour says it reaches, by place in the member list. */
  readonly costs = new Uint8Array(MAX_MEMBERS).fill(UNREACHABLE_COST);
  readonly paths = new Uint16Array(MAX_MEMBERS);

  /** What a hop over it costs while it is alive. */
  private readonly aliveCost: number;

  constructor(aliveCost: number = HOP_COST) {
    this.aliveCost = aliveCost;
  }

  /** What a hop over it costs now; of no meaning where it is dead. */
  get hopCost(): number {
    return this.state === LINK_ALIVE ? this.aliveCost : STALE_HOP_COST;
  }

  /** The card is of another fabric now: whoever was at the other end is to say so anew. What was counted stays. */
  forget(): void {
    this.newestLength = 0;
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
   * Whether `frame` is the hello that was taken over last, byte for byte, and everything it said holds still in the same
   * `epoch`: then nothing has to be looked at again, not even its header.
   */
  isHeardAgain(frame: FrameBuffer, epoch: number): boolean {
    const { length } = frame;
    if (length !== this.newestLength || epoch !== this.helloEpoch || this.state !== LINK_ALIVE) return false;
    const { words } = frame;
    const known = this.newest;
    const last = (length + 1) >> 2;
    // Four bytes at a time, from the end, where something differs sooner.
    if (((words[last] as number) ^ (known[last] as number)) & (LAST_BYTES[(length + 1) & 3] as number))
      return false;
    for (let index = last - 1; index >= 0; index -= 1) if (words[index] !== known[index]) return false;
    return true;
  }

  /** Keeps the hello that was just taken over. */
  keepHello(frame: FrameBuffer, epoch: number): void {
    const { words } = frame;
    for (let index = (frame.length + 1) >> 2; index >= 0; index -= 1)
      this.newest[index] = words[index] as number;
    this.newestLength = frame.length;
    this.helloEpoch = epoch;
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
      this.state = LINK_STALE;
      return true;
    }
    return false;
  }

  /** Nothing is reached over it until its next hello. */
  lose(): void {
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
    this.newestLength = 0;
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
    let changed = false;
    for (let index = 0; index < members.count; index += 1) {
      const card = members.cardAt(index);
      let cost = UNREACHABLE_COST;
      let path = 0;
      for (let route = 0; route < routeCount; route += 1) {
        if (hello.routeCards[route] === card) {
          cost = hello.routeCosts[route] as number;
          path = hello.routePaths[route] as number;
        }
      }
      if (this.costs[index] !== cost || this.paths[index] !== path) changed = true;
      this.costs[index] = cost;
      this.paths[index] = path;
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
