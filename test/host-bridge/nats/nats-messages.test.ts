import test from "ava";
import fc from "fast-check";
import {
  cardStatusSubject,
  infoText,
  isSubjectPrefix,
  parseError,
  parseInfo,
  parseReply,
  parseRequest,
  replyText,
  subjectsOf,
} from "../../../host-bridge/nats/nats-messages.js";

test("whatever comes is read as what it is, or as nothing, and never thrown at", (t) => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.json().map((text) => Buffer.from(text)),
    fc.anything().map((value) => Buffer.from(JSON.stringify(value) ?? "")),
  );
  fc.assert(
    fc.property(bytes, (payload) => {
      const request = parseRequest(payload);
      if (request !== null) {
        t.true(request.count >= 1 && request.count <= 32_768);
        t.true(request.timeoutMs >= 1 && request.timeoutMs <= 60_000);
      }
      t.is(parseReply(payload, 1), null);
      t.is(parseInfo(payload), null);
      parseError(payload);
    }),
    { numRuns: 1_000 },
  );
});

test("a reply is read again digit by digit, and only for the count that was asked for", (t) => {
  const most = 2n ** 63n - 1n;
  const count = fc.integer({ min: 1, max: 32_768 });
  fc.assert(
    fc.property(fc.bigInt({ min: 1n, max: most - 40_000n }), count, (first, asked) => {
      const payload = Buffer.from(replyText(first, asked));
      t.is(parseReply(payload, asked), first);
      t.is(parseReply(payload, asked + 1), null);
    }),
  );
  t.is(parseReply(Buffer.from(`{"first":"${most}","last":"${most}"}`), 1), most);
  for (const text of [
    `{"first":"${most + 1n}","last":"${most + 1n}"}`,
    '{"first":"0","last":"0"}',
    '{"first":1,"last":1}',
    '{"first":"-1","last":"-1"}',
    '{"first":"5"}',
  ]) {
    t.is(parseReply(Buffer.from(text), 1), null, text);
  }
});

test("what a bridge tells is read again", (t) => {
  const info = {
    card: 3,
    fabricId: 0xffff_ffff,
    chipId: 2n ** 64n - 1n,
    newest: 2n ** 63n - 1n,
    view: { number: 257, primary: 1, secondary: 2, base: 2n ** 60n, state: "no-lease" },
  };
  t.deepEqual(parseInfo(Buffer.from(infoText(info))), info);
  t.deepEqual(parseInfo(Buffer.from(infoText({ ...info, view: null }))), { ...info, view: null });
});

test("subjects hold the fabric, and a prefix takes no wildcard", (t) => {
  const subjects = subjectsOf("a.b", 0xfab1c);
  t.deepEqual(subjects, {
    next: "a.b.000fab1c.next",
    info: "a.b.000fab1c.info",
    survey: "a.b.000fab1c.survey",
    status: "a.b.000fab1c.status",
  });
  t.is(cardStatusSubject(subjects, 3), "a.b.000fab1c.status.3");
  for (const text of ["seqcard", "a.b-c.d_1"]) t.true(isSubjectPrefix(text), text);
  for (const text of ["", ".", "a.", "a..b", "a.*", ">", "a b", "a\n", "x".repeat(129)])
    t.false(isSubjectPrefix(text), text);
});
