import {
  MAX_HOPS,
  MAX_LINKS,
  MAX_MEMBERS,
  NEIGHBOUR_ID,
  TRUNK_HOP_COST,
  UNREACHABLE_COST,
} from "../wire/constants.js";
import { FrameBuffer } from "../wire/frame-buffer.js";
import { FRAME_ACCEPT, FRAME_HELLO } from "../wire/frame-types.js";
import { OFFSET_DESTINATION, OFFSET_HOPS_LEFT, writeFabricHeader } from "../wire/header.js";
import { decodeHello, encodeHello, HelloFields } from "../wire/hello-frame.js";
import { LINK_ALIVE, LINK_DEAD } from "../wire/host-status-frames.js";
import type { CardContext } from "./card-context.js";
import { LinkState } from "./link-state.js";
import { MemberList, NOT_A_MEMBER } from "./member-list.js";

/** No cable leads there. */
export const NO_LINK = -1;

/**
 * Finds ways over any topology. Each card tells its neighbours what it reaches, at what cost, and through whom; a card
 * never takes a way that leads through itself, so no news of a lost card can be handed round in a circle.
 */
export class Router {
  /** The cables and, behind them, the trunk while there is one. */
  readonly links: LinkState[] = [];
  /** The way to each member, by place in the member list. */
  readonly routeLinks = new Int8Array(MAX_MEMBERS).fill(NO_LINK);
  readonly routeCosts = new Uint8Array(MAX_MEMBERS).fill(UNREACHABLE_COST);
  private readonly routePaths = new Uint16Array(MAX_MEMBERS);
  private readonly context: CardContext;
  /** The list that the places of the routes belong to. */
  private readonly listed = new MemberList();
  private readonly hello = new HelloFields();
  private readonly helloFrame = new FrameBuffer();
  private nextHelloUs = 0;
  private lastHelloUs = Number.NEGATIVE_INFINITY;
  private sendTrunk: (frame: FrameBuffer) => boolean = () => false;

  constructor(context: CardContext) {
    this.context = context;
    for (let link = 0; link < context.environment.linkCount; link += 1) this.links.push(new LinkState());
  }

  /** Says hello at once, and from then on at every `helloUs`. */
  start(): void {
    this.adoptMembers();
    this.nextHelloUs = this.context.nowUs;
    this.tick();
  }

  /** Forgets all ways, as the card begins in another fabric. */
  forget(): void {
    for (const link of this.links) link.forget();
    this.routeLinks.fill(NO_LINK);
    this.routeCosts.fill(UNREACHABLE_COST);
  }

  /** Which of the links the trunk is. */
  get trunkLink(): number {
    return this.context.environment.linkCount;
  }

  get hasTrunk(): boolean {
    return this.links.length > this.trunkLink;
  }

  /** The host lends a trunk: one more link, unless the card has as many cables as it can have links. Safe twice. */
  openTrunk(send: (frame: FrameBuffer) => boolean): void {
    if (this.trunkLink >= MAX_LINKS) return;
    this.sendTrunk = send;
    if (!this.hasTrunk) this.links.push(new LinkState(TRUNK_HOP_COST));
    this.helloSoon();
  }

  /** The trunk is gone, and every way over it. */
  closeTrunk(): void {
    if (!this.hasTrunk) return;
    this.links.pop();
    this.findRoutes();
  }

  /** The member list may have changed: the ways are kept, in the places of the new one. */
  adoptMembers(): void {
    const { members } = this.context.state;
    if (members.checksum === this.listed.checksum) return;
    for (const link of this.links) link.remap(this.listed, members);
    this.listed.copy(members);
    this.routeLinks.fill(NO_LINK);
    this.routeCosts.fill(UNREACHABLE_COST);
    this.findRoutes();
    this.helloSoon();
  }

  tick(): void {
    const { context, links } = this;
    const { nowUs, timing } = context;
    const { linkDeadUs, linkStaleUs } = timing;
    let changed = false;
    // By index, here and below: an iterator takes XS several times as long, and this is every turn's.
    for (let link = 0; link < links.length; link += 1) {
      if ((links[link] as LinkState).age(nowUs, linkStaleUs, linkDeadUs)) changed = true;
    }
    if (changed) {
      this.findRoutes();
      // Cut one way only, a cable still brings the other end this hello, which says that nothing is heard there.
      this.helloSoon();
    }
    if (nowUs >= this.nextHelloUs) this.sayHello();
    context.wakeBy(this.nextHelloUs);
    for (let link = 0; link < links.length; link += 1) this.wakeForAge(links[link] as LinkState);
  }

  /** Notes that a frame of this fabric came over `link`: that cable is not cut. Only a hello brings a silent one back. */
  noteFrame(link: number): void {
    const linkState = this.links[link] as LinkState;
    linkState.framesIn += 1;
    linkState.lastHeardUs = this.context.nowUs;
  }

  /** Takes a HELLO that came over `link` from the member `source`. */
  receiveHello(link: number, source: number, frame: FrameBuffer): void {
    const { context, hello } = this;
    if (!decodeHello(frame, hello)) {
      context.counters.dropLength += 1;
      return;
    }
    const { state, nowUs } = context;
    const linkState = this.links[link] as LinkState;
    if (linkState.hear(source, hello, state.cardId, state.members, nowUs)) this.findRoutes();
    this.wakeForAge(linkState);
  }

