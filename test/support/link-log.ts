import { readEchoTag } from "../../firmware/wire/echo-frames.js";
import { FrameBuffer } from "../../firmware/wire/frame-buffer.js";
import {
  FRAME_ACCEPT,
  FRAME_ANSWER,
  FRAME_BEACON,
  FRAME_BEACON_ACK,
  FRAME_DECLINE,
  FRAME_ECHO,
  FRAME_ECHO_REPLY,
  FRAME_HELLO,
  FRAME_JOIN,
  FRAME_LINK_TEST,
  FRAME_LINK_TEST_REPLY,
  FRAME_PLAN,
  FRAME_PLAN_RESULT,
  FRAME_PREPARE,
  FRAME_PROMISE,
  FRAME_QUERY,
  FRAME_REFUSE,
  FRAME_REPORT,
  FRAME_REQUEST,
  FRAME_STORE,
  OFFSET_TYPE,
} from "../../firmware/wire/frame-types.js";
import { OFFSET_DESTINATION } from "../../firmware/wire/header.js";
import { decodeHello, HelloFields } from "../../firmware/wire/hello-frame.js";
import { decodeJoin, JoinFields } from "../../firmware/wire/join-frame.js";
import {
  BeaconAckFields,
  BeaconFields,
  decodeBeacon,
  decodeBeaconAck,
} from "../../firmware/wire/lease-frames.js";
import {
  decodeLinkTest,
  decodeLinkTestReply,
  LinkTestFields,
  LinkTestReplyFields,
} from "../../firmware/wire/link-test-frames.js";
import {
  AnswerFields,
  decodeAnswer,
  decodeRefuse,
  decodeRequest,
  decodeStore,
  RefuseFields,
  RequestFields,
  StoreFields,
} from "../../firmware/wire/number-frames.js";
import {
  decodePlan,
  decodePlanResult,
  PlanFields,
  PlanResultFields,
} from "../../firmware/wire/plan-frames.js";
import { decodeQuery, decodeReport, ReportFields } from "../../firmware/wire/survey-frames.js";
import {
  AcceptFields,
  DeclineFields,
  decodeAccept,
  decodeDecline,
  decodePrepare,
  decodePromise,
  PromiseFields,
} from "../../firmware/wire/view-frames.js";

export interface Sent<Fields> {
  readonly atUs: number;
  readonly link: number;
  /** The card it is for. */
  readonly to: number;
  readonly fields: Fields;
}

interface SentFrame {
  readonly atUs: number;
  readonly link: number;
  readonly frame: FrameBuffer;
}

/** All that a card has sent over its cables, read as other cards would. */
export class LinkLog {
  readonly frames: SentFrame[] = [];

  add(link: number, frame: FrameBuffer, atUs: number): void {
    this.frames.push({ atUs, link, frame: new FrameBuffer().copy(frame) });
  }

  clear(): void {
    this.frames.length = 0;
  }

  hellos(): Sent<HelloFields>[] {
    return this.read(FRAME_HELLO, () => new HelloFields(), decodeHello);
  }

  requests(): Sent<RequestFields>[] {
    return this.read(FRAME_REQUEST, () => new RequestFields(), decodeRequest);
  }

  stores(): Sent<StoreFields>[] {
    return this.read(FRAME_STORE, () => new StoreFields(), decodeStore);
  }

  answers(): Sent<AnswerFields>[] {
    return this.read(FRAME_ANSWER, () => new AnswerFields(), decodeAnswer);
  }

  refusals(): Sent<RefuseFields>[] {
    return this.read(FRAME_REFUSE, () => new RefuseFields(), decodeRefuse);
  }

  beacons(): Sent<BeaconFields>[] {
    return this.read(FRAME_BEACON, () => new BeaconFields(), decodeBeacon);
  }

  acks(): Sent<BeaconAckFields>[] {
    return this.read(FRAME_BEACON_ACK, () => new BeaconAckFields(), decodeBeaconAck);
  }

  prepares(): Sent<{ view: number }>[] {
    return this.read(
      FRAME_PREPARE,
      () => ({ view: 0 }),
      (frame, into) => {
        into.view = decodePrepare(frame);
        return into.view >= 0;
      },
    );
  }

  promises(): Sent<PromiseFields>[] {
    return this.read(FRAME_PROMISE, () => new PromiseFields(), decodePromise);
  }

  declines(): Sent<DeclineFields>[] {
    return this.read(FRAME_DECLINE, () => new DeclineFields(), decodeDecline);
  }

  accepts(): Sent<AcceptFields>[] {
    return this.read(FRAME_ACCEPT, () => new AcceptFields(), decodeAccept);
  }

  joins(): Sent<JoinFields>[] {
    return this.read(FRAME_JOIN, () => new JoinFields(), decodeJoin);
  }

  plans(): Sent<PlanFields>[] {
    return this.read(FRAME_PLAN, () => new PlanFields(), decodePlan);
  }

  planResults(): Sent<PlanResultFields>[] {
    return this.read(FRAME_PLAN_RESULT, () => new PlanResultFields(), decodePlanResult);
  }

  queries(): Sent<{ surveyId: number }>[] {
    return this.read(
      FRAME_QUERY,
      () => ({ surveyId: 0 }),
      (frame, into) => {
        into.surveyId = decodeQuery(frame);
        return into.surveyId >= 0;
      },
    );
  }

  reports(): Sent<ReportFields>[] {
    return this.read(FRAME_REPORT, () => new ReportFields(), decodeReport);
  }

  /** The payloads, with type and tag, of echoes and their replies. */
  echoes(): (Sent<{ tag: number; payload: readonly number[] }> & { readonly type: number })[] {
    return [FRAME_ECHO, FRAME_ECHO_REPLY].flatMap((type) =>
      this.read<{ tag: number; payload: readonly number[] }>(
        type,
        () => ({ tag: 0, payload: [] }),
        (frame, into) => {
          into.tag = readEchoTag(frame);
          into.payload = [...frame.bytes.subarray(13, frame.length)];
          return into.tag >= 0;
        },
      ).map((sent) => ({ ...sent, type })),
    );
  }

  linkTests(): Sent<LinkTestFields>[] {
    return this.read(FRAME_LINK_TEST, () => new LinkTestFields(), decodeLinkTest);
  }

  linkTestReplies(): Sent<LinkTestReplyFields>[] {
    return this.read(FRAME_LINK_TEST_REPLY, () => new LinkTestReplyFields(), decodeLinkTestReply);
  }

  private read<Fields>(
    type: number,
    make: () => Fields,
    decode: (frame: FrameBuffer, into: Fields) => boolean,
  ): Sent<Fields>[] {
    const found: Sent<Fields>[] = [];
    for (const { atUs, link, frame } of this.frames) {
      if (frame.bytes[OFFSET_TYPE] !== type) continue;
      const fields = make();
      if (!decode(frame, fields)) throw new Error("a card has sent a frame of a wrong length");
      found.push({ atUs, link, to: frame.bytes[OFFSET_DESTINATION] as number, fields });
    }
    return found;
  }
}
