import type { FrameBuffer } from "../../firmware/wire/frame-buffer.js";
import * as types from "../../firmware/wire/frame-types.js";
import { OFFSET_DESTINATION, OFFSET_SOURCE } from "../../firmware/wire/header.js";
import {
  decodeHostAnswer,
  decodeHostRequest,
  decodeHostView,
  HostAnswerFields,
  HostRequestFields,
  HostViewFields,
} from "../../firmware/wire/host-frames.js";
import {
  BeaconAckFields,
  BeaconFields,
  decodeBeacon,
  decodeBeaconAck,
} from "../../firmware/wire/lease-frames.js";
import { type MemberFields, votesBefore, votesNow } from "../../firmware/wire/member-entries.js";
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
import type { Uint64 } from "../../firmware/wire/uint64.js";
import {
  AcceptFields,
  DeclineFields,
  decodeAccept,
  decodeDecline,
  decodePrepare,
  decodePromise,
  PromiseFields,
} from "../../firmware/wire/view-frames.js";

const FIRST_HOST_TYPE = 0x40;
const names = new Map<number, string>(
  Object.entries(types)
    .filter(([name]) => name.startsWith("FRAME_"))
    .map(([name, type]) => [type, name.slice("FRAME_".length)]),
);

const beacon = new BeaconFields();
const ack = new BeaconAckFields();
const promise = new PromiseFields();
const accept = new AcceptFields();
const decline = new DeclineFields();
const request = new RequestFields();
const store = new StoreFields();
const answer = new AnswerFields();
const refuse = new RefuseFields();
const hostRequest = new HostRequestFields();
const hostAnswer = new HostAnswerFields();
const hostView = new HostViewFields();

/** @returns the frame in words, for a trace. */
export function describeFrame(frame: FrameBuffer): string {
  const type = frame.bytes[types.OFFSET_TYPE] as number;
  const name = names.get(type) ?? `type ${type}`;
  const way = `${frame.bytes[OFFSET_SOURCE]}->${frame.bytes[OFFSET_DESTINATION]}`;
  return `${name} ${type < FIRST_HOST_TYPE ? way : ""} ${bodyOf(type, frame)}`;
}

function bodyOf(type: number, frame: FrameBuffer): string {
  switch (type) {
    case types.FRAME_BEACON:
      if (!decodeBeacon(frame, beacon)) break;
      return `view ${beacon.view} sequence ${beacon.sequence} ceiling ${text(beacon.ceiling)} state ${beacon.state}`;
    case types.FRAME_BEACON_ACK:
      if (!decodeBeaconAck(frame, ack)) break;
      return `view ${ack.view} sequence ${ack.sequence} ceiling ${text(ack.ceiling)} flags ${ack.flags}`;
    case types.FRAME_PREPARE:
      return `view ${decodePrepare(frame)}`;
    case types.FRAME_PROMISE:
      if (!decodePromise(frame, promise)) break;
      return `view ${promise.view} accepted ${promise.accepted} (${promise.primary}, ${promise.secondary}) base ${text(promise.base)} ceiling ${text(promise.ceiling)} tail ${text(promise.tail)} flags ${promise.flags} of ${listed(promise)}`;
    case types.FRAME_DECLINE:
      return decodeDecline(frame, decline) ? `view ${decline.view} promised ${decline.promised}` : "";
    case types.FRAME_ACCEPT:
      if (!decodeAccept(frame, accept)) break;
      return `view ${accept.view} (${accept.primary}, ${accept.secondary}) base ${text(accept.base)} ceiling ${text(accept.ceiling)} of ${listed(accept)}`;
    case types.FRAME_REQUEST:
      return decodeRequest(frame, request) ? `id ${request.requestId} count ${request.count}` : "";
    case types.FRAME_STORE:
      if (!decodeStore(frame, store)) break;
      return `view ${store.view} id ${store.requestId} for ${store.originator} first ${text(store.first)} count ${store.count}`;
    case types.FRAME_ANSWER:
      if (!decodeAnswer(frame, answer)) break;
      return `view ${answer.view} id ${answer.requestId} first ${text(answer.first)} count ${answer.count}`;
    case types.FRAME_REFUSE:
      return decodeRefuse(frame, refuse) ? `id ${refuse.requestId} code ${refuse.code}` : "";
    case types.FRAME_HOST_REQUEST:
      return decodeHostRequest(frame, hostRequest) ? `tag ${hostRequest.tag} count ${hostRequest.count}` : "";
    case types.FRAME_HOST_ANSWER:
      return decodeHostAnswer(frame, hostAnswer)
        ? `tag ${hostAnswer.tag} first ${text(hostAnswer.first)} count ${hostAnswer.count}`
        : "";
    case types.FRAME_HOST_VIEW:
      return decodeHostView(frame, hostView)
        ? `view ${hostView.view} (${hostView.primary}, ${hostView.secondary}) state ${hostView.state}`
        : "";
  }
  return `${frame.length} bytes`;
}

/** Each card with its votes, and with those before where they differ. */
function listed(fields: MemberFields): string {
  const cards = Array.from({ length: fields.memberCount }, (_, index) => {
    const votes = fields.memberVotes[index] as number;
    const before = votesBefore(votes) === votesNow(votes) ? "" : `<${votesBefore(votes)}`;
    return `${fields.memberCards[index]}:${votesNow(votes)}${before}`;
  });
  return cards.join(" ");
}

function text(number: Uint64): string {
  return ((BigInt(number.high) << 32n) | BigInt(number.low)).toString();
}
