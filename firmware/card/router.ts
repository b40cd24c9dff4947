import {
  BLANK_CARD_ID,
  MAX_HOPS,
  MAX_LINKS,
  MAX_MEMBERS,
  NEIGHBOUR_ID,
  STALE_HOP_COST,
  TRUNK_HOP_COST,
  UNREACHABLE_COST,
} from "../wire/constants.js";
import { FrameBuffer } from "../wire/frame-buffer.js";
import { FRAME_ACCEPT, FRAME_HELLO } from "../wire/frame-types.js";
import {
  LOWER_BYTES,
  OFFSET_DESTINATION,
  OFFSET_HOPS_LEFT,
  WORD_FABRIC,
  writeFabricHeader,
} from "../wire/header.js";
import { decodeHello, encodeHello, HelloFields } from "../wire/hello-frame.js";
import { LINK_ALIVE, LINK_DEAD } from "../wire/host-status-frames.js";
import type { CardCable, CardContext } from "./card-context.js";
import { LinkState } from "./link-state.js";
import { MemberList, NOT_A_MEMBER } from "./member-list.js";

/** No cable leads there. */
export const NO_LINK = -1;
const CARD_IDS = 256;

/**
 * Finds ways over any topology. Each card tells its neighbours what it reaches, at what cost, and through whom; a card
 * never takes a way that leads through itself, so no news of a lost card can be handed round in a circle.
 */
export class Router {
  // What every frame asks stands first: XS finds it sooner.
  private readonly context: CardContext;
  /** The way to each card, by its id: what `routeLinks` says, for the path of every frame. */
  readonly linksByCard = new Int8Array(CARD_IDS).fill(NO_LINK);
  /** The cables and, behind them, the trunk while there is one. */
  readonly links: LinkState[] = [];
  /** How many they are: in XS the length of an array costs more than all else that is asked of it. */
  private linkCount = 0;
  /** Rises with every change of `linksByCard` and `links`. */
  ways = 0;
  /** When `tick` has something to do. */
  dueUs = 0;
  private nextHelloUs = 0;
  /** The way to each member, by place in the member list. */
  readonly routeLinks = new Int8Array(MAX_MEMBERS).fill(NO_LINK);
  readonly routeCosts = new Uint8Array(MAX_MEMBERS).fill(UNREACHABLE_COST);
  private readonly routePaths = new Uint16Array(MAX_MEMBERS);
  /** The list that the places of the routes belong to: the newest that this card knew of. */
  private readonly listed = new MemberList();
  private readonly hello = new HelloFields();
  private readonly helloFrame = new FrameBuffer();
  /** `helloFrame` tells the routes as they are. */
  private helloIsWritten = false;
  private readonly onChanged: () => void;
  private lastHelloUs = Number.NEGATIVE_INFINITY;
  /** Whom an answer reaches over `backLink`; BLANK_CARD_ID: nobody. */
  private backTo = BLANK_CARD_ID;
  private backLink = NO_LINK;
  /** The cable that is under test, which counts as cut. */
  private awayLink = NO_LINK;

  /** @param onChanged is called when a way, or what passes it, has changed. */
  constructor(context: CardContext, onChanged: () => void = () => {}) {
    this.context = context;
    this.onChanged = onChanged;
    for (const cable of context.environment.links) this.links.push(new LinkState(cable));
    this.linkCount = this.links.length;
  }

  /** Says hello at once, and from then on at every `helloUs`. */
  start(): void {
    this.helloIsWritten = false;
    this.adoptMembers();
    this.nextHelloUs = this.context.nowUs;
    this.tick();
  }

  /** Forgets all ways, as the card begins in another fabric. */
  forget(): void {
    for (const link of this.links) link.forget();
    this.helloIsWritten = false;
    this.routeLinks.fill(NO_LINK);
    this.linksByCard.fill(NO_LINK);
    this.ways += 1;
    this.routeCosts.fill(UNREACHABLE_COST);
  }

  /** Which of the links the trunk is. */
  get trunkLink(): number {
    return this.context.environment.links.length;
  }

  get hasTrunk(): boolean {
    return this.links.length > this.trunkLink;
  }

