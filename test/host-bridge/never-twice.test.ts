import test from "ava";
import fc from "fast-check";
import { FrameBuffer } from "../../firmware/wire/frame-buffer.js";
import { REFUSE_NO_VIEW } from "../../firmware/wire/frame-types.js";
import { Caller } from "../../host-bridge/caller.js";
import { CardSession } from "../../host-bridge/card-session.js";
import { FakeCard } from "./fake-card.js";

interface Taken {
  readonly count: number;
  /** The card's next number when the call came: whatever it gets must have been assigned later. */
  readonly floor: bigint;
  first: bigint | null;
  outcomes: number;
}

/** A session and a card with two channels between them that lose, double and reorder frames. */
class BadLine {
  nowMs = 0;
  readonly calls: Taken[] = [];
  private readonly toCard: FrameBuffer[] = [];
  private readonly toHost: FrameBuffer[] = [];
  private readonly card = new FakeCard((frame) => this.toHost.push(new FrameBuffer().copy(frame)), {
    maxBlocksInFlight: 3,
  });
  private random = 1;
  private readonly session = new CardSession({
    openTimeoutMs: 2_000,
    whenNotReady: "wait",
    send: (frame) => {
      this.toCard.push(new FrameBuffer().copy(frame));
      return true;
    },
    // Few different values, so that sessions and tags come near each other.
    random32: () => {
      this.random += 1;
      return this.random % 5 === 0 ? 0xffff_ffff : this.random;
    },
    onOpen: () => {},
    onUnusable: () => this.disconnect(),
    onView: () => {},
    onReady: () => {},
    onNewest: () => {},
    onSpace: () => {},
  });

  call(count: number, timeoutMs: number): void {
    const taken: Taken = { count, floor: this.card.settings.next, first: null, outcomes: 0 };
    this.calls.push(taken);
    this.session.add(
      new Caller(
        count,
        this.nowMs + timeoutMs,
        (first) => {
          taken.first = first;
          taken.outcomes += 1;
        },
        () => {
          taken.outcomes += 1;
        },
      ),
    );
  }

  flush(): void {
    this.session.flush(this.nowMs);
  }

  /** Hands the frame at `position` of one channel over; it stays there too with `keep`. */
  carry(toHost: boolean, position: number, keep: boolean): void {
    const channel = toHost ? this.toHost : this.toCard;
    if (channel.length === 0) return;
    const index = position % channel.length;
    const frame = channel[index] as FrameBuffer;
    if (!keep) channel.splice(index, 1);
    if (toHost) this.session.receive(new FrameBuffer().copy(frame), this.nowMs);
    else this.card.receive(new FrameBuffer().copy(frame));
  }

  lose(toHost: boolean, position: number): void {
    const channel = toHost ? this.toHost : this.toCard;
    if (channel.length > 0) channel.splice(position % channel.length, 1);
  }

  pass(durationMs: number): void {
    const endMs = this.nowMs + durationMs;
    while (this.session.wakeUpMs <= endMs) {
      this.nowMs = Math.max(this.nowMs, this.session.wakeUpMs);
      this.session.tick(this.nowMs);
    }
    this.nowMs = endMs;
  }

  connect(): void {
    this.session.connect(this.nowMs);
  }

  disconnect(): void {
    this.session.disconnect();
  }

  restartCard(): void {
    this.card.reset();
  }

  setReady(ready: boolean): void {
    this.card.settings.refuseWith = ready ? 0 : REFUSE_NO_VIEW;
    this.card.settings.state = ready ? 0 : REFUSE_NO_VIEW;
    this.card.sendView();
  }

  /** All faults end: everything must be settled in the end. */
  heal(): void {
    this.setReady(true);
    this.disconnect();
    this.connect();
    for (let round = 0; round < 200; round += 1) {
      while (this.toCard.length > 0) this.carry(false, 0, false);
      while (this.toHost.length > 0) this.carry(true, 0, false);
      this.flush();
      this.pass(20);
    }
  }
}

type Step = (line: BadLine) => void;

const position = fc.nat({ max: 1_000 });
const frequent = <Value>(weight: number, arbitrary: fc.Arbitrary<Value>) => ({ weight, arbitrary });

const step: fc.Arbitrary<Step> = fc.oneof(
  frequent(
    6,
    fc
      .record({ count: fc.integer({ min: 1, max: 40 }), timeoutMs: fc.constantFrom(5, 300, 100_000) })
      .map<Step>(
        ({ count, timeoutMs }) =>
          (line) =>
            line.call(count, timeoutMs),
      ),
  ),
  frequent(
    5,
    fc.constant<Step>((line) => line.flush()),
  ),
  frequent(
    12,
    fc.record({ toHost: fc.boolean(), position, keep: fc.boolean() }).map<Step>(
      ({ toHost, position, keep }) =>
        (line) =>
          line.carry(toHost, position, keep),
    ),
  ),
  frequent(
    2,
    fc.record({ toHost: fc.boolean(), position }).map<Step>(
      ({ toHost, position }) =>
        (line) =>
          line.lose(toHost, position),
    ),
  ),
  frequent(
    3,
    fc.constantFrom(1, 20, 50, 250, 2_000).map<Step>((ms) => (line) => line.pass(ms)),
  ),
  frequent(
    1,
    fc.constant<Step>((line) => line.disconnect()),
  ),
  frequent(
    2,
    fc.constant<Step>((line) => line.connect()),
  ),
  frequent(
    1,
    fc.constant<Step>((line) => line.restartCard()),
  ),
  frequent(
    1,
    fc.boolean().map<Step>((ready) => (line) => line.setReady(ready)),
  ),
);

test("no number twice, none from before its call, every call settled once, whatever the line does", (t) => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 200 }), (steps) => {
      const line = new BadLine();
      line.connect();
      for (const one of steps) one(line);
      line.heal();
      const given = line.calls.flatMap(({ first, count, floor }) =>
        first === null ? [] : [{ first, count, floor }],
      );
      given.sort((one, other) => (one.first < other.first ? -1 : 1));
      let above = 0n;
      for (const { first, count, floor } of given) {
        if (first <= above) throw new Error(`${first} was delivered twice`);
        if (first < floor) throw new Error(`${first} was assigned before its call`);
        above = first + BigInt(count) - 1n;
      }
      for (const { outcomes } of line.calls) {
        if (outcomes !== 1) throw new Error(`a call was settled ${outcomes} times`);
      }
    }),
    { numRuns: 400 },
  );
  t.pass();
});
