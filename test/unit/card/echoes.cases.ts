import { MAX_ECHO_WAIT_MS, MAX_ECHOES, NEIGHBOUR_ID } from "../../../firmware/wire/constants.js";
import type { CounterName } from "../../../firmware/wire/counter-names.js";
import {
  ECHO_ALTERNATING,
  ECHO_BACK,
  ECHO_BAD,
  ECHO_BUSY,
  ECHO_CHANGED,
  ECHO_COUNTING,
  ECHO_LOST,
  ECHO_NO_CABLE,
  ECHO_NO_MEMBER,
  ECHO_NO_ROOM,
  ECHO_PATTERNS,
  ECHO_RANDOM,
  fillEcho,
  type HostEchoFields,
  MAX_ECHO_BYTES,
  writeEchoTag,
} from "../../../firmware/wire/echo-frames.js";
import {
  FRAME_BEACON,
  FRAME_ECHO,
  FRAME_ECHO_REPLY,
  FRAME_HELLO,
  FRAME_HOST_ECHO_RESULT,
  OFFSET_TYPE,
} from "../../../firmware/wire/frame-types.js";
import { CardBench, SESSION } from "../../support/card-bench.js";
import type { FrameOptions } from "../../support/card-bench-options.js";
import { hostClose, hostEcho, hostInit, hostOpen, hostTrunkOpen } from "../../support/host-frames.js";
import { started } from "../../support/started-fabric.js";
import type { UnitCase } from "../../support/unit-case.js";
import { TRIANGLE } from "../../support/virtual-fabric.js";

const OTHER_END: FrameOptions = { destination: NEIGHBOUR_ID, hopsLeft: 1 };

/** Has the host ask for an echo, and lets the card send it. */
function ask(bench: CardBench, options: Partial<HostEchoFields> = {}): void {
  bench.fromHost(hostEcho(SESSION, options));
  bench.advance(0);
}

/** An echo, or the reply to one, comes from the other end of the cable to `source`. */
function come(
  bench: CardBench,
  source: number,
  type: number,
  echo: { tag?: number; pattern?: number; payloadBytes?: number } = {},
  options: FrameOptions = {},
): void {
  const { tag = 1, pattern = ECHO_COUNTING, payloadBytes = 8 } = echo;
  bench.receive(
    source,
    type,
    (frame) => {
      fillEcho(frame, pattern, payloadBytes);
      writeEchoTag(frame, tag);
    },
    { ...OTHER_END, ...options },
  );
}

/** What the card has sent of a type: link, tag and payload. */
function sent(bench: CardBench, type: number): (readonly [number, number, number])[] {
  return bench.sent
    .echoes()
    .filter((one) => one.type === type)
    .map(({ link, fields }) => [link, fields.tag, fields.payload.length] as const);
}

function counter(bench: CardBench, name: CounterName): number {
  return bench.card.counters[name];
}

