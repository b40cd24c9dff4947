import test from "ava";
import { FRAME_HOST_LINK_TEST_RESULT } from "../../firmware/wire/frame-types.js";
import {
  type HostLinkTestFields,
  LINK_TEST_BAD_BAUD,
  LINK_TEST_BEGUN,
  LINK_TEST_DONE,
  LINK_TEST_RESTS,
} from "../../firmware/wire/link-test-frames.js";
import { VirtualPort } from "./virtual-port.js";

const QUESTION = { link: 1, baud: 3_000_000, durationMs: 500 };
const RATES = { card: 2, configuredBaud: 2_000_000, maxBaud: 7_812_500 };

function asked(port: VirtualPort, index: number): HostLinkTestFields {
  return port.card.linkTests[index] as HostLinkTestFields;
}

test("a test of a cable is asked for once, and told when it has begun; its end is no surprise", async (t) => {
  const port = new VirtualPort();
  const sequence = await port.start();
  const one = sequence.testLink(QUESTION);
  await port.clock.settle();
  t.like(asked(port, 0), QUESTION);
  port.card.tellLinkTest(asked(port, 0), LINK_TEST_BEGUN, RATES);
  t.deepEqual(await one, { outcome: "begun", ...RATES });
  port.card.tellLinkTest(asked(port, 0), LINK_TEST_DONE, RATES);
  await port.clock.settle();
  t.is(sequence.hostCounters.session.answersUnmatched, 0);
  port.card.tellLinkTest(asked(port, 0), LINK_TEST_BEGUN, RATES);
  await port.clock.settle();
  t.is(sequence.hostCounters.session.answersUnmatched, 1);
  await sequence.close();
});

test("why there is no test is told by a word", async (t) => {
  const port = new VirtualPort();
  const sequence = await port.start();
  for (const [index, [code, outcome]] of (
    [
      [LINK_TEST_BAD_BAUD, "bad-baud"],
      [LINK_TEST_RESTS, "rests"],
      [LINK_TEST_DONE, "unchanged"],
    ] as const
  ).entries()) {
    const answer = sequence.testLink(QUESTION);
    await port.clock.settle();
    port.card.tellLinkTest(asked(port, index), code, RATES);
    t.is((await answer).outcome, outcome);
  }
  await sequence.close();
});

test("results of a wrong length, or with a code that there is not, settle nothing; an old card is a time-out", async (t) => {
  const port = new VirtualPort();
  const sequence = await port.start({ timeoutMs: 1_000 });
  const old = t.throwsAsync(sequence.testLink(QUESTION), { code: "TIMEOUT" });
  await port.clock.settle();
  port.card.tellLinkTest(asked(port, 0), 99);
  port.card.sendRaw(FRAME_HOST_LINK_TEST_RESULT, port.card.session, (frame) => {
    frame.length = 14;
  });
  await port.clock.settle();
  t.is(sequence.hostCounters.session.dropLength, 2);
  await port.clock.pass(1_000);
  await old;
  const closed = t.throwsAsync(sequence.testLink(QUESTION), { code: "CLOSED" });
  await sequence.close();
  await closed;
  await t.throwsAsync(sequence.testLink(QUESTION), { code: "CLOSED" });
});

test("without a line there is no test", async (t) => {
  const port = new VirtualPort();
  const sequence = await port.start({ reconnect: true, whenNotReady: "wait" });
  port.unplug();
  await port.clock.settle();
  await t.throwsAsync(sequence.testLink(QUESTION), { code: "DISCONNECTED" });
  await sequence.close();
});
