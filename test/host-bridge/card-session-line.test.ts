import test from "ava";
import { FrameBuffer } from "../../firmware/wire/frame-buffer.js";
import {
  FRAME_HOST_ANSWER,
  FRAME_HOST_INIT_RESULT,
  FRAME_HOST_LINKS,
  FRAME_HOST_STATUS,
  REFUSE_NO_VIEW,
} from "../../firmware/wire/frame-types.js";
import { HOST_HEADER_BYTES, writeHostHeader } from "../../firmware/wire/header.js";
import {
  CARD_FLAG_BLANK,
  encodeHostInitResult,
  INIT_BAD_FABRIC,
  INIT_BAD_FIRST,
  INIT_BAD_MEMBERS,
  INIT_NOT_BLANK,
  INIT_OTHER_FOUNDING,
  INIT_STORAGE_FAILED,
} from "../../firmware/wire/host-setup-frames.js";
import type { CardStatus } from "../../host-bridge/card-status.js";
import type { SequenceError } from "../../host-bridge/errors.js";
import { initFields } from "../../host-bridge/initialisation.js";
import { OPEN_REPEAT_MS, SILENT_RETRY_MS } from "../../host-bridge/timing.js";
import { SessionBench } from "./session-bench.js";

const INITIALISATION = { fabricId: 7, cardId: 2, first: 10n, members: [1, 2, 3] };

test("HOST_OPEN is repeated until the card answers", (t) => {
  const bench = new SessionBench({ card: { silent: true } });
  bench.session.connect(0);
  bench.pass(3 * OPEN_REPEAT_MS);
  bench.card.settings.silent = false;
  t.is(bench.card.opens, 0);
  bench.pass(OPEN_REPEAT_MS);
  bench.deliver();
  t.is(bench.card.opens, 1);
  t.true(bench.session.isOpen);
  t.deepEqual(
    bench.cards.map(({ id, fabricId, chipId }) => ({ id, fabricId, chipId })),
    [{ id: 3, fabricId: 0xfab1c, chipId: 0xe660_1234_89ab_cdefn }],
  );
});

test("a second welcome changes nothing", (t) => {
  const bench = new SessionBench({ card: { manual: true } });
  bench.session.connect(0);
  bench.pass(OPEN_REPEAT_MS);
  bench.deliver();
  t.is(bench.card.opens, 2);
  t.is(bench.cards.length, 1);
});

test("whatever never answers is no card", (t) => {
  const bench = new SessionBench({ card: { silent: true } });
  bench.session.connect(0);
  bench.pass(1_999);
  t.is(bench.unusable.length, 0);
  bench.pass(1);
  t.is(bench.unusable[0]?.code, "NOT_A_CARD");
  t.is(bench.session.wakeUpMs, Number.POSITIVE_INFINITY);
});

for (const [version, advice] of [
  [2, /update this package/],
  [0, /flash newer firmware/],
] as const) {
  test(`a card of version ${version} is told from something that is no card`, (t) => {
    const bench = new SessionBench({ card: { version } }).open();
    t.is(bench.unusable[0]?.code, "WRONG_VERSION");
    t.regex(bench.unusable[0]?.message ?? "", advice);
  });
}

test("a stray frame of another version in an open session is counted and no more", (t) => {
  const bench = new SessionBench().open();
  bench.card.settings.version = 9;
  bench.card.sendView();
  bench.deliver();
  t.is(bench.session.counters.dropVersion, 1);
  t.is(bench.unusable.length, 0);
  t.true(bench.session.isOpen);
});

test("frames of no known type, or of a wrong length, are counted and dropped", (t) => {
  const bench = new SessionBench().open();
  const session = bench.card.session;
  bench.card.sendRaw(0x7f, session, (frame) => {
    frame.length = HOST_HEADER_BYTES;
  });
  for (const type of [FRAME_HOST_ANSWER, FRAME_HOST_INIT_RESULT]) {
    bench.card.sendRaw(type, session, (frame) => {
      frame.length = HOST_HEADER_BYTES + 3;
    });
  }
  bench.deliver();
  const short = new FrameBuffer();
  writeHostHeader(short, FRAME_HOST_ANSWER, session);
  short.length = 5;
  bench.session.receive(short, 0);
  t.is(bench.session.counters.dropType, 1);
  t.is(bench.session.counters.dropLength, 3);
});

