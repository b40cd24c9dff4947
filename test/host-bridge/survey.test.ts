import test from "ava";
import { CARD_FLAG_BLANK } from "../../firmware/wire/host-setup-frames.js";
import { drawFabric } from "../../host-bridge/commands/fabric-drawing.js";
import type { SequenceError } from "../../host-bridge/errors.js";
import { VirtualPort } from "./virtual-port.js";

test("a survey is the whole fabric as one object: cards, cables, votes, the highest numbers", async (t) => {
  const port = new VirtualPort({ next: 2n ** 53n + 2n });
  const sequence = await port.start();
  const fabric = await sequence.survey();
  t.like(fabric, { fabricId: 0xfab1c, askedCard: 3, state: "ready", advice: "", view: 257, primary: 1 });
  t.deepEqual(fabric.votes, { all: 3, quorum: 2, answered: 2 });
  t.is(fabric.latest, 2n ** 53n + 1n);
  t.is(fabric.ceiling, 2n ** 63n - 1n);
  t.deepEqual(
    fabric.cards.map(({ card, answered, state, firmware, freeWrites }) => [
      card,
      answered,
      state,
      firmware,
      freeWrites,
    ]),
    [
      [1, true, "ready", "1.2.3", 57],
      [2, false, "silent", "0.0.0", null],
      [3, true, "ready", "1.2.3", 57],
    ],
  );
  t.deepEqual(fabric.cables, [
    { cards: [1, 3], links: [0, 0], state: "alive", isTrunk: false, framesIn: [100, 300], badFrames: [1, 3] },
    {
      cards: [2, 3],
      links: [null, 1],
      state: "dead",
      isTrunk: false,
      framesIn: [null, 300],
      badFrames: [null, 3],
    },
  ]);
});

test("a survey of which a report was lost is asked for again, under another id", async (t) => {
  const port = new VirtualPort({ loseReports: 1 });
  const sequence = await port.start();
  const survey = sequence.survey();
  await port.clock.pass(249);
  t.is(port.card.surveys.length, 1);
  await port.clock.pass(1);
  t.is((await survey).cards.length, 3);
  t.is(new Set(port.card.surveys).size, 2);
});

test("reports of an old survey, and of none, are counted and dropped; those who ask together are answered together", async (t) => {
  const port = new VirtualPort();
  const sequence = await port.start();
  const both = await Promise.all([sequence.survey(), sequence.survey()]);
  t.is(port.card.surveys.length, 1);
  t.deepEqual(both[0], both[1]);
  port.card.sendReport((fields) => {
    fields.expected = 1;
  });
  await port.clock.settle();
  t.is(sequence.hostCounters.session.answersUnmatched, 1);
  port.card.settings.loseReports = 3;
  const late = sequence.survey();
  await port.clock.settle();
  port.card.sendReport((fields) => {
    fields.surveyId += 9;
    fields.expected = 1;
  });
  await port.clock.settle();
  t.is(sequence.hostCounters.session.answersUnmatched, 2);
  await port.clock.pass(250);
  t.is((await late).cards.length, 3);
});

test("a card that is silent, a blank card, and a closed sequence", async (t) => {
  const silent = new VirtualPort();
  const sequence = await silent.start({ timeoutMs: 1_000 });
  silent.card.settings.silent = true;
  const failed = t.throwsAsync(sequence.survey(), { code: "TIMEOUT" });
  await silent.clock.pass(1_000);
  await failed;
  await sequence.close();
  await t.throwsAsync(sequence.survey(), { code: "CLOSED" });
  const blank = await new VirtualPort({ flags: CARD_FLAG_BLANK }).start();
  const { cards } = await blank.survey();
  t.is(cards.length, 1);
  t.like(cards[0], { card: 0, blank: true, state: "blank" });
});

test("waitForReady resolves when numbers can be had, and tells why not when its time is over", async (t) => {
  const port = new VirtualPort({ state: 4 });
  const sequence = await port.start();
  const waiting = sequence.waitForReady();
  const short = t.throwsAsync<SequenceError>(sequence.waitForReady({ timeoutMs: 100 }), { code: "TIMEOUT" });
  await port.clock.pass(100);
  const error = await short;
  t.is(error?.reason, "no-lease");
  t.regex(error?.message ?? "", /quorum/);
  port.card.settings.state = 0;
  port.card.sendView();
  await waiting;
  await sequence.waitForReady();
  await t.throwsAsync(sequence.waitForReady({ timeoutMs: 0 }), { code: "BAD_OPTION" });
});

test("waitForReady ends with its signal, and with the sequence; an unplugged card may be waited for", async (t) => {
  const port = new VirtualPort({ state: 2 });
  const sequence = await port.start();
  const controller = new AbortController();
  const aborted = t.throwsAsync(sequence.waitForReady({ signal: controller.signal }), { code: "ABORTED" });
  controller.abort();
  await aborted;
  await t.throwsAsync(sequence.waitForReady({ signal: controller.signal }), { code: "ABORTED" });
  port.unplug();
  const late = t.throwsAsync<SequenceError>(sequence.waitForReady({ timeoutMs: 50 }), { code: "TIMEOUT" });
  await port.clock.pass(50);
  t.regex((await late)?.message ?? "", /not connected/);
  const closed = t.throwsAsync(sequence.waitForReady(), { code: "CLOSED" });
  await sequence.close();
  await closed;
  await t.throwsAsync(sequence.waitForReady(), { code: "CLOSED" });
});

test("a call that a silent card never answers says what state the fabric was in", async (t) => {
  const port = new VirtualPort({ manual: true, state: 5 });
  const sequence = await port.start({ timeoutMs: 100 });
  const call = t.throwsAsync<SequenceError>(sequence.next(), { code: "TIMEOUT" });
  await port.clock.pass(100);
  const error = await call;
  t.is(error?.reason, "secondary-silent");
  t.like(error?.cause, { code: "NOT_READY" });
});

test("the drawing fits 80 columns, with numbers of nineteen digits, and shows every card and cable", async (t) => {
  const sequence = await new VirtualPort({ next: 2n ** 63n - 1n, state: 4 }).start();
  const text = drawFabric("/dev/ttyACM0", await sequence.survey());
  for (const line of text.split("\n")) t.true(line.length <= 80, line);
  t.regex(text, /card 3 at \/dev\/ttyACM0 sees it: no-lease\n {2}the primary does not reach a quorum/);
  t.regex(text, /2 of 3 votes answered, 2 are needed; card 2 is silent/);
  t.regex(text, /^1 +primary +no-lease +1 +257 +same +90 s +57 +1\.2\.3$/m);
  t.regex(text, /^2 +- +silent +1 +-/m);
  t.regex(text, /^3 +secondary +no-lease +1 +257 +-2 /m);
  t.regex(text, /^ {2}1 ━━━━ 3 +alive +0, 0 +100 at 1, 300 at 3 +1 at 1, 3 at 3$/m);
  t.regex(text, /^ {2}2 ━╳╳━ 3 +dead +\?, 1/m);
});

test("a blank card is drawn as what it is", async (t) => {
  const sequence = await new VirtualPort({ flags: CARD_FLAG_BLANK, state: 1 }).start();
  const text = drawFabric("/dev/ttyACM0", await sequence.survey());
  t.regex(text, /^The card at \/dev\/ttyACM0 is blank: [^.]*seqcard\s+init/);
});
