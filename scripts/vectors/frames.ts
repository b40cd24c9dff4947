import type { VectorFields } from "../../test/support/vector-fields.js";

/** One frame between cards, with decimal fields. */
interface FabricSource {
  readonly name: string;
  readonly frame: string;
  readonly header: { source: string; destination: string; hopsLeft: string; fabricId: string };
  readonly fields: VectorFields;
}

interface HostSource {
  readonly name: string;
  readonly frame: string;
  readonly header: { session: string };
  readonly fields: VectorFields;
}

const FIRST_VIEW = "257";
/** Round 2, made by card 2. */
const SECOND_VIEW = "514";
const LARGEST_VIEW = "1099511627775";
const BEYOND_DOUBLE = "9007199254740993";
const LARGEST_NUMBER = "9223372036854775807";
const NUMBER_LIMIT = "9223372036854775808";
const LARGEST_UINT32 = "4294967295";

function header(source: number, destination: number, hopsLeft = 16, fabricId = "7"): FabricSource["header"] {
  return { source: String(source), destination: String(destination), hopsLeft: String(hopsLeft), fabricId };
}

/** What a plan that leaves the member list as it is says of it. */
const NO_CARDS = { card: "0", otherCard: "0", incarnation: "0" };

/** What a trunk carries: the first hello of card 3, which hears nobody yet. */
const HELLO_BYTES = [1, 1, 3, 255, 1, 7, 0, 0, 0, 0, 9, 8, 7, 6, 0].map(String);

const session = { session: "3405691582" };