test("a card of another fabric that comes back instead is not asked", (t) => {
  for (const other of [{ fabricId: 99 }, { flags: CARD_FLAG_BLANK }]) {
    const bench = new SessionBench({ card: { manual: true } }).open();
    const call = bench.ask();
    bench.session.disconnect();
    Object.assign(bench.card.settings, other);
    bench.open();
    t.is(bench.unusable[0]?.code, "WRONG_FABRIC");
    t.is(bench.card.heard.length, 1);
    t.is(call.first, null);
    Object.assign(bench.card.settings, { fabricId: 0xfab1c, flags: 0 });
    bench.open();
    t.is(bench.card.heard.length, 2);
  }
});

test("views are told when they change, with the view before", (t) => {
  const bench = new SessionBench().open();
  bench.card.sendView();
  bench.card.settings.state = REFUSE_NO_VIEW;
  bench.card.sendView();
  bench.card.settings.view = 513;
  bench.card.settings.state = 0;
  bench.card.sendView();
  bench.deliver();
  t.deepEqual(
    bench.views.map(({ reason, previous, current }) => [reason, previous?.number, current.number]),
    [
      ["first-view", undefined, 257],
      ["no-view", 257, 257],
      ["renewed", 257, 513],
    ],
  );
  t.is(bench.readySignals, 2);
});

test("after a reconnect the session is ready only when the card says so again", (t) => {
  const bench = new SessionBench().open();
  t.true(bench.session.isReady);
  bench.session.disconnect();
  t.false(bench.session.isReady);
  bench.session.connect(0);
  const [welcome, view] = bench.inbox.splice(0) as [FrameBuffer, FrameBuffer];
  bench.session.receive(welcome, 0);
  t.true(bench.session.isOpen);
  t.false(bench.session.isReady);
  bench.session.receive(view, 0);
  t.true(bench.session.isReady);
  t.is(bench.readySignals, 2);
});

test("mirrored numbers are passed on, and impossible ones are not", (t) => {
  const bench = new SessionBench().open();
  bench.card.sendMirror(2n ** 60n);
  bench.card.sendMirror(2n ** 63n);
  bench.deliver();
  t.deepEqual(bench.newest, [2n ** 60n]);
  t.is(bench.session.counters.answersOutOfRange, 1);
});

function requestStatus(bench: SessionBench): { status: CardStatus | null; error: SequenceError | null } {
  const result: { status: CardStatus | null; error: SequenceError | null } = { status: null, error: null };
  bench.session.requestStatus(
    {
      deadlineMs: bench.nowMs + 1_000,
      resolve: (status) => {
        result.status = status;
      },
      reject: (error) => {
        result.error = error;
      },
    },
    bench.nowMs,
  );
  return result;
}

test("status comes as one object, and those who ask together ask once", (t) => {
  const bench = new SessionBench({ card: { next: 2n ** 60n + 2n } }).open();
  const results = [requestStatus(bench), requestStatus(bench)];
  t.is(bench.inbox.length, 3);
  bench.deliver();
  t.is(results[0]?.status, results[1]?.status);
  const status = results[0]?.status as CardStatus;
  t.is(status.latest, 2n ** 60n + 1n);
  t.is(status.ceiling, 2n ** 63n - 1n);
  t.deepEqual(status.roles, ["secondary"]);
  t.deepEqual(status.members, [
    { card: 1, votes: 1, votesBefore: 1, incarnation: 11 },
    { card: 2, votes: 1, votesBefore: 1, incarnation: 12 },
    { card: 3, votes: 1, votesBefore: 1, incarnation: 13 },
  ]);
  t.deepEqual(
    status.links.map(({ neighbour, state, framesIn }) => [neighbour, state, framesIn]),
    [
      [1, "alive", 10],
      [2, "stale", 20],
    ],
  );
  t.deepEqual(status.routes, [{ card: 1, link: 0, cost: 1 }]);
  t.is(status.counters.framesForwarded, 27);
  t.is(status.state, "ready");
  t.is(bench.newest.at(-1), 2n ** 60n + 1n);
});

test("a status that tells of an impossible number does not lift the newest one", (t) => {
  const bench = new SessionBench({ card: { next: 2n ** 63n + 1n } }).open();
  const result = requestStatus(bench);
  bench.deliver();
  t.is(result.status?.latest, 2n ** 63n);
  t.deepEqual(bench.newest, []);
  t.is(bench.session.counters.answersOutOfRange, 1);
});