  /** The host lends a trunk: one more link, unless the card has as many cables as it can have links. Safe twice. */
  openTrunk(trunk: CardCable): void {
    if (this.trunkLink >= MAX_LINKS) return;
    if (!this.hasTrunk) this.linkCount = this.links.push(new LinkState(trunk, TRUNK_HOP_COST));
    this.helloSoon();
  }

  /** The trunk is gone, and every way over it. */
  closeTrunk(): void {
    if (!this.hasTrunk) return;
    this.links.pop();
    this.linkCount = this.links.length;
    this.ways += 1;
    this.findRoutes();
  }

  /** Leaves a cable alone, at once: no way leads over it, no hello goes out there, and none that comes counts. One at a time. */
  sendAway(link: number): void {
    this.awayLink = link;
    (this.links[link] as LinkState).lose();
    this.findRoutes();
    this.helloSoon();
  }

  /** The cable that was sent away is one like the others again, from its next hello on. */
  takeBack(): void {
    this.awayLink = NO_LINK;
    this.helloSoon();
  }

  /** The newest list may be another now: the ways are kept, in the places of the new one. */
  adoptMembers(): void {
    const { known } = this.context;
    if (known.checksum === this.listed.checksum) return;
    for (const link of this.links) link.remap(this.listed, known);
    this.listed.copy(known);
    this.helloIsWritten = false;
    this.routeLinks.fill(NO_LINK);
    this.linksByCard.fill(NO_LINK);
    this.ways += 1;
    this.routeCosts.fill(UNREACHABLE_COST);
    this.findRoutes();
    this.helloSoon();
  }

  tick(): void {
    const context = this.context;
    const links = this.links;
    const linkCount = this.linkCount;
    const nowUs = context.nowUs;
    const linkStaleUs = context.timing.linkStaleUs;
    const staleUs = nowUs - linkStaleUs;
    let oldestUs = nowUs;
    let allAreHeard = true;
    // By index, here and below: an iterator takes XS several times as long, and this is every turn's.
    for (let link = 0; link < linkCount; link += 1) {
      const linkState = links[link] as LinkState;
      let heardUs = linkState.lastHeardUs;
      const expectedUs = linkState.cable.expectedUs();
      if (expectedUs > heardUs) {
        heardUs = expectedUs;
        linkState.lastHeardUs = expectedUs;
      }
      if (linkState.state !== LINK_ALIVE || heardUs <= staleUs) allAreHeard = false;
      if (heardUs < oldestUs) oldestUs = heardUs;
    }
    if (!allAreHeard) this.ageLinks();
    if (nowUs >= this.nextHelloUs) this.sayHello();
    let dueUs = allAreHeard ? oldestUs + linkStaleUs : this.nextAgeUs();
    if (this.nextHelloUs < dueUs) dueUs = this.nextHelloUs;
    this.dueUs = dueUs;
    if (dueUs < context.wakeUpUs) context.wakeUpUs = dueUs;
  }

  private ageLinks(): void {
    const { context, links, linkCount } = this;
    const { linkDeadUs, linkStaleUs } = context.timing;
    let changed = false;
    for (let link = 0; link < linkCount; link += 1) {
      if ((links[link] as LinkState).age(context.nowUs, linkStaleUs, linkDeadUs)) changed = true;
    }
    if (!changed) return;
    this.findRoutes();
    // Cut one way only, a cable still brings the other end this hello, which says that nothing is heard there.
    this.helloSoon();
  }

  /** When the first of the cables becomes stale or dead, if nothing comes from there. */
  private nextAgeUs(): number {
    const { links, linkCount } = this;
    const { linkDeadUs, linkStaleUs } = this.context.timing;
    let nextUs = Number.POSITIVE_INFINITY;
    for (let link = 0; link < linkCount; link += 1) {
      const { lastHeardUs, state } = links[link] as LinkState;
      const ageUs = lastHeardUs + (state === LINK_ALIVE ? linkStaleUs : linkDeadUs);
      if (state !== LINK_DEAD && ageUs < nextUs) nextUs = ageUs;
    }
    return nextUs;
  }

  private dueBy(atUs: number): void {
    if (atUs < this.dueUs) this.dueUs = atUs;
    this.context.wakeBy(this.dueUs);
  }

