import test from "ava";
import { FrameBuffer } from "../../../firmware/wire/frame-buffer.js";
import { FRAME_HOST_TRUNK_CLOSE, FRAME_HOST_TRUNK_IN } from "../../../firmware/wire/frame-types.js";
import { writeHostHeader } from "../../../firmware/wire/header.js";
import { CARD_FLAG_BLANK, CARD_FLAG_JOINING } from "../../../firmware/wire/host-setup-frames.js";
import { CardPort } from "../../../host-bridge/daemon/card-port.js";
import { Logs } from "../../../host-bridge/daemon/log.js";
import { Metrics } from "../../../host-bridge/daemon/metrics.js";
import { Trunks } from "../../../host-bridge/daemon/trunks.js";
import { closedError } from "../../../host-bridge/session-errors.js";
import type { FakeCardSettings } from "../fake-card-settings.js";
import { VirtualClock } from "../virtual-clock.js";
import { VirtualPort } from "../virtual-port.js";
import { DaemonBench } from "./daemon-bench.js";

const FRAME = "0101030004aabbccdd0011";

/** Cards in memory with trunks between them, in a time that stands still. */
class TrunkBench {
  readonly clock = new VirtualClock();
  readonly metrics = new Metrics();
  readonly virtual: VirtualPort[];
  readonly ports: CardPort[];
  readonly trunks: Trunks;
  private drawn = 0;

  constructor(cards: readonly Partial<FakeCardSettings>[]) {
    this.virtual = cards.map((settings) => new VirtualPort(settings));
    this.ports = this.virtual.map(({ open }, index) => this.port(index, open));
    const { clock, metrics, ports } = this;
    const log = new Logs({ level: "silent", levels: {} }).for("trunk");
    this.trunks = new Trunks({ ports, clock, metrics, log });
  }

  /** What each card heard of its trunk since it was asked last. */
  get heard(): string[][] {
    return this.virtual.map(({ card }) => card.trunk.splice(0));
  }

  async start(): Promise<this> {
    await Promise.all(this.ports.map((port) => port.start()));
    await this.clock.settle();
    return this;
  }

  async say(card: number, hex = FRAME): Promise<void> {
    this.virtual[card]?.card.sendOverTrunk(hex);
    await this.clock.settle();
  }

  async count(name: string): Promise<number> {
    const metric = await this.metrics.registry.getSingleMetric(`seqcard_${name}`)?.get();
    return (metric?.values ?? []).reduce((sum, { value }) => sum + value, 0);
  }

  private port(index: number, openTransport: VirtualPort["open"]): CardPort {
    const random32 = (): number => {
      this.drawn += 1;
      return this.drawn;
    };
    return new CardPort(
      { path: `card${index + 1}`, openTransport, clock: this.clock, random32, openTimeoutMs: 2_000 },
      {
        onHealth: () => this.trunks.onHealth(),
        onForeignFrame: () => {},
        onTrunkFrame: (port, frame) => this.trunks.onFrame(port, frame),
        onNewest: () => {},
        onHeld: () => {},
        onError: () => {},
      },
    );
  }
}

test("two cards of one fabric are lent a trunk, and each gets what the other says, at once", async (t) => {
  const bench = await new TrunkBench([{ cardId: 1 }, { cardId: 4 }]).start();
  t.deepEqual(bench.heard, [["open"], ["open"]]);
  await bench.say(0);
  t.deepEqual(bench.heard, [[], [FRAME]]);
  await bench.say(1, `${FRAME}22`);
  t.deepEqual(bench.heard, [[`${FRAME}22`], []]);
  t.is(await bench.count("trunk_frames_total"), 2);
  t.is(await bench.count("trunks_open"), 1);
});

test("a card that says nothing over its trunk is told of it again", async (t) => {
  const bench = await new TrunkBench([{ cardId: 1 }, { cardId: 4 }]).start();
  await bench.say(0);
  t.deepEqual(bench.heard, [["open"], ["open", FRAME]]);
  await bench.clock.pass(250);
  t.deepEqual(bench.heard, [[], ["open"]]);
  await bench.clock.pass(250);
  t.deepEqual(bench.heard, [["open"], ["open"]]);
});