  /** @returns how many cables have had a neighbour since the boot and have none that hears and is heard now. */
  silentCables(): number {
    let silent = 0;
    this.links.forEach(({ neighbour, state }, link) => {
      if (link !== this.trunkLink && neighbour !== 0 && state !== LINK_ALIVE) silent += 1;
    });
    return silent;
  }

  /** Whether there is a way to the member at `index` of the list. */
  reaches(index: number): boolean {
    return this.routeLinks[index] !== NO_LINK;
  }

  /**
   * Sends a frame towards a member that is not this card.
   * @returns false, and counts it, where there is no way or no room.
   */
  send(destination: number, frame: FrameBuffer): boolean {
    const index = this.context.state.members.indexOf(destination);
    const link = index === NOT_A_MEMBER ? NO_LINK : (this.routeLinks[index] as number);
    if (link === NO_LINK) {
      this.context.counters.dropNoRoute += 1;
      return false;
    }
    return this.sendOver(link, frame);
  }

  /** Sends an ACCEPT, whose body is written, to a card at the other end of `link` that is no member. */
  tellStranger(link: number, card: number, frame: FrameBuffer): void {
    const { cardId, fabricId } = this.context.state;
    writeFabricHeader(frame, FRAME_ACCEPT, cardId, card, 1, fabricId);
    this.sendOver(link, frame);
  }

  /** Passes on a frame for another member, unless it has gone far enough. */
  forward(frame: FrameBuffer): void {
    const { counters } = this.context;
    const hopsLeft = frame.bytes[OFFSET_HOPS_LEFT] as number;
    if (hopsLeft <= 1 || hopsLeft > MAX_HOPS) {
      counters.dropHops += 1;
      return;
    }
    frame.bytes[OFFSET_HOPS_LEFT] = hopsLeft - 1;
    if (this.send(frame.bytes[OFFSET_DESTINATION] as number, frame)) counters.framesForwarded += 1;
  }

  private sendOver(link: number, frame: FrameBuffer): boolean {
    const linkState = this.links[link] as LinkState;
    const { environment } = this.context;
    if (link === environment.linkCount ? this.sendTrunk(frame) : environment.sendLink(link, frame)) {
      linkState.framesOut += 1;
      return true;
    }
    linkState.dropped += 1;
    this.context.counters.dropSendFull += 1;
    return false;
  }

  private sayHello(): void {
    const { context, hello, helloFrame } = this;
    const { nowUs, state, timing } = context;
    this.lastHelloUs = nowUs;
    this.nextHelloUs = nowUs + timing.helloUs;
    context.wakeBy(this.nextHelloUs);
    writeFabricHeader(helloFrame, FRAME_HELLO, state.cardId, NEIGHBOUR_ID, 1, state.fabricId);
    hello.membersChecksum = state.members.checksum;
    hello.routeCount = 0;
    for (let index = 0; index < state.members.count; index += 1) {
      const cost = this.routeCosts[index] as number;
      if (cost !== UNREACHABLE_COST) {
        hello.addRoute(state.members.cardAt(index), cost, this.routePaths[index] as number);
      }
    }
    this.links.forEach((linkState, link) => {
      hello.heard = linkState.state === LINK_DEAD ? 0 : linkState.neighbour;
      if (nowUs - linkState.lastHeardUs >= timing.linkStaleUs) hello.heard = 0;
      encodeHello(helloFrame, hello);
      this.sendOver(link, helloFrame);
    });
  }

  /** Chooses the cheapest way to each member, and tells the neighbours where one has changed. */
  private findRoutes(): void {
    const { members, cardId } = this.context.state;
    const self = 1 << members.indexOf(cardId);
    let changed = false;
    for (let index = 0; index < members.count; index += 1) {
      const card = members.cardAt(index);
      let bestLink = NO_LINK;
      let bestCost = UNREACHABLE_COST;
      let bestPath = 0;
      this.links.forEach((linkState, link) => {
        if (linkState.state === LINK_DEAD || card === cardId) return;
        const direct = linkState.neighbour === card;
        const path = direct ? 1 << index : (linkState.paths[index] as number);
        const hop = linkState.hopCost;
        const cost = direct ? hop : hop + (linkState.costs[index] as number);
        if (cost < bestCost && (path & self) === 0) {
          bestLink = link;
          bestCost = cost;
          bestPath = path | self;
        }
      });
      if (this.routeCosts[index] !== bestCost || this.routePaths[index] !== bestPath) changed = true;
      this.routeLinks[index] = bestLink;
      this.routeCosts[index] = bestCost;
      this.routePaths[index] = bestPath;
    }
    if (changed) this.helloSoon();
  }

  private helloSoon(): void {
    const atUs = Math.max(this.context.nowUs, this.lastHelloUs + this.context.timing.helloHoldUs);
    if (atUs < this.nextHelloUs) this.nextHelloUs = atUs;
    this.context.wakeBy(this.nextHelloUs);
  }

  private wakeForAge(link: LinkState): void {
    const { linkDeadUs, linkStaleUs } = this.context.timing;
    if (link.state === LINK_DEAD) return;
    this.context.wakeBy(link.lastHeardUs + (link.state === LINK_ALIVE ? linkStaleUs : linkDeadUs));
  }
}