  /**
   * Takes a HELLO that came over `link` from the member `source`.
   * @returns whether that card finds its ways by another list: until both know the same, no way leads further through it.
   */
  receiveHello(link: number, source: number, frame: FrameBuffer): boolean {
    const { context, hello } = this;
    const linkState = this.links[link] as LinkState;
    if (link === this.awayLink) return false;
    if (!decodeHello(frame, hello)) {
      context.counters.dropLength += 1;
      return false;
    }
    const { state, nowUs } = context;
    if (linkState.hear(source, hello, state.cardId, this.listed, nowUs)) this.findRoutes();
    this.wakeForAge(linkState);
    const findsOtherwise = hello.membersChecksum !== this.listed.checksum;
    // All that it said holds until the epoch ends or something else is heard: then nothing has to be looked at again.
    if (linkState.state === LINK_ALIVE && !findsOtherwise) linkState.cable.expect(frame);
    else linkState.cable.expectNothing();
    return findsOtherwise;
  }

  /** @returns how many cables have had a neighbour since the boot and have none that hears and is heard now. */
  silentCables(): number {
    let silent = 0;
    this.links.forEach(({ neighbour, state }, link) => {
      if (link !== this.trunkLink && neighbour !== 0 && state !== LINK_ALIVE) silent += 1;
    });
    return silent;
  }

  /** @returns the cable that leads to `card`, or NO_LINK. */
  linkTo(card: number): number {
    const index = this.listed.indexOf(card);
    return index === NOT_A_MEMBER ? NO_LINK : (this.routeLinks[index] as number);
  }

  /** @returns the cable to the member `card`, or null where no way leads there. */
  linkStateTo(card: number): LinkState | null {
    const link = this.linksByCard[card] as number;
    return link === NO_LINK ? null : (this.links[link] as LinkState);
  }

  /** Whether there is a way to `card`. */
  reaches(card: number): boolean {
    return this.linkTo(card) !== NO_LINK;
  }

  /** @returns what a frame to `card` costs; for this card itself, as for one that is not reached, UNREACHABLE_COST. */
  costOf(card: number): number {
    const index = this.listed.indexOf(card);
    return index === NOT_A_MEMBER ? UNREACHABLE_COST : (this.routeCosts[index] as number);
  }

  /**
   * Sends a frame towards a member that is not this card.
   * @returns false, and counts it, where there is no way or no room.
   */
  send(destination: number, frame: FrameBuffer): boolean {
    const link = this.linksByCard[destination] as number;
    if (link !== NO_LINK) return this.sendOver(link, frame);
    if (destination === this.backTo) return this.sendOver(this.backLink, frame);
    this.context.counters.dropNoRoute += 1;
    return false;
  }

  /**
   * Until `closeWayBack` what is sent to `card` goes over `link`, where no way is known: a frame of that card has just come there. It
   * serves answers that go by `send`. A `StandingFrame`, which is addressed once, does not go by it, and a frame that is like one
   * before does not open it: who waits for those asks again.
   */
  openWayBack(card: number, link: number): void {
    this.backTo = card;
    this.backLink = link;
  }

  closeWayBack(): void {
    this.backTo = BLANK_CARD_ID;
  }

