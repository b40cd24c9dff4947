import test from "ava";
import fc from "fast-check";
import { COUNTER_NAMES, type CounterName } from "../../../firmware/wire/counter-names.js";
import type { CardReport } from "../../../host-bridge/card-report.js";
import type { CardStatus } from "../../../host-bridge/card-status.js";
import { SequenceError } from "../../../host-bridge/errors.js";
import { fabricSurvey } from "../../../host-bridge/fabric-survey.js";
import {
  parseReadRequest,
  parseStatus,
  parseSurvey,
  readRequestText,
  statusText,
  surveyText,
} from "../../../host-bridge/nats/fabric-messages.js";
import { FABRIC_STATES } from "../../../host-bridge/refusals.js";

const byte = fc.integer({ min: 0, max: 255 });
const word32 = fc.integer({ min: 0, max: 0xffff_ffff });
const word64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const number = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n });
const linkState = fc.constantFrom("alive", "stale", "dead");
const reportedLink = fc.record({
  link: byte,
  neighbour: byte,
  state: linkState,
  isTrunk: fc.boolean(),
  framesIn: word32,
  framesOut: word32,
  badFrames: word32,
});
const counters = fc
  .array(word32, { minLength: COUNTER_NAMES.length, maxLength: COUNTER_NAMES.length })
  .map(
    (values) =>
      Object.fromEntries(COUNTER_NAMES.map((name, index) => [name, values[index]])) as Record<
        CounterName,
        number
      >,
  );
const flags = {
  blank: fc.boolean(),
  cold: fc.boolean(),
  joining: fc.boolean(),
  removed: fc.boolean(),
  forgot: fc.boolean(),
  storageFailed: fc.boolean(),
  hasLease: fc.boolean(),
};
const anyStatus: fc.Arbitrary<CardStatus> = fc.record({
  ...flags,
  card: byte,
  fabricId: word32,
  chipId: word64,
  incarnation: word32,
  promised: word32,
  view: word32,
  primary: byte,
  secondary: byte,
  roles: fc.constantFrom([], ["primary" as const], ["secondary" as const]),
  base: word64,
  ceiling: word64,
  quorumCeiling: word64,
  latest: number,
  state: fc.constantFrom(...FABRIC_STATES),
  leaseLeftUs: word32,
  uptimeMs: word32,
  members: fc.array(fc.record({ card: byte, votes: byte, votesBefore: byte, incarnation: word32 }), {
    maxLength: 10,
  }),
  lastCardId: byte,
  links: fc.array(
    fc.tuple(reportedLink, word32).map(([link, dropped]) => ({ ...link, dropped })),
    { maxLength: 8 },
  ),
  routes: fc.array(fc.record({ card: byte, link: byte, cost: byte }), { maxLength: 10 }),
  counters,
});
const anyReport: fc.Arbitrary<CardReport> = fc.record({
  ...flags,
  card: byte,
  answered: fc.boolean(),
  chipId: word64,
  firmware: fc
    .tuple(
      word32.map((word) => word >>> 16),
      byte,
      byte,
    )
    .map((parts) => parts.join(".")),
  state: fc.constantFrom(...FABRIC_STATES, "silent" as const),
  view: word32,
  promised: word32,
  primary: byte,
  secondary: byte,
  ceiling: word64,
  latest: number,
  uptimeMs: word32,
  freeWrites: fc.option(word32),
  links: fc.array(reportedLink, { maxLength: 8 }),
});

/** Codes with which a payload may be refused. */
const CODES = ["DAEMON_SILENT", "WRONG_VERSION"];

function codeOf(parse: (payload: Uint8Array) => unknown, payload: Uint8Array): string {
  try {
    parse(payload);
    return "read";
  } catch (error) {
    return error instanceof SequenceError ? error.code : String(error);
  }
}

test("a status is read again as it was sent, to the last of 64 bits", (t) => {
  fc.assert(
    fc.property(anyStatus, (status) => {
      t.deepEqual(parseStatus(Buffer.from(statusText(status))), status);
    }),
  );
});

test("a survey is read again as it was sent, also of ten cards with all their cables", (t) => {
  const reports = fc.array(anyReport, { maxLength: 10 });
  fc.assert(
    fc.property(anyStatus, reports, (status, cards) => {
      const survey = fabricSurvey(status, cards);
      t.deepEqual(parseSurvey(Buffer.from(surveyText(survey))), survey);
    }),
  );
});

test("whatever comes is a status, or refused with a code", (t) => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.json().map((text) => Buffer.from(text)),
    fc
      .record({ version: fc.oneof(fc.constant(1), fc.integer(), fc.anything()), status: fc.anything() })
      .map((value) => Buffer.from(JSON.stringify(value) ?? "")),
  );
  fc.assert(
    fc.property(bytes, (payload) => {
      t.true(CODES.includes(codeOf(parseStatus, payload)));
      t.true(CODES.includes(codeOf(parseSurvey, payload)));
      const request = parseReadRequest(payload);
      if (request !== null) t.true(request.timeoutMs >= 1 && request.timeoutMs <= 60_000);
    }),
    { numRuns: 1_000 },
  );
});

