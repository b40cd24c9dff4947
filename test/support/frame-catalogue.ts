import { COUNTER_NAMES } from "../../firmware/wire/counter-names.js";
import * as echoes from "../../firmware/wire/echo-frames.js";
import { FrameBuffer } from "../../firmware/wire/frame-buffer.js";
import * as types from "../../firmware/wire/frame-types.js";
import * as hello from "../../firmware/wire/hello-frame.js";
import * as host from "../../firmware/wire/host-frames.js";
import * as setup from "../../firmware/wire/host-setup-frames.js";
import * as status from "../../firmware/wire/host-status-frames.js";
import * as join from "../../firmware/wire/join-frame.js";
import * as lease from "../../firmware/wire/lease-frames.js";
import * as linkTests from "../../firmware/wire/link-test-frames.js";
import * as numbers from "../../firmware/wire/number-frames.js";
import * as plans from "../../firmware/wire/plan-frames.js";
import * as surveys from "../../firmware/wire/survey-frames.js";
import * as trunks from "../../firmware/wire/trunk-frames.js";
import * as views from "../../firmware/wire/view-frames.js";

/** A frame type as the tests of vectors and docs use it: any fields, by name. */
export interface FrameKind {
  /** The name in docs/wire.md and in the vectors. */
  readonly name: string;
  readonly type: number;
  /** Its body ends where the payload ends: any length may be good. */
  readonly isOpenEnded: boolean;
  /** Lists in the fields, each with the field that tells how many entries count. */
  readonly lists: Readonly<Record<string, string>>;
  make(): object;
  encode(frame: FrameBuffer, fields: object): void;
  /** @returns whether the frame's length is that of the type. */
  decode(frame: FrameBuffer, into: object): boolean;
}

/** Ties the functions of one type together; the fields' class makes sure that they belong together. */
function kind<Fields extends object>(
  name: string,
  type: number,
  make: () => Fields,
  encode: (frame: FrameBuffer, fields: Fields) => void,
  decode: (frame: FrameBuffer, into: Fields) => boolean,
  lists: Readonly<Record<string, string>> = {},
): FrameKind {
  return {
    name,
    type,
    lists,
    isOpenEnded: false,
    make,
    encode: (frame, fields) => encode(frame, fields as Fields),
    decode: (frame, into) => decode(frame, into as Fields),
  };
}

/** QUERY and HOST_SURVEY: the survey's id, and nothing else. */
function surveyKind(
  name: string,
  type: number,
  encode: (frame: FrameBuffer, surveyId: number) => void,
  decode: (frame: FrameBuffer) => number,
): FrameKind {
  return kind(
    name,
    type,
    () => ({ surveyId: 0 }),
    (frame, { surveyId }) => encode(frame, surveyId),
    (frame, into) => {
      const surveyId = decode(frame);
      if (surveyId >= 0) into.surveyId = surveyId;
      return surveyId >= 0;
    },
  );
}

/** HOST_TRUNK_IN and HOST_TRUNK_OUT: the bytes of another frame. Their number is no field: the frame ends behind them. */
function trunkKind(name: string, type: number): FrameKind {
  const made = kind(
    name,
    type,
    () => ({ carriedBytes: 0, carried: new Uint8Array(trunks.MAX_TRUNK_FRAME_BYTES) }),
    (frame, { carried, carriedBytes }) => {
      const inner = new FrameBuffer();
      inner.bytes.set(carried);
      inner.length = carriedBytes;
      trunks.encodeHostTrunk(frame, inner);
    },
    (frame, into) => {
      const inner = new FrameBuffer();
      const isGood = trunks.decodeHostTrunk(frame, inner);
      if (isGood) into.carried.set(inner.bytes.subarray(0, inner.length));
      if (isGood) into.carriedBytes = inner.length;
      return isGood;
    },
    { carried: "carriedBytes" },
  );
  return { ...made, isOpenEnded: true };
}

