import test from "ava";
import { type BoardHardware, startBoard } from "../../boards/board-card.js";
import { LIGHT_BLANK, LIGHT_ERROR } from "../../firmware/indication/indication.js";
import { colorAt, DARK, type Light, RED, SLOT_US, WHITE } from "../../firmware/indication/light.js";
import type { FramePort } from "../../firmware/ports/frame-port.js";
import { COUNTER_NAMES } from "../../firmware/wire/counter-names.js";
import { FrameBuffer } from "../../firmware/wire/frame-buffer.js";
import {
  FRAME_HOST_COUNTERS,
  FRAME_HOST_OPEN,
  FRAME_HOST_STATUS_REQUEST,
} from "../../firmware/wire/frame-types.js";
import { writeHostHeader } from "../../firmware/wire/header.js";
import { decodeHostCounters } from "../../firmware/wire/host-status-frames.js";
import { Uint64 } from "../../firmware/wire/uint64.js";
import { makeFlash } from "../support/flash-bench.js";

const FRAME_PORT = {
  onFrame: () => {},
  badFrames: 0,
  forgottenFrames: 0,
  expectedFrames: 0,
  expectedUs: () => 0,
  expect: () => {},
  expectLike: () => {},
  expectNothing: () => {},
  send: () => true,
  sendWith: () => true,
  close: () => {},
};

/** A board whose clock and alarm are in the test's hands. Its native classes differ from these in their C only. */
class FakeBoard {
  nowUs = 0;
  alarmUs = Number.POSITIVE_INFINITY;
  readonly colors: number[] = [];
  readonly alarm = { onAlarm: (_nowUs: number) => {}, set: (timeUs: number) => this.setAlarm(timeUs) };

  constructor(flashReads = true, host: FramePort = FRAME_PORT) {
    const flash = makeFlash(4, 16);
    if (!flashReads) flash.failures = { read: () => true };
    startBoard({
      device: { chipId: new Uint64(1, 2), nowUs: () => this.nowUs, randomBits: () => -1 },
      alarm: this.alarm,
      flash,
      links: [FRAME_PORT],
      host,
      showColor: (color: number) => this.colors.push(color),
    } as unknown as BoardHardware);
  }

  /** Lets the alarm ring until `untilUs`. @returns how often it rang. */
  run(untilUs: number): number {
    let rings = 0;
    while (this.alarmUs <= untilUs) {
      this.nowUs = Math.max(this.nowUs, this.alarmUs);
      this.alarmUs = Number.POSITIVE_INFINITY;
      rings += 1;
      this.alarm.onAlarm(this.nowUs);
    }
    this.nowUs = untilUs;
    return rings;
  }

  private setAlarm(timeUs: number): void {
    this.alarmUs = timeUs;
  }
}

/** The colours that a light takes on one after the other, from the start to `untilUs`. */
function changes(light: Light, untilUs: number): number[] {
  const colors: number[] = [];
  for (let atUs = 0; atUs <= untilUs; atUs += SLOT_US) {
    const color = colorAt(light, atUs);
    if (color !== colors.at(-1)) colors.push(color);
  }
  return colors;
}

test("a blank card's board blinks, though the card itself asks for no alarm", (t) => {
  const board = new FakeBoard();
  const rings = board.run(4_500_000);
  t.deepEqual(board.colors, changes(LIGHT_BLANK, 4_500_000));
  t.deepEqual(board.colors, [WHITE, DARK, WHITE, DARK, WHITE]);
  t.true(rings <= 4 * 4.5 + 2, `it was woken ${rings} times`);
});

test("a card whose flash cannot be read flickers", (t) => {
  const board = new FakeBoard(false);
  board.run(1_000_000);
  t.deepEqual(board.colors, changes(LIGHT_ERROR, 1_000_000));
  t.true(board.colors.includes(RED));
});

test("an alarm that rings too early harms nothing", (t) => {
  const board = new FakeBoard();
  board.run(10_000);
  const shown = board.colors.length;
  board.alarm.onAlarm(board.nowUs);
  t.is(board.colors.length, shown);
  t.true(board.alarmUs > board.nowUs && board.alarmUs < Number.POSITIVE_INFINITY);
});

test("what the port to the host has counted is among the counters that the card tells", (t) => {
  const values = new Uint32Array(COUNTER_NAMES.length);
  const host = {
    ...FRAME_PORT,
    badFrames: 3,
    forgottenFrames: 2,
    send: (frame: FrameBuffer) => frame.bytes[1] !== FRAME_HOST_COUNTERS || decodeHostCounters(frame, values),
  };
  new FakeBoard(true, host);
  const { onFrame } = host as FramePort;
  for (const type of [FRAME_HOST_OPEN, FRAME_HOST_STATUS_REQUEST]) {
    const frame = new FrameBuffer();
    writeHostHeader(frame, type, 1);
    frame.length = 6;
    onFrame(frame, 0, 0);
  }
  const told = (["hostBadFrames", "hostFramesForgotten"] as const).map(
    (name) => values[COUNTER_NAMES.indexOf(name)],
  );
  t.deepEqual(told, [3, 2]);
});
