import type { FrameBuffer } from "../wire/frame-buffer.js";
import {
  FRAME_ECHO,
  FRAME_ECHO_REPLY,
  FRAME_LINK_TEST,
  FRAME_LINK_TEST_REPLY,
  OFFSET_TYPE,
} from "../wire/frame-types.js";
import type { CardContext } from "./card-context.js";
import { Echoes } from "./echoes.js";
import type { HostLine } from "./host-line.js";
import { LinkTest } from "./link-test.js";
import type { Router } from "./router.js";

/**
 * What this card does for a host that wants to know how good single cables are. Nothing in the fabric rests on it, and what it
 * takes of a small board's memory is taken when it is asked for the first time.
 */
export class CableTest {
  private readonly context: CardContext;
  private readonly line: HostLine;
  private readonly router: Router;
  private echoes: Echoes | undefined;
  private linkTest: LinkTest | undefined;

  constructor(context: CardContext, line: HostLine, router: Router) {
    this.context = context;
    this.line = line;
    this.router = router;
  }

  /** Takes a HOST_ECHO. */
  askEcho(frame: FrameBuffer): void {
    this.useEchoes().ask(frame);
  }

  /** Takes a HOST_LINK_TEST. */
  askLinkTest(frame: FrameBuffer): void {
    this.useLinkTest().ask(frame);
  }

  /** Takes what came over `link` from the card `source` for whoever is at this end, and is no hello. Members only are served. */
  receive(link: number, source: number, frame: FrameBuffer): void {
    const { context, router } = this;
    const type = frame.bytes[OFFSET_TYPE] as number;
    if (type < FRAME_ECHO || type > FRAME_LINK_TEST_REPLY) {
      context.counters.dropType += 1;
    } else if (!context.isReady || !context.state.members.has(source) || link === router.trunkLink) {
      context.counters.dropRole += 1;
    } else {
      switch (type) {
        case FRAME_ECHO:
          this.useEchoes().answer(link, frame);
          break;
        case FRAME_ECHO_REPLY:
          this.useEchoes().receiveReply(link, frame);
          break;
        case FRAME_LINK_TEST:
          this.useLinkTest().receive(link, frame);
          break;
        default:
          this.useLinkTest().receiveReply(link, source, frame);
      }
    }
  }

  tick(): void {
    this.linkTest?.tick();
    this.echoes?.tick();
  }

  /** Forgets what an earlier session asked for. A cable under test goes back to its rate when its time is over. */
  reset(): void {
    this.echoes?.reset();
    this.linkTest?.reset();
  }

  private useEchoes(): Echoes {
    this.echoes ??= new Echoes(this.context, this.line, this.router);
    return this.echoes;
  }

  private useLinkTest(): LinkTest {
    this.linkTest ??= new LinkTest(this.context, this.line, this.router, this.useEchoes());
    return this.linkTest;
  }
}