  /** Sends an ACCEPT, whose body is written, to the card at the other end of `link`. */
  tellNeighbour(link: number, card: number, frame: FrameBuffer): void {
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

  /**
   * Sends a frame, whose header is written, over the cable or trunk `link`.
   * @returns false, and counts it, where there is no room.
   */
  sendOver(link: number, frame: FrameBuffer): boolean {
    const linkState = this.links[link] as LinkState;
    if (linkState.cable.send(frame)) {
      linkState.framesOut += 1;
      return true;
    }
    return this.noteFull(linkState);
  }

  /** Counts a frame for which that cable had no room. */
  noteFull(linkState: LinkState): false {
    linkState.dropped += 1;
    this.context.counters.dropSendFull += 1;
    return false;
  }

  private sayHello(): void {
    const context = this.context;
    const nowUs = context.nowUs;
    const timing = context.timing;
    this.lastHelloUs = nowUs;
    this.nextHelloUs = nowUs + timing.helloUs;
    if (!this.helloIsWritten) this.writeHello();
    const helloFrame = this.helloFrame;
    const words = helloFrame.words;
    const links = this.links;
    const linkCount = this.linkCount;
    const staleUs = nowUs - timing.linkStaleUs;
    const fabric = (words[WORD_FABRIC] as number) & LOWER_BYTES;
    for (let link = 0; link < linkCount; link += 1) {
      if (link === this.awayLink) continue;
      const linkState = links[link] as LinkState;
      const isSilent = linkState.state === LINK_DEAD || linkState.lastHeardUs <= staleUs;
      // Whom this card hears there is the first byte of the body.
      words[WORD_FABRIC] = isSilent ? fabric : fabric | (linkState.neighbour << 24);
      // As `sendOver`, without its call.
      if (linkState.cable.send(helloFrame)) linkState.framesOut += 1;
      else this.noteFull(linkState);
    }
  }

  /** The same for all neighbours, and mostly the same as before, but for whom this card hears there. */
  private writeHello(): void {
    const { hello, helloFrame, listed } = this;
    const { state } = this.context;
    writeFabricHeader(helloFrame, FRAME_HELLO, state.cardId, NEIGHBOUR_ID, 1, state.fabricId);
    hello.membersChecksum = listed.checksum;
    hello.routeCount = 0;
    for (let index = 0; index < listed.count; index += 1) {
      const cost = this.routeCosts[index] as number;
      if (cost !== UNREACHABLE_COST) {
        hello.addRoute(listed.cardAt(index), cost, this.routePaths[index] as number);
      }
    }
    encodeHello(helloFrame, hello);
    this.helloIsWritten = true;
  }

  /**
   * Chooses the cheapest way to each member, and tells the neighbours where one has changed. A card that is lost has every card do
   * this again and again while its view changes: so it makes no closure, and reads and writes few elements (docs/performance.md).
   */
  private findRoutes(): void {
    const { linkCount, links, listed, routeCosts, routeLinks, routePaths } = this;
    const { cards, count } = listed;
    const { cardId } = this.context;
    const self = 1 << listed.indexOf(cardId);
    let changed = false;
    for (let index = 0; index < count; index += 1) {
      const card = cards[index] as number;
      let bestLink = NO_LINK;
      let bestCost = UNREACHABLE_COST;
      let bestPath = 0;
      for (let link = card === cardId ? linkCount : 0; link < linkCount; link += 1) {
        const linkState = links[link] as LinkState;
        const { state } = linkState;
        if (state === LINK_DEAD) continue;
        const hop = state === LINK_ALIVE ? linkState.aliveCost : STALE_HOP_COST;
        const isDirect = linkState.neighbour === card;
        const cost = isDirect ? hop : hop + (linkState.costs[index] as number);
        if (cost >= bestCost) continue;
        const path = isDirect ? 1 << index : (linkState.paths[index] as number);
        if ((path & self) !== 0) continue;
        bestLink = link;
        bestCost = cost;
        bestPath = path | self;
      }
      if (routeCosts[index] !== bestCost) {
        routeCosts[index] = bestCost;
        changed = true;
      }
      if (routePaths[index] !== bestPath) {
        routePaths[index] = bestPath;
        changed = true;
      }
      if (routeLinks[index] !== bestLink) {
        routeLinks[index] = bestLink;
        this.linksByCard[card] = bestLink;
        this.ways += 1;
      }
    }
    if (!changed) return;
    this.helloIsWritten = false;
    this.helloSoon();
    this.onChanged();
  }

  private helloSoon(): void {
    const atUs = Math.max(this.context.nowUs, this.lastHelloUs + this.context.timing.helloHoldUs);
    if (atUs < this.nextHelloUs) this.nextHelloUs = atUs;
    this.dueBy(this.nextHelloUs);
  }

  /** For a link that was heard just now, so is not dead. */
  private wakeForAge(link: LinkState): void {
    const { linkDeadUs, linkStaleUs } = this.context.timing;
    this.dueBy(link.lastHeardUs + (link.state === LINK_ALIVE ? linkStaleUs : linkDeadUs));
  }
}
