import test from "ava";
import {
  ECHO_BACK,
  ECHO_LOST,
  ECHO_NO_MEMBER,
  type HostEchoFields,
} from "../../firmware/wire/echo-frames.js";
import { FRAME_HOST_ECHO_RESULT } from "../../firmware/wire/frame-types.js";
import type { EchoQuestion } from "../../host-bridge/cable-calls.js";
import { VirtualPort } from "./virtual-port.js";

const QUESTION: EchoQuestion = { link: 1, pattern: "random", payloadBytes: 237, waitMs: 200 };

function asked(port: VirtualPort, index: number): HostEchoFields {
  return port.card.echoes[index] as HostEchoFields;
}

test("an echo is asked for once, and told as the card tells it", async (t) => {
  const port = new VirtualPort();
  const sequence = await port.start();
  const one = sequence.echo(QUESTION);
  const other = sequence.echo({ ...QUESTION, link: 0, pattern: "zeros" });
  await port.clock.settle();
  t.like(asked(port, 0), { link: 1, pattern: 4, payloadBytes: 237, waitMs: 200 });
  t.like(asked(port, 1), { link: 0, pattern: 0 });
  port.card.tellEcho(asked(port, 1), ECHO_LOST);
  port.card.tellEcho(asked(port, 0), ECHO_BACK, 1_234);
  t.deepEqual(await one, { outcome: "back", roundTripUs: 1_234 });
  t.deepEqual(await other, { outcome: "lost", roundTripUs: 0 });
  const last = sequence.echo(QUESTION);
  await port.clock.settle();
  port.card.tellEcho(asked(port, 2), ECHO_NO_MEMBER);
  t.is((await last).outcome, "no-member");
  t.is(port.card.echoes.length, 3);
  await sequence.close();
});

test("a card of before there were echoes does not answer: that is a time-out, and nothing else waits", async (t) => {
  const port = new VirtualPort();
  const sequence = await port.start({ timeoutMs: 1_000 });
  const echo = t.throwsAsync(sequence.echo(QUESTION), { code: "TIMEOUT" });
  await port.clock.pass(1_199);
  t.is(await sequence.next(), 1n);
  await port.clock.pass(1);
  await echo;
  port.card.tellEcho(asked(port, 0), ECHO_BACK);
  await port.clock.settle();
  t.is(sequence.hostCounters.session.answersUnmatched, 1);
  await sequence.close();
});

test("results of no echo, of a wrong length, or with a code that there is not, settle nothing", async (t) => {
  const port = new VirtualPort();
  const sequence = await port.start();
  const echo = sequence.echo(QUESTION);
  await port.clock.settle();
  port.card.tellEcho({ ...asked(port, 0), tag: 1 } as HostEchoFields, ECHO_BACK);
  port.card.tellEcho(asked(port, 0), 99);
  port.card.sendRaw(FRAME_HOST_ECHO_RESULT, port.card.session, (frame) => {
    frame.length = 14;
  });
  await port.clock.settle();
  const { answersUnmatched, dropLength } = sequence.hostCounters.session;
  t.deepEqual([answersUnmatched, dropLength], [1, 2]);
  const closed = t.throwsAsync(echo, { code: "CLOSED" });
  await sequence.close();
  await closed;
  await t.throwsAsync(sequence.echo(QUESTION), { code: "CLOSED" });
});

test("without a line there is no echo", async (t) => {
  const port = new VirtualPort();
  const sequence = await port.start({ reconnect: true, whenNotReady: "wait" });
  port.unplug();
  await port.clock.settle();
  await t.throwsAsync(sequence.echo(QUESTION), { code: "DISCONNECTED" });
  await sequence.close();
});