test("a card that is gone ends the trunk, and its return begins another", async (t) => {
  const bench = await new TrunkBench([{ cardId: 1 }, { cardId: 4 }]).start();
  t.deepEqual(bench.heard, [["open"], ["open"]]);
  bench.virtual[1]?.unplug();
  await bench.clock.settle();
  t.deepEqual(bench.heard, [["close"], []]);
  await bench.say(0);
  t.is(await bench.count("trunk_frames_dropped_total"), 1);
  t.is(await bench.count("trunks_open"), 0);
  bench.virtual[1]?.plugIn();
  await bench.clock.pass(1_000);
  t.deepEqual(
    bench.heard.map((told) => told[0]),
    ["open", "open"],
  );
});

test("cards of two fabrics, blank ones and the same card twice have no trunk; one that waits for its fabric has", async (t) => {
  const other = await new TrunkBench([{ cardId: 1 }, { cardId: 4, fabricId: 9 }]).start();
  t.deepEqual(other.heard, [[], []]);
  const blank = await new TrunkBench([{ cardId: 1 }, { flags: CARD_FLAG_BLANK }]).start();
  t.deepEqual(blank.heard, [[], []]);
  const twice = await new TrunkBench([{ cardId: 1 }, { cardId: 1 }]).start();
  t.deepEqual(twice.heard, [[], []]);
  const joining = await new TrunkBench([{ cardId: 1 }, { cardId: 4, flags: CARD_FLAG_JOINING }]).start();
  t.deepEqual(joining.heard, [["open"], ["open"]]);
});

test("of three cards two have a trunk, and the third takes the place of one that is gone", async (t) => {
  const bench = await new TrunkBench([{ cardId: 1 }, { cardId: 4 }, { cardId: 5 }]).start();
  t.deepEqual(bench.heard, [["open"], ["open"], []]);
  bench.virtual[0]?.unplug();
  await bench.clock.settle();
  t.deepEqual(bench.heard, [[], ["close", "open"], ["open"]]);
});

test("a line that is full loses the newest frame, counted; the end closes what is open and nothing more is said", async (t) => {
  const bench = await new TrunkBench([{ cardId: 1 }, { cardId: 4 }]).start();
  t.deepEqual(bench.heard, [["open"], ["open"]]);
  Object.defineProperty(bench.ports[1], "waitingBytes", { value: 8_193 });
  await bench.say(0);
  t.deepEqual(bench.heard, [[], []]);
  t.is(await bench.count("trunk_frames_dropped_total"), 1);
  bench.trunks.stop();
  bench.trunks.onHealth();
  t.deepEqual(bench.heard, [["close"], ["close"]]);
  await bench.clock.pass(1_000);
  t.deepEqual(bench.heard, [[], []]);
  for (const port of bench.ports) await port.stop(closedError());
});

test("a client of the daemon can neither end a trunk nor speak over it", async (t) => {
  const bench = await new DaemonBench(t, [{ cardId: 1 }, { cardId: 4 }]).start();
  const [one, other] = bench.ports;
  await bench.until(() => one?.card.trunk[0] === "open" && other?.card.trunk[0] === "open");
  const port = new TrunkBench([{ cardId: 1 }]);
  await port.start();
  for (const type of [FRAME_HOST_TRUNK_IN, FRAME_HOST_TRUNK_CLOSE]) {
    const frame = new FrameBuffer();
    frame.length = 20;
    writeHostHeader(frame, type, 1);
    port.ports[0]?.sendForeign(frame);
  }
  await port.clock.settle();
  t.deepEqual(port.heard, [[]]);
  await bench.daemon.stop();
  t.is(one?.card.trunk.at(-1), "close");
  t.is(other?.card.trunk.at(-1), "close");
});