test("status is asked again where a part of it was lost, and times out where all is", (t) => {
  const bench = new SessionBench({ card: { loseLinks: 1 } }).open();
  const result = requestStatus(bench);
  bench.deliver();
  t.is(result.status, null);
  bench.pass(SILENT_RETRY_MS);
  bench.deliver();
  t.is(result.status?.card, 3);
  bench.isLosing = true;
  const silent = requestStatus(bench);
  bench.pass(1_000);
  t.is(silent.error?.code, "TIMEOUT");
});

test("status frames that nobody asked for, or of a wrong length, are counted and dropped", (t) => {
  const bench = new SessionBench().open();
  const empty = (frame: FrameBuffer): void => {
    frame.length = HOST_HEADER_BYTES;
  };
  bench.card.sendRaw(FRAME_HOST_LINKS, bench.card.session, empty);
  bench.deliver();
  t.is(bench.session.counters.answersUnmatched, 1);
  bench.isLosing = true;
  requestStatus(bench);
  bench.card.sendRaw(FRAME_HOST_STATUS, bench.card.session, empty);
  bench.card.sendRaw(FRAME_HOST_LINKS, bench.card.session, empty);
  bench.deliver();
  t.is(bench.session.counters.dropLength, 2);
});

function requestInit(bench: SessionBench): { incarnation: number; error: SequenceError | null } {
  const result: { incarnation: number; error: SequenceError | null } = { incarnation: 0, error: null };
  bench.session.requestInit(
    initFields(INITIALISATION),
    {
      deadlineMs: bench.nowMs + 1_000,
      resolve: (incarnation) => {
        result.incarnation = incarnation;
      },
      reject: (error) => {
        result.error = error;
      },
    },
    bench.nowMs,
  );
  return result;
}

test("a blank card becomes a member, and the session knows", (t) => {
  const bench = new SessionBench({ card: { flags: CARD_FLAG_BLANK } }).open();
  const result = requestInit(bench);
  bench.deliver();
  t.is(result.incarnation, 0x1234_5678);
  t.like(bench.session.card, { id: 2, fabricId: 7, blank: false });
  const init = bench.card.lastInit;
  t.deepEqual(
    [
      init?.memberCount,
      [...(init?.memberCards.slice(0, 3) ?? [])],
      [...(init?.memberVotes.slice(0, 3) ?? [])],
    ],
    [3, [1, 2, 3], [1, 1, 1]],
  );
  t.is(init?.first.low, 10);
});

test("two initialisations at once are one too many, and a silent card is asked again", (t) => {
  const bench = new SessionBench({ card: { flags: CARD_FLAG_BLANK } }).open();
  bench.isLosing = true;
  const first = requestInit(bench);
  const second = requestInit(bench);
  t.is(second.error?.code, "BUSY");
  bench.isLosing = false;
  bench.pass(SILENT_RETRY_MS);
  bench.deliver();
  t.is(first.incarnation, 0x1234_5678);
  t.is(bench.session.initAttempts, 2);
});

for (const [result, code] of [
  [INIT_NOT_BLANK, "CARD_NOT_BLANK"],
  [INIT_BAD_MEMBERS, "BAD_MEMBERS"],
  [INIT_BAD_FIRST, "BAD_FIRST"],
  [INIT_BAD_FABRIC, "BAD_FABRIC"],
  [INIT_OTHER_FOUNDING, "BAD_FABRIC"],
  [INIT_STORAGE_FAILED, "STORAGE_FAILED"],
  [99, "STORAGE_FAILED"],
] as const) {
  test(`init result ${result} is ${code}`, (t) => {
    const bench = new SessionBench({ card: { flags: CARD_FLAG_BLANK } }).open();
    bench.isLosing = true;
    const request = requestInit(bench);
    bench.card.sendRaw(FRAME_HOST_INIT_RESULT, bench.card.session, (frame) =>
      encodeHostInitResult(frame, result, 0),
    );
    bench.deliver();
    t.is(request.error?.code, code);
    bench.card.sendRaw(FRAME_HOST_INIT_RESULT, bench.card.session, (frame) =>
      encodeHostInitResult(frame, result, 0),
    );
    bench.deliver();
    t.is(bench.session.counters.answersUnmatched, 1);
  });
}