/** ECHO and ECHO_REPLY: a tag, and a payload that ends where the frame ends. */
function echoKind(name: string, type: number): FrameKind {
  const made = kind(
    name,
    type,
    () => ({ tag: 0, payloadBytes: 0, payload: new Uint8Array(echoes.MAX_ECHO_BYTES) }),
    (frame, { payload, payloadBytes, tag }) => {
      echoes.fillEcho(frame, echoes.ECHO_ZEROS, payloadBytes);
      frame.bytes.set(payload.subarray(0, payloadBytes), frame.length - payloadBytes);
      echoes.writeEchoTag(frame, tag);
    },
    (frame, into) => {
      const tag = echoes.readEchoTag(frame);
      if (tag < 0) return false;
      into.tag = tag;
      into.payloadBytes = echoes.MAX_ECHO_BYTES - (250 - frame.length);
      into.payload.set(frame.bytes.subarray(frame.length - into.payloadBytes, frame.length));
      return true;
    },
    { payload: "payloadBytes" },
  );
  return { ...made, isOpenEnded: true };
}

function empty(name: string, type: number): FrameKind {
  return kind(name, type, () => ({}), host.encodeEmptyBody, host.hasEmptyBody);
}

const PLAIN_MEMBERS = { memberCards: "memberCount", memberVotes: "memberCount" };
const MEMBERS = { ...PLAIN_MEMBERS, memberIncarnations: "memberCount" };
const REPORT_LISTS = Object.fromEntries(
  ["neighbours", "linkStates", "framesIn", "framesOut", "badFrames"].map((list) => [list, "linkCount"]),
);
const LINK_LISTS = ["neighbours", "states", "framesIn", "framesOut", "badFrames", "dropped"];
const ROUTE_LISTS = ["routeCards", "routeLinks", "routeCosts"];