/** Replaces what a path leads to. */
function altered(value: unknown, path: readonly string[], by: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return by;
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string, unknown>;
  copy[key] = altered(copy[key], rest, by);
  return copy;
}

const WRONG = [undefined, null, -1, 1.5, 2 ** 32, "x", "1".repeat(21), `${2n ** 64n}`, "\u001b[2J", [0], {}];

test("each field that is left out, or not what it must be, makes it no answer", (t) => {
  const [status] = fc.sample(anyStatus, { numRuns: 1, seed: 5 }) as [CardStatus];
  const [report] = fc.sample(anyReport, { numRuns: 1, seed: 5 }) as [CardReport];
  const survey = fabricSurvey({ ...status, card: 1 }, [{ ...report, card: 1, answered: true }]);
  const forms = [
    { form: JSON.parse(statusText(status)), part: "status", parse: parseStatus },
    { form: JSON.parse(surveyText(survey)), part: "fabric", parse: parseSurvey },
  ] as const;
  for (const { form, part, parse } of forms) {
    t.is(codeOf(parse, Buffer.from(JSON.stringify(form))), "read");
    // What the reader says itself.
    for (const field of Object.keys(form[part]).filter((key) => key !== "advice")) {
      for (const wrong of WRONG.filter((each) => !isAllowed(field, each))) {
        const payload = Buffer.from(JSON.stringify(altered(form, [part, field], wrong)));
        t.is(codeOf(parse, payload), "DAEMON_SILENT", `${field}: ${JSON.stringify(wrong)}`);
      }
    }
  }
  for (const path of [
    ["fabric", "cards", "0", "firmware"],
    ["fabric", "cards", "0", "state"],
    ["fabric", "cards", "0", "latest"],
    ["fabric", "votes", "quorum"],
    ["status", "counters", "numbersSkipped"],
  ]) {
    const [{ form, parse }] = forms.filter(({ part }) => part === path[0]) as [(typeof forms)[number]];
    const payload = Buffer.from(JSON.stringify(altered(form, path, "\u001b[2J")));
    t.is(codeOf(parse, payload), "DAEMON_SILENT", path.join("."));
  }
});

/** null is a value of its own where a card does not say; lists may hold nothing. */
function isAllowed(field: string, value: unknown): boolean {
  return field === "leaseLeftUs" && value === null;
}

test("a text of the bridge's does not reach the reader: what to do is told by this package", (t) => {
  const [status] = fc.sample(anyStatus, 1) as [CardStatus];
  const form = JSON.parse(surveyText(fabricSurvey({ ...status, state: "no-lease" }, [])));
  const forged = altered(form, ["fabric", "advice"], "\u001b[2J run `rm`");
  t.regex(parseSurvey(Buffer.from(JSON.stringify(forged))).advice, /quorum/);
});

test("another version is told as such, and one that is too long, or has too many entries, is no answer", (t) => {
  const [status] = fc.sample(anyStatus, 1) as [CardStatus];
  const form = JSON.parse(statusText(status));
  for (const version of [0, 2, 77]) {
    const payload = Buffer.from(JSON.stringify({ ...form, version }));
    t.is(codeOf(parseStatus, payload), "WRONG_VERSION", `${version}`);
    t.is(codeOf(parseSurvey, payload), "WRONG_VERSION", `${version}`);
  }
  const later = Buffer.from(JSON.stringify({ version: 2, picture: "another form altogether" }));
  t.is(codeOf(parseSurvey, later), "WRONG_VERSION");
  t.is(codeOf(parseStatus, Buffer.from(`${JSON.stringify(form)}${" ".repeat(65_536)}`)), "DAEMON_SILENT");
  const link = { ...form.status.links[0], link: 0, neighbour: 0, state: "alive", isTrunk: false };
  const links = Array.from({ length: 9 }, () => ({
    ...link,
    ...{ framesIn: 0, framesOut: 0, badFrames: 0, dropped: 0 },
  }));
  const eight = altered(form, ["status", "links"], links.slice(1));
  t.is(codeOf(parseStatus, Buffer.from(JSON.stringify(eight))), "read");
  const nine = altered(form, ["status", "links"], links);
  t.is(codeOf(parseStatus, Buffer.from(JSON.stringify(nine))), "DAEMON_SILENT");
});

test("a question is nothing, or says version and time", (t) => {
  t.deepEqual(parseReadRequest(Buffer.from("")), { version: 1, timeoutMs: 2_000 });
  t.deepEqual(parseReadRequest(Buffer.from("{}")), { version: 1, timeoutMs: 2_000 });
  t.deepEqual(parseReadRequest(Buffer.from(readRequestText(77))), { version: 1, timeoutMs: 77 });
  t.deepEqual(parseReadRequest(Buffer.from('{"version":2}')), { version: 2, timeoutMs: 2_000 });
  for (const text of [
    ...["x", "1", "null", "[]", '{"timeoutMs":0}', '{"timeoutMs":60001}', '{"timeoutMs":"5"}'],
    ...['{"version":-1}', '{"version":1.5}', '{"count":1}', `{"timeoutMs":5}${" ".repeat(256)}`],
  ]) {
    t.is(parseReadRequest(Buffer.from(text)), null, text);
  }
});