export const echoesCases: readonly UnitCase[] = [
  {
    title:
      "over every cable of a fabric, with every pattern and length, an echo comes back in the time of both ways",
    run(t) {
      const fabric = started(3, TRIANGLE);
      for (const link of [0, 1]) {
        for (let pattern = 0; pattern < ECHO_PATTERNS; pattern += 1) {
          for (const payloadBytes of [0, 1, 100, MAX_ECHO_BYTES]) {
            fabric.host(0).clear();
            fabric.fromHost(0, hostEcho(1, { tag: 0xffff_ffff, link, pattern, payloadBytes }));
            fabric.run(199);
            t.deepEqual(fabric.host(0).echoes(), []);
            fabric.run(1);
            t.deepEqual(fabric.host(0).echoes(), [[0xffff_ffff, ECHO_BACK, 200]]);
          }
        }
      }
    },
  },
  {
    title: "an echo goes to the other end of its cable, over one hop, and its reply back over the same",
    run(t) {
      const bench = new CardBench();
      ask(bench, { tag: 7, link: 1 });
      const [echo] = bench.sent.echoes();
      t.deepEqual(
        [echo?.link, echo?.to, echo?.type, echo?.fields.tag, echo?.fields.payload],
        [1, NEIGHBOUR_ID, FRAME_ECHO, 7, [0, 1, 2, 3, 4, 5, 6, 7]],
      );
      t.is(bench.sent.frames.at(-1)?.frame.bytes[4], 1);
      come(bench, 3, FRAME_ECHO, { tag: 9, pattern: ECHO_RANDOM, payloadBytes: MAX_ECHO_BYTES });
      const reply = bench.sent.frames.at(-1);
      t.deepEqual(
        [
          reply?.link,
          reply?.frame.bytes[OFFSET_TYPE],
          reply?.frame.bytes[2],
          reply?.frame.bytes[3],
          reply?.frame.bytes[4],
        ],
        [1, FRAME_ECHO_REPLY, 1, NEIGHBOUR_ID, 1],
      );
      t.deepEqual(sent(bench, FRAME_ECHO_REPLY), [[1, 9, MAX_ECHO_BYTES]]);
    },
  },
  {
    title: "hellos and beacons that are due go out before an echo",
    run(t) {
      const bench = new CardBench();
      bench.ack(2);
      bench.ack(3);
      const begin = bench.sent.frames.length;
      // The host asks while the card was kept from its tick for longer than a hello's time.
      bench.nowUs += 30_000;
      bench.fromHost(hostEcho(SESSION, {}));
      bench.card.tick(bench.nowUs);
      const types = bench.sent.frames.slice(begin).map(({ frame }) => frame.bytes[OFFSET_TYPE]);
      const at = types.indexOf(FRAME_ECHO);
      t.true(at > 0, types.join());
      t.true(types.slice(0, at).includes(FRAME_HELLO), types.join());
      t.true(types.slice(0, at).includes(FRAME_BEACON), types.join());
      t.deepEqual(
        types.slice(at + 1).filter((type) => type === FRAME_HELLO || type === FRAME_BEACON),
        [],
      );
    },
  },
  {
    title: "what does not come back in time is lost, and a late reply changes nothing",
    run(t) {
      const bench = new CardBench();
      ask(bench, { tag: 5, waitMs: 20 });
      bench.advance(19_999);
      t.deepEqual(bench.host.echoes(), []);
      bench.advance(1);
      t.deepEqual(bench.host.echoes(), [[5, ECHO_LOST, 0]]);
      come(bench, 2, FRAME_ECHO_REPLY, { tag: 5 });
      t.deepEqual(bench.host.echoes(), [[5, ECHO_LOST, 0]]);
      t.is(counter(bench, "dropRole"), 1);
      bench.advance(1_000_000);
      t.is(bench.host.echoes().length, 1);
    },
  },
  {
    title: "a reply with another payload, or of another length, is told as changed",
    run(t) {
      const bench = new CardBench();
      ask(bench, { tag: 1 });
      come(bench, 2, FRAME_ECHO_REPLY, { tag: 1, pattern: ECHO_ALTERNATING });
      ask(bench, { tag: 2 });
      bench.advance(30);
      come(bench, 2, FRAME_ECHO_REPLY, { tag: 2, payloadBytes: 7 });
      t.deepEqual(bench.host.echoes(), [
        [1, ECHO_CHANGED, 0],
        [2, ECHO_CHANGED, 30],
      ]);
    },
  },
  {
    title: "echoes of different payloads may be under way at once, and replies may come in any order",
    run(t) {
      const bench = new CardBench();
      ask(bench, { tag: 1, pattern: ECHO_COUNTING });
      ask(bench, { tag: 2, pattern: ECHO_RANDOM, payloadBytes: 9 });
      ask(bench, { tag: 3, pattern: ECHO_COUNTING, payloadBytes: 9 });
      bench.advance(40);
      come(bench, 2, FRAME_ECHO_REPLY, { tag: 3, payloadBytes: 9 });
      come(bench, 2, FRAME_ECHO_REPLY, { tag: 2, pattern: ECHO_RANDOM, payloadBytes: 9 });
      come(bench, 2, FRAME_ECHO_REPLY, { tag: 1 });
      t.deepEqual(bench.host.echoes(), [
        [3, ECHO_BACK, 40],
        [2, ECHO_BACK, 40],
        [1, ECHO_BACK, 40],
      ]);
    },
  },
  {
    title: "a reply over another cable, under another tag, or before the echo went out, is dropped",
    run(t) {
      const bench = new CardBench();
      bench.fromHost(hostEcho(SESSION, {}));
      come(bench, 2, FRAME_ECHO_REPLY);
      bench.advance(0);
      come(bench, 3, FRAME_ECHO_REPLY);
      come(bench, 2, FRAME_ECHO_REPLY, { tag: 2 });
      t.is(counter(bench, "dropRole"), 3);
      t.deepEqual(bench.host.echoes(), []);
      come(bench, 2, FRAME_ECHO_REPLY);
      t.deepEqual(bench.host.echoes(), [[1, ECHO_BACK, 0]]);
    },
  },
  {
    title: "more than a few at a time are refused, until one has ended",
    run(t) {
      const bench = new CardBench();
      for (let tag = 0; tag < MAX_ECHOES; tag += 1) ask(bench, { tag });
      ask(bench, { tag: 100 });
      t.deepEqual(bench.host.echoes(), [[100, ECHO_BUSY, 0]]);
      come(bench, 2, FRAME_ECHO_REPLY, { tag: 2 });
      ask(bench, { tag: 101 });
      t.deepEqual(
        sent(bench, FRAME_ECHO).map(([, tag]) => tag),
        [0, 1, 2, 3, 101],
      );
    },
  },
  {
    title: "what is asked for in vain is refused with its reason",
    run(t) {
      const bench = new CardBench();
      const bad: [Partial<HostEchoFields>, number][] = [
        [{ link: 2 }, ECHO_NO_CABLE],
        [{ link: 255 }, ECHO_NO_CABLE],
        [{ pattern: ECHO_PATTERNS }, ECHO_BAD],
        [{ payloadBytes: MAX_ECHO_BYTES + 1 }, ECHO_BAD],
        [{ waitMs: 0 }, ECHO_BAD],
        [{ waitMs: MAX_ECHO_WAIT_MS + 1 }, ECHO_BAD],
      ];
      for (const [options] of bad) ask(bench, options);
      t.deepEqual(
        bench.host.echoes(),
        bad.map(([, code]) => [1, code, 0]),
      );
      t.deepEqual(sent(bench, FRAME_ECHO), []);
      ask(bench, { waitMs: MAX_ECHO_WAIT_MS, payloadBytes: MAX_ECHO_BYTES, pattern: ECHO_PATTERNS - 1 });
      t.deepEqual(sent(bench, FRAME_ECHO), [[0, 1, MAX_ECHO_BYTES]]);
    },
  },
  {
    title: "the trunk is no cable: no echo goes over it, and none that comes over it is answered",
    run(t) {
      const fabric = started(4, [
        [0, 1],
        [2, 3],
        [1, 2],
      ]);
      fabric.cut(2);
      fabric.lendTrunk(0, 3);
      fabric.run(1_000_000);
      fabric.fromHost(0, hostEcho(1, { link: 1 }));
      t.deepEqual(fabric.host(0).echoes(), [[1, ECHO_NO_CABLE, 0]]);
      const bench = new CardBench();
      bench.fromHost(hostTrunkOpen(SESSION));
      come(bench, 2, FRAME_ECHO, {}, { link: 2 });
      t.deepEqual(sent(bench, FRAME_ECHO_REPLY), []);
      t.is(counter(bench, "dropRole"), 1);
    },
  },
  {
    title: "a send buffer without room is told, and a reply that finds none is lost",
    run(t) {
      const bench = new CardBench();
      bench.accepts = false;
      ask(bench);
      come(bench, 2, FRAME_ECHO);
      bench.accepts = true;
      t.deepEqual(bench.host.echoes(), [[1, ECHO_NO_ROOM, 0]]);
      t.deepEqual(bench.sent.echoes(), []);
    },
  },
  {
    title: "a card answers members only, and only while it is one",
    run(t) {
      const bench = new CardBench();
      come(bench, 9, FRAME_ECHO, {}, { link: 0 });
      t.is(counter(bench, "dropSource"), 1);
      come(bench, 2, FRAME_ECHO, {}, { fabricId: 8 });
      t.is(counter(bench, "dropFabric"), 1);
      t.deepEqual(bench.sent.echoes(), []);
      const blank = new CardBench({ uninitialised: true });
      come(blank, 2, FRAME_ECHO);
      ask(blank);
      t.deepEqual(blank.sent.echoes(), []);
      t.deepEqual(blank.host.echoes(), [[1, ECHO_NO_MEMBER, 0]]);
    },
  },
  {
    title: "a card that heard of a newer list answers nobody whom only that one has",
    run(t) {
      const bench = new CardBench({ cardId: 3 });
      // More than it may accept is promised; the list of the view it then hears of has card 4.
      bench.advance(70_000);
      bench.prepare(0x901, 1);
      const list = [...bench.list, [4, 1, 1, 4] as const];
      bench.accept({ view: 0x801, from: 1, primary: 1, secondary: 2, list, lastCardId: 4 });
      come(bench, 4, FRAME_ECHO, {}, { link: 0 });
      t.deepEqual(bench.sent.echoes(), []);
      t.is(counter(bench, "dropRole"), 1);
    },
  },
  {
    title: "a card that waits for its fabric answers nobody",
    run(t) {
      const bench = new CardBench({ uninitialised: true, cardId: 2 });
      bench.fromHost(hostOpen(SESSION));
      bench.card.receiveFromHost(hostInit({ session: SESSION, cardId: 2 }), bench.nowUs);
      come(bench, 1, FRAME_ECHO, {}, { link: 0 });
      t.deepEqual(bench.sent.echoes(), []);
      t.is(counter(bench, "dropRole"), 1);
    },
  },
  {
    title: "a card that is no member any more tells its host so",
    run(t) {
      const bench = new CardBench({ cardId: 3 });
      ask(bench, { tag: 4 });
      const list = [
        [1, 1],
        [2, 1],
      ] as const;
      bench.accept({ view: 0x201, primary: 1, secondary: 2, list });
      bench.advance(100_000);
      t.deepEqual(bench.host.echoes(), [[4, ECHO_NO_MEMBER, 0]]);
    },
  },
  {
    title: "a new session is told nothing of what an older one asked for",
    run(t) {
      for (const end of [hostOpen(SESSION + 1), hostClose(SESSION)]) {
        const bench = new CardBench();
        ask(bench);
        bench.fromHost(end);
        come(bench, 2, FRAME_ECHO_REPLY);
        bench.advance(1_000_000);
        t.deepEqual(bench.host.of(FRAME_HOST_ECHO_RESULT), []);
      }
    },
  },
  {
    title: "an echo too short for its tag, and a frame that no neighbour sends, are dropped",
    run(t) {
      const bench = new CardBench();
      bench.receive(
        2,
        FRAME_ECHO,
        (frame) => {
          frame.length = 12;
        },
        OTHER_END,
      );
      bench.receive(
        2,
        FRAME_ECHO_REPLY,
        (frame) => {
          frame.length = 12;
        },
        OTHER_END,
      );
      t.is(counter(bench, "dropLength"), 2);
      bench.receive(
        2,
        FRAME_BEACON,
        (frame) => {
          frame.length = 28;
        },
        OTHER_END,
      );
      t.is(counter(bench, "dropType"), 1);
      t.deepEqual(bench.sent.echoes(), []);
    },
  },
];
