import { MAX_BLOCKS_IN_FLIGHT } from "../wire/constants.js";
import { COUNTER_NAMES } from "../wire/counter-names.js";
import type { FrameBuffer } from "../wire/frame-buffer.js";
import {
  FRAME_HOST_COUNTERS,
  FRAME_HOST_LINKS,
  FRAME_HOST_STATUS,
  FRAME_HOST_WELCOME,
  REFUSE_REMOVED,
} from "../wire/frame-types.js";
import {
  CARD_FLAG_BLANK,
  CARD_FLAG_COLD,
  CARD_FLAG_FORGOT,
  CARD_FLAG_JOINING,
  CARD_FLAG_LEASE,
  CARD_FLAG_REMOVED,
  CARD_FLAG_STORAGE_FAILED,
  encodeHostWelcome,
  HostWelcomeFields,
} from "../wire/host-setup-frames.js";
import {
  encodeHostCounters,
  encodeHostLinks,
  encodeHostStatus,
  HostLinksFields,
  HostStatusFields,
  LINK_TRUNK,
} from "../wire/host-status-frames.js";
import type { CardContext } from "./card-context.js";
import type { Founding } from "./founding.js";
import type { HostLine } from "./host-line.js";
import type { Primary } from "./primary.js";
import { NO_LINK, type Router } from "./router.js";
import type { Secondary } from "./secondary.js";

const MAX_UINT32 = 0xffff_ffff;

/** Tells the host, when asked, everything about this card. */
export class StatusReport {
  private readonly context: CardContext;
  private readonly line: HostLine;
  private readonly router: Router;
  private readonly primary: Primary;
  private readonly secondary: Secondary;
  private readonly founding: Founding;
  private readonly viewState: () => number;
  private readonly frame: FrameBuffer;
  private readonly welcome = new HostWelcomeFields();
  private readonly status = new HostStatusFields();
  private readonly links = new HostLinksFields();
  private readonly values = new Uint32Array(COUNTER_NAMES.length);

  constructor(
    context: CardContext,
    line: HostLine,
    router: Router,
    primary: Primary,
    secondary: Secondary,
    founding: Founding,
    viewState: () => number,
  ) {
    this.context = context;
    this.line = line;
    this.frame = line.frame;
    this.router = router;
    this.primary = primary;
    this.secondary = secondary;
    this.founding = founding;
    this.viewState = viewState;
  }

  sendWelcome(): void {
    const { context, welcome, frame } = this;
    welcome.cardId = context.state.cardId;
    welcome.fabricId = context.state.fabricId;
    welcome.chipId.copy(context.environment.chipId);
    welcome.flags = this.flags();
    welcome.maxBlocksInFlight = MAX_BLOCKS_IN_FLIGHT;
    encodeHostWelcome(frame, welcome);
    this.line.send(FRAME_HOST_WELCOME, frame);
  }

  sendAll(): void {
    encodeHostStatus(this.frame, this.readStatus());
    this.line.send(FRAME_HOST_STATUS, this.frame);
    encodeHostLinks(this.frame, this.readLinks());
    this.line.send(FRAME_HOST_LINKS, this.frame);
    this.sendCounters();
  }

  /** @returns what this card is, as it stands now; the same object each time. */
  readStatus(): HostStatusFields {
    const { context, status, primary } = this;
    const { state } = context;
    const { accepted, members } = state;
    status.cardId = state.cardId;
    status.fabricId = state.fabricId;
    status.chipId.copy(context.environment.chipId);
    status.promised = state.promised;
    status.view = accepted.number;
    status.primary = accepted.primary;
    status.secondary = accepted.secondary;
    status.base.copy(accepted.base);
    status.ceiling.copy(state.ceiling);
    status.quorumCeiling.set(0, 0);
    status.held.set(0, 0);
    status.leaseLeftUs = 0;
    if (!context.cold && accepted.secondary === state.cardId) status.held.copy(this.secondary.stored);
    if (!context.cold && primary.lease.isActing()) {
      status.quorumCeiling.copy(primary.lease.quorum.ceiling);
      status.held.copy(primary.next);
      status.leaseLeftUs = Math.max(0, primary.lease.leaseLeftUs());
    }
    status.state = this.viewState();
    status.flags = this.flags();
    status.uptimeMs = Math.floor((context.nowUs - context.bootUs) / 1000) % (MAX_UINT32 + 1);
    status.incarnation = state.incarnation;
    members.tell(status);
    if (context.isJoining()) this.founding.tellHeard(status);
    return status;
  }

  /** @returns cables and ways as they stand now; the same object each time. */
  readLinks(): HostLinksFields {
    const { context, links, router } = this;
    const { members } = context.state;
    links.linkCount = router.links.length;
    router.links.forEach((link, index) => {
      const isTrunk = index === router.trunkLink;
      links.neighbours[index] = link.neighbour;
      links.states[index] = link.state + (isTrunk ? LINK_TRUNK : 0);
      links.framesIn[index] = link.framesIn + link.cable.expectedFrames;
      links.framesOut[index] = link.framesOut;
      links.badFrames[index] = link.cable.badFrames;
      links.dropped[index] = link.dropped;
    });
    links.routeCount = 0;
    for (let index = 0; index < members.count; index += 1) {
      const card = members.cardAt(index);
      const link = router.linkTo(card);
      if (link === NO_LINK) continue;
      links.routeCards[links.routeCount] = card;
      links.routeLinks[links.routeCount] = link;
      links.routeCosts[links.routeCount] = router.costOf(card);
      links.routeCount += 1;
    }
    return links;
  }

  private sendCounters(): void {
    const { counters, environment } = this.context;
    const { hostFaults } = environment;
    if (hostFaults !== undefined) {
      counters.hostBadFrames = hostFaults.badFrames;
      counters.hostFramesForgotten = hostFaults.forgottenFrames;
    }
    COUNTER_NAMES.forEach((name, index) => {
      this.values[index] = counters[name];
    });
    encodeHostCounters(this.frame, this.values);
    this.line.send(FRAME_HOST_COUNTERS, this.frame);
  }

  private flags(): number {
    const { context } = this;
    let flags = 0;
    if (context.blank) flags |= CARD_FLAG_BLANK;
    if (context.isJoining()) flags |= CARD_FLAG_JOINING;
    if (context.ownState() === REFUSE_REMOVED) flags |= CARD_FLAG_REMOVED;
    if (context.forgot) flags |= CARD_FLAG_FORGOT;
    if (context.cold) flags |= CARD_FLAG_COLD;
    if (context.storageFailed) flags |= CARD_FLAG_STORAGE_FAILED;
    if (!context.cold && this.primary.lease.isActing() && this.primary.lease.leaseLeftUs() > 0)
      flags |= CARD_FLAG_LEASE;
    return flags;
  }
}