export const FABRIC_FRAMES: readonly FabricSource[] = [
  {
    name: "the first hello of a card that hears nobody",
    frame: "HELLO",
    header: header(3, 255, 1),
    fields: {
      heard: "0",
      membersChecksum: "1",
      routeCount: "0",
      routeCards: [],
      routeCosts: [],
      routePaths: [],
    },
  },
  {
    name: "a hello with two routes",
    frame: "HELLO",
    header: header(254, 255, 1, LARGEST_UINT32),
    fields: {
      heard: "1",
      membersChecksum: "4275878552",
      routeCount: "2",
      routeCards: ["1", "200"],
      routeCosts: ["1", "240"],
      routePaths: ["32769", "3"],
    },
  },
  {
    name: "a request for 100 numbers",
    frame: "REQUEST",
    header: header(1, 2),
    fields: { requestId: "42", count: "100" },
  },
  {
    name: "the largest block",
    frame: "REQUEST",
    header: header(254, 1, 1),
    fields: { requestId: LARGEST_UINT32, count: "32768" },
  },
  {
    name: "a store of the first block",
    frame: "STORE",
    header: header(2, 3),
    fields: { view: FIRST_VIEW, requestId: "42", first: "1", count: "100", originator: "1" },
  },
  {
    name: "a store of the last number of all",
    frame: "STORE",
    header: header(2, 3),
    fields: { view: LARGEST_VIEW, requestId: "0", first: LARGEST_NUMBER, count: "1", originator: "254" },
  },
  {
    name: "an answer with the first block",
    frame: "ANSWER",
    header: header(3, 1),
    fields: { view: FIRST_VIEW, requestId: "42", first: "1", count: "100" },
  },
  {
    name: "an answer beyond 2^53",
    frame: "ANSWER",
    header: header(3, 1),
    fields: { view: LARGEST_VIEW, requestId: LARGEST_UINT32, first: BEYOND_DOUBLE, count: "32768" },
  },
  { name: "no lease", frame: "REFUSE", header: header(2, 1), fields: { requestId: "42", code: "4" } },
  {
    name: "a beacon of the first view",
    frame: "BEACON",
    header: header(1, 2),
    fields: {
      view: FIRST_VIEW,
      sequence: "1",
      ceiling: "65537",
      windowLog2: "16",
      state: "0",
    },
  },
  {
    name: "a beacon at the end of the numbers",
    frame: "BEACON",
    header: header(1, 254),
    fields: {
      view: LARGEST_VIEW,
      sequence: LARGEST_UINT32,
      ceiling: NUMBER_LIMIT,
      windowLog2: "30",
      state: "5",
    },
  },
  {
    name: "a warm acknowledgement",
    frame: "BEACON_ACK",
    header: header(2, 1),
    fields: { view: FIRST_VIEW, sequence: "1", ceiling: "65537", flags: "0" },
  },
  {
    name: "a cold acknowledgement",
    frame: "BEACON_ACK",
    header: header(2, 1),
    fields: { view: LARGEST_VIEW, sequence: LARGEST_UINT32, ceiling: NUMBER_LIMIT, flags: "1" },
  },
  { name: "asking for a promise", frame: "PREPARE", header: header(2, 1), fields: { view: SECOND_VIEW } },
  { name: "the last view of all", frame: "PREPARE", header: header(254, 1), fields: { view: LARGEST_VIEW } },
  {
    name: "the promise of a warm secondary",
    frame: "PROMISE",
    header: header(2, 3),
    fields: {
      view: SECOND_VIEW,
      accepted: FIRST_VIEW,
      primary: "1",
      secondary: "2",
      base: "1",
      ceiling: "65537",
      windowLog2: "16",
      tail: "101",
      flags: "1",
      lastCardId: "3",
      memberCount: "3",
      memberCards: ["1", "2", "3"],
      memberVotes: ["17", "17", "17"],
      memberIncarnations: ["305419896", "2", LARGEST_UINT32],
    },
  },
  {
    name: "the promise of a cold card",
    frame: "PROMISE",
    header: header(1, 3),
    fields: {
      view: LARGEST_VIEW,
      accepted: SECOND_VIEW,
      primary: "1",
      secondary: "254",
      base: BEYOND_DOUBLE,
      ceiling: NUMBER_LIMIT,
      windowLog2: "30",
      tail: "0",
      flags: "0",
      lastCardId: "254",
      memberCount: "2",
      memberCards: ["1", "254"],
      memberVotes: ["18", "16"],
      memberIncarnations: ["1", LARGEST_UINT32],
    },
  },
  {
    name: "no promise: a grant still runs",
    frame: "DECLINE",
    header: header(3, 2),
    fields: { view: SECOND_VIEW, promised: FIRST_VIEW },
  },
  {
    name: "a new view",
    frame: "ACCEPT",
    header: header(2, 3),
    fields: {
      view: SECOND_VIEW,
      primary: "2",
      secondary: "3",
      base: "101",
      ceiling: "65537",
      windowLog2: "16",
      lastCardId: "3",
      memberCount: "3",
      memberCards: ["1", "2", "3"],
      memberVotes: ["17", "17", "17"],
      memberIncarnations: ["305419896", "2", LARGEST_UINT32],
    },
  },
  {
    name: "a new view at the end of the numbers",
    frame: "ACCEPT",
    header: header(254, 3),
    fields: {
      view: LARGEST_VIEW,
      primary: "254",
      secondary: "1",
      base: LARGEST_NUMBER,
      ceiling: NUMBER_LIMIT,
      windowLog2: "30",
      lastCardId: "254",
      memberCount: "2",
      memberCards: ["1", "254"],
      memberVotes: ["18", "16"],
      memberIncarnations: ["1", LARGEST_UINT32],
    },
  },
  {
    name: "a card that waits for its fabric",
    frame: "JOIN",
    header: header(2, 1),
    fields: { incarnation: "305419896", checksum: LARGEST_UINT32, view: "0", founder: "0" },
  },
  {
    name: "a card that has accepted the first view",
    frame: "JOIN",
    header: header(2, 1),
    fields: { incarnation: LARGEST_UINT32, checksum: "0", view: FIRST_VIEW, founder: "2271560481" },
  },
  {
    name: "a seed",
    frame: "PLAN",
    header: header(3, 1),
    fields: { requestId: "42", kind: "1", primary: "0", secondary: "0", seed: BEYOND_DOUBLE, ...NO_CARDS },
  },
  {
    name: "a handover",
    frame: "PLAN",
    header: header(3, 1),
    fields: { requestId: LARGEST_UINT32, kind: "2", primary: "2", secondary: "254", seed: "0", ...NO_CARDS },
  },
  {
    name: "a card takes the place of another",
    frame: "PLAN",
    header: header(3, 1),
    fields: {
      requestId: "42",
      kind: "5",
      primary: "0",
      secondary: "0",
      seed: "0",
      card: "2",
      otherCard: "254",
      incarnation: LARGEST_UINT32,
    },
  },
  {
    name: "the seed is too low",
    frame: "PLAN_RESULT",
    header: header(1, 3),
    fields: { requestId: "42", code: "1", number: BEYOND_DOUBLE },
  },
  { name: "how are you", frame: "QUERY", header: header(3, 1), fields: { surveyId: LARGEST_UINT32 } },
  {
    name: "the report of a primary",
    frame: "REPORT",
    header: header(2, 3),
    fields: {
      surveyId: "42",
      expected: "0",
      cardId: "2",
      chipId: "578437695752307201",
      firmware: "256",
      flags: "4",
      state: "0",
      view: SECOND_VIEW,
      promised: LARGEST_VIEW,
      primary: "2",
      secondary: "3",
      ceiling: NUMBER_LIMIT,
      held: BEYOND_DOUBLE,
      uptimeMs: LARGEST_UINT32,
      freeWrites: "97",
      linkCount: "2",
      neighbours: ["3", "0"],
      linkStates: ["2", "0"],
      framesIn: ["16909060", "0"],
      framesOut: [LARGEST_UINT32, "1"],
      badFrames: ["3", "0"],
    },
  },
  {
    name: "an echo to whoever is there",
    frame: "ECHO",
    header: { ...header(3, 255), hopsLeft: "1" },
    fields: { tag: LARGEST_UINT32, payloadBytes: "3", payload: ["0", "255", "85"] },
  },
  {
    name: "an echo without a payload comes back",
    frame: "ECHO_REPLY",
    header: { ...header(1, 255), hopsLeft: "1" },
    fields: { tag: "42", payloadBytes: "0", payload: [] },
  },
];

