import type { HostLine, HostSink } from "../../../boards/virtual/host-line.js";
import { FrameBuffer } from "../../../firmware/wire/frame-buffer.js";
import { FrameDecoder } from "../../../firmware/wire/frame-decoder.js";
import {
  type HostLinkTestResultFields,
  LINK_TEST_BAD_BAUD,
  LINK_TEST_BEGUN,
  LINK_TEST_DONE,
} from "../../../firmware/wire/link-test-frames.js";
import { check, describeResult } from "../../../scripts/checker/index.js";
import { BenchFabric } from "../../../scripts/emulated-bench/bench-fabric.js";
import { LoadRun } from "../../../scripts/emulated-bench/load.js";
import { readHeapUse } from "../../../scripts/emulated-bench/memory.js";
import { hostEcho, hostLinkTest, hostOpen } from "../../support/host-frames.js";
import { HostLog } from "../../support/host-log.js";
import { because, benchSettings, withFirmware } from "./firmware.js";
import { encode } from "./lone-card.js";

const SESSION = 77;
const USUAL_BAUD = 2_000_000;
const ECHOES = 10;
const DURATION_MS = 300;
/** `creation.static` of the board's manifest. */
const HEAP_BYTES = 98_304;

/** The computer at a board's USB that tests the board's first cable. */
class Tester implements HostSink {
  readonly log = new HostLog();
  private readonly fabric: BenchFabric;
  private readonly line: HostLine;
  private readonly decoder = new FrameDecoder((frame) => {
    this.log.add(new FrameBuffer().copy(frame), this.fabric.emulation.now());
  });
  private tag = 0;

  constructor(fabric: BenchFabric, line: HostLine) {
    this.fabric = fabric;
    this.line = line;
    line.attach(this);
    this.send(hostOpen(SESSION));
  }

  room(): number {
    return 4_096;
  }

  write(bytes: Uint8Array): boolean {
    this.decoder.push(bytes, 0, bytes.length);
    return true;
  }

  /** @returns the tag under which it is answered. */
  askTest(baud: number, durationMs: number): number {
    this.tag += 1;
    this.send(hostLinkTest(SESSION, { tag: this.tag, link: 0, baud, durationMs }));
    return this.tag;
  }

  /** @returns what the card said of a test, in order. */
  answers(tag: number): HostLinkTestResultFields[] {
    return this.log.linkTests().filter((one) => one.tag === tag);
  }

  /** @returns the result of one echo as long as a frame can be: tag, code, round trip. */
  echo(): readonly [number, number, number] {
    this.tag += 1;
    this.send(hostEcho(SESSION, { tag: this.tag, link: 0, pattern: 4, payloadBytes: 237, waitMs: 50 }));
    const result = () => this.log.echoes().find(([tag]) => tag === this.tag);
    this.fabric.passUntil(() => result() !== undefined, "the result of an echo");
    return result() as readonly [number, number, number];
  }

  private send(frame: FrameBuffer): void {
    this.line.receive(encode(frame));
  }
}

/** What the registers of the first UART of cards 1 and 2 say, which one cable joins. */
function baudsOf(fabric: BenchFabric): number[] {
  return [1, 2].map((id) => {
    const bitNanos = fabric.card(id).board?.uarts[0]?.format?.bitNanos ?? 0;
    return 1e9 / bitNanos;
  });
}

withFirmware(
  `a cable between two boards at 1, 2 and 3 Mbaud, at their limit, and at what is none${because}`,
  (t) => {
    const fabric = BenchFabric.start(benchSettings(t, { seed: 5 }));
    const tester = new Tester(fabric, (fabric.parts.cards[0] as { line: HostLine }).line);
    const run = new LoadRun(fabric, { hosts: [2, 3], inFlight: 1, count: 1 }).start();
    fabric.pass(50e6);

    const isNear = (baud: number): boolean => baudsOf(fabric).every((one) => Math.abs(one / baud - 1) < 0.01);
    /** @returns how many of the echoes came back, and the shortest round trip. */
    const testAt = (baud: number): [number, number] => {
      const tag = tester.askTest(baud, DURATION_MS);
      fabric.passUntil(() => tester.answers(tag).length > 0, "an answer to a test");
      t.is(tester.answers(tag)[0]?.code, LINK_TEST_BEGUN);
      t.true(isNear(baud), `${baudsOf(fabric)} is not ${baud}`);
      const back: number[] = [];
      for (let index = 0; index < ECHOES; index += 1) {
        const [, code, roundTripUs] = tester.echo();
        if (code === 0) back.push(roundTripUs);
      }
      fabric.passUntil(() => tester.answers(tag).length > 1, "the end of a test");
      t.is(tester.answers(tag)[1]?.code, LINK_TEST_DONE);
      t.true(isNear(USUAL_BAUD), "both ends are back");
      fabric.pass(100e6);
      t.log(`${baud} baud: ${back.length} of ${ECHOES} echoes back, ${Math.min(...back)} us`);
      return [back.length, Math.min(...back)];
    };

    const limits = tester.askTest(0, 0);
    fabric.passUntil(() => tester.answers(limits).length > 0, "the limits");
    const { configuredBaud, maxBaud } = tester.answers(limits)[0] as HostLinkTestResultFields;
    t.is(configuredBaud, USUAL_BAUD);
    t.true(maxBaud >= 7_812_500);
    const trips = [1_000_000, 2_000_000, 3_000_000].map((baud) => testAt(baud));
    t.deepEqual(
      trips.map(([back]) => back),
      [ECHOES, ECHOES, ECHOES],
    );
    // 257 bytes each way: 5.1 ms, 2.6 ms and 1.7 ms on the wire.
    t.true((trips[0]?.[1] ?? 0) > 5_100 && (trips[1]?.[1] ?? 0) > 2_500 && (trips[2]?.[1] ?? 0) > 1_700);
    // From 2 to 3 Mbaud less is gained than a card's own turns vary by.
    t.true((trips[0]?.[1] ?? 0) > Math.max(trips[1]?.[1] ?? 0, trips[2]?.[1] ?? 0));
    testAt(maxBaud);

    for (const baud of [maxBaud + 1, 9_599]) {
      const refused = tester.askTest(baud, DURATION_MS);
      fabric.passUntil(() => tester.answers(refused).length > 0, "a refusal");
      t.like(tester.answers(refused)[0], { code: LINK_TEST_BAD_BAUD, card: 1, maxBaud });
    }
    t.true(isNear(USUAL_BAUD));
    run.finish();
    for (const { board, id } of fabric.cards) {
      const heap = board === undefined ? undefined : readHeapUse(board, HEAP_BYTES);
      t.log(`card ${id}: ${heap?.usedBytes} bytes of XS memory ever used`);
      t.true((heap?.usedBytes ?? HEAP_BYTES) < 0.8 * HEAP_BYTES);
    }
    const result = check(run.deliveries);
    t.log(describeResult(result));
    t.true(result.held);
    t.true(result.delivered > 100);
    t.is(
      fabric.cards.reduce((sum, { resets }) => sum + resets, 0),
      0,
      "no watchdog had to help",
    );
  },
);