/** Every frame type but HOST_COUNTERS and HOST_INIT_RESULT; those follow below. */
const KINDS_WITH_FIELDS: readonly FrameKind[] = [
  kind("HELLO", types.FRAME_HELLO, () => new hello.HelloFields(), hello.encodeHello, hello.decodeHello, {
    routeCards: "routeCount",
    routeCosts: "routeCount",
    routePaths: "routeCount",
  }),
  kind(
    "REQUEST",
    types.FRAME_REQUEST,
    () => new numbers.RequestFields(),
    (frame, { requestId, count }) => numbers.encodeRequest(frame, requestId, count),
    numbers.decodeRequest,
  ),
  kind(
    "STORE",
    types.FRAME_STORE,
    () => new numbers.StoreFields(),
    (frame, from) =>
      numbers.encodeStore(frame, from.view, from.originator, from.requestId, from.first, from.count),
    numbers.decodeStore,
  ),
  kind(
    "ANSWER",
    types.FRAME_ANSWER,
    () => new numbers.AnswerFields(),
    (frame, { view, requestId, first, count }) => numbers.encodeAnswer(frame, view, requestId, first, count),
    numbers.decodeAnswer,
  ),
  kind(
    "REFUSE",
    types.FRAME_REFUSE,
    () => new numbers.RefuseFields(),
    (frame, { requestId, code }) => numbers.encodeRefuse(frame, requestId, code),
    numbers.decodeRefuse,
  ),
  kind("BEACON", types.FRAME_BEACON, () => new lease.BeaconFields(), lease.encodeBeacon, lease.decodeBeacon),
  kind(
    "BEACON_ACK",
    types.FRAME_BEACON_ACK,
    () => new lease.BeaconAckFields(),
    (frame, from) => lease.encodeBeaconAck(frame, from.view, from.sequence, from.ceiling, from.flags),
    lease.decodeBeaconAck,
  ),
  kind(
    "PREPARE",
    types.FRAME_PREPARE,
    () => ({ view: 0 }),
    (frame, { view }) => views.encodePrepare(frame, view),
    (frame, into) => {
      const view = views.decodePrepare(frame);
      if (view >= 0) into.view = view;
      return view >= 0;
    },
  ),
  kind(
    "PROMISE",
    types.FRAME_PROMISE,
    () => new views.PromiseFields(),
    views.encodePromise,
    views.decodePromise,
    MEMBERS,
  ),
  kind(
    "DECLINE",
    types.FRAME_DECLINE,
    () => new views.DeclineFields(),
    (frame, { view, promised }) => views.encodeDecline(frame, view, promised),
    views.decodeDecline,
  ),
  kind(
    "ACCEPT",
    types.FRAME_ACCEPT,
    () => new views.AcceptFields(),
    views.encodeAccept,
    views.decodeAccept,
    MEMBERS,
  ),
  kind("JOIN", types.FRAME_JOIN, () => new join.JoinFields(), join.encodeJoin, join.decodeJoin),
  kind("PLAN", types.FRAME_PLAN, () => new plans.PlanFields(), plans.encodePlan, plans.decodePlan),
  kind(
    "PLAN_RESULT",
    types.FRAME_PLAN_RESULT,
    () => new plans.PlanResultFields(),
    plans.encodePlanResult,
    plans.decodePlanResult,
  ),
  surveyKind("QUERY", types.FRAME_QUERY, surveys.encodeQuery, surveys.decodeQuery),
  kind(
    "REPORT",
    types.FRAME_REPORT,
    () => new surveys.ReportFields(),
    surveys.encodeReport,
    surveys.decodeReport,
    REPORT_LISTS,
  ),
  surveyKind("HOST_SURVEY", types.FRAME_HOST_SURVEY, surveys.encodeHostSurvey, surveys.decodeHostSurvey),
  kind(
    "HOST_REPORT",
    types.FRAME_HOST_REPORT,
    () => new surveys.ReportFields(),
    surveys.encodeHostReport,
    surveys.decodeHostReport,
    REPORT_LISTS,
  ),
  empty("HOST_OPEN", types.FRAME_HOST_OPEN),
  kind(
    "HOST_REQUEST",
    types.FRAME_HOST_REQUEST,
    () => new host.HostRequestFields(),
    (frame, { tag, count }) => host.encodeHostRequest(frame, tag, count),
    host.decodeHostRequest,
  ),
  kind(
    "HOST_INIT",
    types.FRAME_HOST_INIT,
    () => new setup.HostInitFields(),
    setup.encodeHostInit,
    setup.decodeHostInit,
    PLAIN_MEMBERS,
  ),
  empty("HOST_STATUS_REQUEST", types.FRAME_HOST_STATUS_REQUEST),
  empty("HOST_CLOSE", types.FRAME_HOST_CLOSE),
  empty("HOST_TRUNK_OPEN", types.FRAME_HOST_TRUNK_OPEN),
  empty("HOST_TRUNK_CLOSE", types.FRAME_HOST_TRUNK_CLOSE),
  echoKind("ECHO", types.FRAME_ECHO),
  echoKind("ECHO_REPLY", types.FRAME_ECHO_REPLY),
  kind(
    "HOST_ECHO",
    types.FRAME_HOST_ECHO,
    () => new echoes.HostEchoFields(),
    echoes.encodeHostEcho,
    echoes.decodeHostEcho,
  ),
  kind(
    "HOST_ECHO_RESULT",
    types.FRAME_HOST_ECHO_RESULT,
    () => new echoes.HostEchoResultFields(),
    (frame, { tag, code, roundTripUs }) => echoes.encodeHostEchoResult(frame, tag, code, roundTripUs),
    echoes.decodeHostEchoResult,
  ),
  kind(
    "LINK_TEST",
    types.FRAME_LINK_TEST,
    () => new linkTests.LinkTestFields(),
    linkTests.encodeLinkTest,
    linkTests.decodeLinkTest,
  ),
  kind(
    "LINK_TEST_REPLY",
    types.FRAME_LINK_TEST_REPLY,
    () => new linkTests.LinkTestReplyFields(),
    linkTests.encodeLinkTestReply,
    linkTests.decodeLinkTestReply,
  ),
  kind(
    "HOST_LINK_TEST",
    types.FRAME_HOST_LINK_TEST,
    () => new linkTests.HostLinkTestFields(),
    linkTests.encodeHostLinkTest,
    linkTests.decodeHostLinkTest,
  ),
  kind(
    "HOST_LINK_TEST_RESULT",
    types.FRAME_HOST_LINK_TEST_RESULT,
    () => new linkTests.HostLinkTestResultFields(),
    linkTests.encodeHostLinkTestResult,
    linkTests.decodeHostLinkTestResult,
  ),
  trunkKind("HOST_TRUNK_IN", types.FRAME_HOST_TRUNK_IN),
  trunkKind("HOST_TRUNK_OUT", types.FRAME_HOST_TRUNK_OUT),
  kind(
    "HOST_PLAN",
    types.FRAME_HOST_PLAN,
    () => new plans.PlanFields(),
    plans.encodeHostPlan,
    plans.decodeHostPlan,
  ),
  kind(
    "HOST_PLAN_RESULT",
    types.FRAME_HOST_PLAN_RESULT,
    () => new plans.PlanResultFields(),
    plans.encodeHostPlanResult,
    plans.decodeHostPlanResult,
  ),
  kind(
    "HOST_WELCOME",
    types.FRAME_HOST_WELCOME,
    () => new setup.HostWelcomeFields(),
    setup.encodeHostWelcome,
    setup.decodeHostWelcome,
  ),
  kind(
    "HOST_ANSWER",
    types.FRAME_HOST_ANSWER,
    () => new host.HostAnswerFields(),
    (frame, { tag, first, count }) => host.encodeHostAnswer(frame, tag, first, count),
    host.decodeHostAnswer,
  ),
  kind(
    "HOST_REFUSE",
    types.FRAME_HOST_REFUSE,
    () => new host.HostRefuseFields(),
    (frame, { tag, code }) => host.encodeHostRefuse(frame, tag, code),
    host.decodeHostRefuse,
  ),
  kind(
    "HOST_VIEW",
    types.FRAME_HOST_VIEW,
    () => new host.HostViewFields(),
    host.encodeHostView,
    host.decodeHostView,
  ),
  kind(
    "HOST_MIRROR",
    types.FRAME_HOST_MIRROR,
    () => new host.HostMirrorFields(),
    (frame, { view, held }) => host.encodeHostMirror(frame, view, held),
    host.decodeHostMirror,
  ),
  kind(
    "HOST_STATUS",
    types.FRAME_HOST_STATUS,
    () => new status.HostStatusFields(),
    status.encodeHostStatus,
    status.decodeHostStatus,
    MEMBERS,
  ),
  kind(
    "HOST_LINKS",
    types.FRAME_HOST_LINKS,
    () => new status.HostLinksFields(),
    status.encodeHostLinks,
    status.decodeHostLinks,
    Object.fromEntries([
      ...LINK_LISTS.map((list) => [list, "linkCount"]),
      ...ROUTE_LISTS.map((list) => [list, "routeCount"]),
    ]),
  ),
];

const INIT_RESULT = kind(
  "HOST_INIT_RESULT",
  types.FRAME_HOST_INIT_RESULT,
  () => new setup.HostInitResultFields(),
  (frame, { code, incarnation }) => setup.encodeHostInitResult(frame, code, incarnation),
  setup.decodeHostInitResult,
);

const COUNTERS = kind(
  "HOST_COUNTERS",
  types.FRAME_HOST_COUNTERS,
  () => ({ count: COUNTER_NAMES.length, values: new Uint32Array(COUNTER_NAMES.length) }),
  (frame, { values }) => status.encodeHostCounters(frame, values),
  (frame, into) => status.decodeHostCounters(frame, into.values),
  { values: "count" },
);

/** Every frame type of the protocol. */
export const FRAME_KINDS: readonly FrameKind[] = [...KINDS_WITH_FIELDS, INIT_RESULT, COUNTERS];

export function kindNamed(name: string): FrameKind {
  const found = FRAME_KINDS.find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no frame type ${name}`);
  return found;
}