const counterValues = Array.from({ length: 37 }, (_, index) =>
  String(index === 36 ? 4294967295 : index * 1000),
);

export const HOST_FRAMES: readonly HostSource[] = [
  { name: "open", frame: "HOST_OPEN", header: session, fields: {} },
  { name: "close", frame: "HOST_CLOSE", header: session, fields: {} },
  { name: "ask for the status", frame: "HOST_STATUS_REQUEST", header: session, fields: {} },
  {
    name: "ask for a seed",
    frame: "HOST_PLAN",
    header: session,
    fields: { requestId: "42", kind: "1", primary: "0", secondary: "0", seed: BEYOND_DOUBLE, ...NO_CARDS },
  },
  {
    name: "the new view's base",
    frame: "HOST_PLAN_RESULT",
    header: session,
    fields: { requestId: "42", code: "0", number: BEYOND_DOUBLE },
  },
  { name: "lend a trunk", frame: "HOST_TRUNK_OPEN", header: session, fields: {} },
  { name: "end the trunk", frame: "HOST_TRUNK_CLOSE", header: session, fields: {} },
  {
    name: "a hello that came over the trunk",
    frame: "HOST_TRUNK_IN",
    header: session,
    fields: { carriedBytes: "15", carried: HELLO_BYTES },
  },
  {
    name: "a hello for the other end of the trunk",
    frame: "HOST_TRUNK_OUT",
    header: session,
    fields: { carriedBytes: "15", carried: HELLO_BYTES },
  },
  {
    name: "the longest echo",
    frame: "HOST_ECHO",
    header: session,
    fields: { tag: "42", link: "7", pattern: "4", payloadBytes: "237", waitMs: "10000" },
  },
  {
    name: "an echo was back in 1.5 ms",
    frame: "HOST_ECHO_RESULT",
    header: session,
    fields: { tag: "42", code: "0", roundTripUs: "1500" },
  },
  { name: "ask for all cards", frame: "HOST_SURVEY", header: session, fields: { surveyId: "42" } },
  {
    name: "one of three cards",
    frame: "HOST_REPORT",
    header: session,
    fields: {
      surveyId: "42",
      expected: "3",
      cardId: "2",
      chipId: "578437695752307201",
      firmware: "256",
      flags: "4",
      state: "0",
      view: SECOND_VIEW,
      promised: LARGEST_VIEW,
      primary: "2",
      secondary: "3",
      ceiling: NUMBER_LIMIT,
      held: BEYOND_DOUBLE,
      uptimeMs: LARGEST_UINT32,
      freeWrites: "97",
      linkCount: "2",
      neighbours: ["3", "0"],
      linkStates: ["2", "0"],
      framesIn: ["16909060", "0"],
      framesOut: [LARGEST_UINT32, "1"],
      badFrames: ["3", "0"],
    },
  },
  {
    name: "a card that does not answer",
    frame: "HOST_REPORT",
    header: session,
    fields: {
      surveyId: "42",
      expected: "3",
      cardId: "254",
      chipId: "0",
      firmware: "0",
      flags: "128",
      state: "0",
      view: "0",
      promised: "0",
      primary: "0",
      secondary: "0",
      ceiling: "0",
      held: "0",
      uptimeMs: "0",
      freeWrites: LARGEST_UINT32,
      linkCount: "0",
      neighbours: [],
      linkStates: [],
      framesIn: [],
      framesOut: [],
      badFrames: [],
    },
  },
  { name: "ask for a block", frame: "HOST_REQUEST", header: session, fields: { tag: "7", count: "64" } },
  {
    name: "initialise card 2 of three",
    frame: "HOST_INIT",
    header: session,
    fields: {
      fabricId: "7",
      cardId: "2",
      first: BEYOND_DOUBLE,
      kind: "1",
      replacesFabricId: "0",
      memberCount: "3",
      memberCards: ["1", "2", "3"],
      memberVotes: ["1", "1", "1"],
    },
  },
  {
    name: "welcome of a blank card",
    frame: "HOST_WELCOME",
    header: session,
    fields: {
      cardId: "0",
      fabricId: "0",
      chipId: "16600723370138578223",
      flags: "1",
      maxBlocksInFlight: "8",
    },
  },
  { name: "a block", frame: "HOST_ANSWER", header: session, fields: { tag: "7", first: "1", count: "64" } },
  {
    name: "the last number of all",
    frame: "HOST_ANSWER",
    header: session,
    fields: { tag: LARGEST_UINT32, first: LARGEST_NUMBER, count: "1" },
  },
  { name: "exhausted", frame: "HOST_REFUSE", header: session, fields: { tag: "7", code: "7" } },
  {
    name: "a view in which numbers can be had",
    frame: "HOST_VIEW",
    header: session,
    fields: { view: FIRST_VIEW, primary: "1", secondary: "2", base: "1", state: "0" },
  },
  {
    name: "one above the newest number held",
    frame: "HOST_MIRROR",
    header: session,
    fields: { view: FIRST_VIEW, held: BEYOND_DOUBLE },
  },
  {
    name: "initialised",
    frame: "HOST_INIT_RESULT",
    header: session,
    fields: { code: "0", incarnation: "305419896" },
  },
  { name: "not blank", frame: "HOST_INIT_RESULT", header: session, fields: { code: "1", incarnation: "0" } },
  {
    name: "status of a primary",
    frame: "HOST_STATUS",
    header: session,
    fields: {
      cardId: "1",
      fabricId: "7",
      chipId: "578437695752307201",
      promised: LARGEST_VIEW,
      view: FIRST_VIEW,
      primary: "1",
      secondary: "2",
      base: "1",
      ceiling: NUMBER_LIMIT,
      quorumCeiling: "65537",
      held: BEYOND_DOUBLE,
      state: "0",
      flags: "4",
      leaseLeftUs: "57999",
      uptimeMs: LARGEST_UINT32,
      incarnation: "305419896",
      lastCardId: "3",
      memberCount: "3",
      memberCards: ["1", "2", "3"],
      memberVotes: ["17", "17", "17"],
      memberIncarnations: ["305419896", "2", LARGEST_UINT32],
    },
  },
  {
    name: "two links and two routes",
    frame: "HOST_LINKS",
    header: session,
    fields: {
      linkCount: "2",
      routeCount: "2",
      neighbours: ["2", "0"],
      states: ["2", "0"],
      framesIn: ["16909060", "0"],
      framesOut: [LARGEST_UINT32, "1"],
      badFrames: ["3", "0"],
      dropped: ["4", "0"],
      routeCards: ["2", "3"],
      routeLinks: ["0", "0"],
      routeCosts: ["1", "17"],
    },
  },
  {
    name: "all counters",
    frame: "HOST_COUNTERS",
    header: session,
    fields: { count: "37", values: counterValues },
  },
];
