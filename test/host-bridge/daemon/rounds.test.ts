import test from "ava";
import { Regular, Rounds } from "../../../host-bridge/daemon/rounds.js";

/** Orders, is served after `answerMs`, and comes back after `awayMs`. @returns when that was. */
function serve(rounds: Rounds, regular: Regular, fromMs: number, answerMs: number, awayMs: number): number {
  rounds.noteSettled(rounds.noteAsked(regular, fromMs));
  rounds.noteServed(regular, fromMs + answerMs);
  rounds.notePlaced(regular, fromMs + answerMs + awayMs);
  return fromMs + answerMs + awayMs;
}

/** @returns one who has asked again at once so often that he is trusted, and when. */
function trusted(rounds: Rounds, fromMs: number): { regular: Regular; nowMs: number } {
  const regular = new Regular();
  let nowMs = fromMs;
  for (let times = 0; times < 4; times += 1) nowMs = serve(rounds, regular, nowMs, 2, 0.5);
  return { regular, nowMs };
}

test("nobody is waited for before he has asked again in time, four times in a row", (t) => {
  const rounds = new Rounds();
  const regular = new Regular();
  let nowMs = 0;
  for (const isWaitedFor of [false, false, false, false, true]) {
    const isTrusted = rounds.noteAsked(regular, nowMs);
    t.is(isTrusted, isWaitedFor);
    t.is(rounds.holdUntilMs(nowMs, nowMs) > nowMs, isWaitedFor);
    rounds.noteSettled(isTrusted);
    rounds.noteServed(regular, nowMs + 1);
    t.is(rounds.holdUntilMs(nowMs + 1, nowMs + 1) > nowMs + 1, isWaitedFor);
    rounds.notePlaced(regular, nowMs + 1.5);
    t.is(
      rounds.holdUntilMs(nowMs + 1.5, nowMs + 1.5),
      nowMs + 1.5,
      "he is here: there is nobody to wait for",
    );
    nowMs += 1.5;
  }
});

test("what waits is kept while those who are trusted are served, and until they are back", (t) => {
  const rounds = new Rounds();
  const { regular, nowMs } = trusted(rounds, 0);
  const isTrusted = rounds.noteAsked(regular, nowMs);
  t.is(rounds.holdUntilMs(nowMs + 1, nowMs + 1), nowMs + 26, "25 ms at the most");
  rounds.noteSettled(isTrusted);
  rounds.noteServed(regular, nowMs + 2);
  const untilMs = rounds.holdUntilMs(nowMs + 1, nowMs + 2);
  t.true(untilMs > nowMs + 3 && untilMs <= nowMs + 4, "as long as an answer takes");
  t.is(rounds.holdUntilMs(nowMs - 22, nowMs + 2), nowMs + 3, "whoever has waited for long does not wait on");
});

test("one who comes too late is not waited for again until he has proved himself anew", (t) => {
  const rounds = new Rounds();
  const { regular, nowMs } = trusted(rounds, 0);
  serve(rounds, regular, nowMs, 2, 6);
  for (let times = 1; times <= 4; times += 1) {
    t.false(rounds.noteAsked(regular, nowMs + 100 * times));
    rounds.noteSettled(false);
    serve(rounds, regular, nowMs + 100 * times, 2, 0.5);
  }
  t.true(rounds.noteAsked(regular, nowMs + 500));
});

test("one who does not come at all costs the others one wait", (t) => {
  const rounds = new Rounds();
  const { regular, nowMs } = trusted(rounds, 0);
  rounds.noteSettled(rounds.noteAsked(regular, nowMs));
  rounds.noteServed(regular, nowMs + 2);
  const untilMs = rounds.holdUntilMs(nowMs + 2, nowMs + 2);
  t.true(untilMs > nowMs + 2);
  t.is(rounds.holdUntilMs(nowMs + 2, untilMs), untilMs);
  t.is(rounds.holdUntilMs(untilMs, untilMs), untilMs, "he is forgotten");
  t.false(rounds.noteAsked(regular, untilMs));
});

test("one who has left is not waited for", (t) => {
  const rounds = new Rounds();
  const { regular, nowMs } = trusted(rounds, 0);
  rounds.noteSettled(rounds.noteAsked(regular, nowMs));
  rounds.noteServed(regular, nowMs + 2);
  rounds.forget(regular);
  t.is(rounds.holdUntilMs(nowMs + 2, nowMs + 2), nowMs + 2);
});

test("those of whom nothing is known are never waited for", (t) => {
  const rounds = new Rounds();
  for (let nowMs = 0; nowMs < 10; nowMs += 1) {
    t.false(rounds.noteAsked(undefined, nowMs));
    t.is(rounds.holdUntilMs(nowMs, nowMs), nowMs);
    rounds.noteSettled(false);
    rounds.noteServed(undefined, nowMs + 0.1);
    rounds.notePlaced(undefined, nowMs + 0.2);
    t.is(rounds.holdUntilMs(nowMs + 0.2, nowMs + 0.2), nowMs + 0.2);
  }
});

test("slow answers let their callers take longer, up to 5 ms", (t) => {
  const rounds = new Rounds();
  const regular = new Regular();
  let nowMs = 0;
  for (let times = 0; times < 30; times += 1) nowMs = serve(rounds, regular, nowMs, 50, 4.9);
  t.true(rounds.noteAsked(regular, nowMs));
  const slow = new Regular();
  for (let times = 0; times < 30; times += 1) nowMs = serve(rounds, slow, nowMs, 50, 5.1);
  t.false(rounds.noteAsked(slow, nowMs));
});
