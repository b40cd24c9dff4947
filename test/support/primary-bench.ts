import type { CardContext } from "../../firmware/card/card-context.js";
import { Primary } from "../../firmware/card/primary.js";
import { FrameBuffer } from "../../firmware/wire/frame-buffer.js";
import { BeaconFields, encodeBeaconAck } from "../../firmware/wire/lease-frames.js";
import { encodeRequest } from "../../firmware/wire/number-frames.js";
import { memberParts } from "./card-parts.js";
import { toBigInt } from "./layout.js";
import { LinkLog } from "./link-log.js";

/** A primary by itself, card 1 of view 0x101 with base 100, whose secondary 2 and member 3 are the test's. */
export class PrimaryBench {
  readonly context: CardContext;
  readonly primary: Primary;
  readonly sent = new LinkLog();

  constructor() {
    const { context, post } = memberParts({ cardId: 1, base: 100n }, this.sent);
    this.context = context;
    this.primary = new Primary(context, post, { noteHeld() {} });
    this.primary.begin();
  }

  /** A beacon, which the secondary acknowledges. */
  lease(): void {
    this.primary.tick();
    this.ack();
  }

  ack(): void {
    const newest = this.sent.beacons().at(-1)?.fields ?? new BeaconFields();
    const frame = new FrameBuffer();
    encodeBeaconAck(frame, this.context.state.accepted.number, newest.sequence, newest.ceiling, 0);
    this.primary.lease.receiveAck(2, frame, false);
    if (this.primary.hasWaiting) this.primary.serveWaiting();
  }

  request(requestId: number, count = 1): void {
    const frame = new FrameBuffer();
    encodeRequest(frame, requestId, count);
    this.primary.receiveRequest(3, frame, false);
  }

  firsts(): bigint[] {
    return this.sent.stores().map(({ fields }) => toBigInt(fields.first));
  }
}
