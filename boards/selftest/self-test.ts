import { startFirmware } from "../../firmware/main.js";
import { HostInitFields } from "../../firmware/wire/host-setup-frames.js";
import { Uint64 } from "../../firmware/wire/uint64.js";
import { MemoryCable } from "./memory-cable.js";
import { type MemoryGauge, type MemoryUse, memoryBetween } from "./memory-gauge.js";
import { MemoryPlatform } from "./memory-platform.js";
import { NumberCheck } from "./number-check.js";
import { TestHost } from "./test-host.js";
import { VirtualClock } from "./virtual-clock.js";

const CARDS = 3;
const NUMBERS = 1000;
const FABRIC_ID = 0x5e1f7e57;
/** 300 below 2^53: the run crosses the end of the exact doubles and of a 32-bit half. */
const FIRST = new Uint64(0x001f_ffff, 0xffff_ffff - 299);
/** Virtual time within which a fabric without a fault must be done, with plenty to spare. */
const TIME_LIMIT_US = 5_000_000;

export interface SelfTestResult {
  readonly passed: boolean;
  readonly delivered: number;
  readonly missing: number;
  readonly duplicates: number;
  readonly strangers: number;
  readonly disordered: number;
  readonly surprises: number;
  /** Frames that a port of a card dropped as garbled. */
  readonly badFrames: number;
  /** Virtual time that it took, in microseconds. */
  readonly tookUs: number;
  /** What one running card takes, its ports and storage left out. */
  readonly card: MemoryUse | undefined;
}

/**
 * Three cards in a triangle, each with a host of its own, all in this one machine: they are initialised, take 1,000
 * numbers from all three hosts at once, and an independent check tells whether each was delivered once and in order.
 * @param gauge where the engine can tell how much memory is in use.
 */
export function runSelfTest(gauge?: MemoryGauge): SelfTestResult {
  const clock = new VirtualClock();
  const check = new NumberCheck(FIRST, NUMBERS);
  const cables = [new MemoryCable(clock), new MemoryCable(clock), new MemoryCable(clock)];
  const hosts: TestHost[] = [];
  const platforms: MemoryPlatform[] = [];
  let card: MemoryUse | undefined;
  cables.forEach((cable, place) => {
    const number = place + 1;
    // Cable n goes from card n to the next one round the triangle.
    const links = [cable.one, (cables[(place + CARDS - 1) % CARDS] as MemoryCable).other];
    const usb = new MemoryCable(clock);
    const platform = new MemoryPlatform(clock, number, links, usb.one);
    const before = gauge?.();
    const firmware = startFirmware(platform);
    // The first card also brings in what all share, so the newest one counts.
    if (gauge !== undefined && before !== undefined) card = memoryBetween(before, gauge());
    platform.alarm.onAlarm = () => firmware.wake();
    platforms.push(platform);
    hosts.push(new TestHost(usb.other, setupOf(number), shareOf(place), check));
  });

  for (const host of hosts) host.start();
  const inTime = clock.runUntil(() => hosts.every((host) => host.isDone), TIME_LIMIT_US);
  const { delivered, duplicates, strangers, disordered, missing } = check;
  const surprises = hosts.reduce((sum, host) => sum + host.surprises, 0);
  const badFrames = platforms.reduce((sum, platform) => sum + badFramesOf(platform), 0);
  const faults = duplicates + strangers + disordered + missing + surprises + badFrames;
  const passed = inTime && delivered === NUMBERS && faults === 0;
  const tookUs = clock.nowUs;
  return {
    passed,
    delivered,
    missing,
    duplicates,
    strangers,
    disordered,
    surprises,
    badFrames,
    tookUs,
    card,
  };
}

/** @returns the result as one line of text, without a line end. */
export function describeResult(result: SelfTestResult): string {
  const { delivered, missing, duplicates, strangers, disordered, surprises, badFrames, card } = result;
  const verdict = result.passed ? "passed" : "FAILED";
  const faults =
    `${missing} missing, ${duplicates} duplicates, ${strangers} strangers, ${disordered} out of order, ` +
    `${surprises} surprises, ${badFrames} bad frames`;
  const memory =
    card === undefined ? "" : `; one card takes ${card.slotBytes} B of slots, ${card.chunkBytes} B of chunks`;
  const tookMs = Math.round(result.tookUs / 1000);
  return `self test ${verdict}: ${delivered} numbers in ${tookMs} virtual ms, ${faults}${memory}`;
}

function setupOf(card: number): HostInitFields {
  const setup = new HostInitFields();
  setup.fabricId = FABRIC_ID;
  setup.cardId = card;
  setup.first.copy(FIRST);
  for (let member = 1; member <= CARDS; member += 1) setup.addMember(member, 1);
  return setup;
}

/** @returns how many of the numbers the host at `place` takes: together they are all. */
function shareOf(place: number): number {
  return Math.floor(NUMBERS / CARDS) + (place < NUMBERS % CARDS ? 1 : 0);
}

function badFramesOf(platform: MemoryPlatform): number {
  return platform.links.reduce((sum, link) => sum + link.badFrames, platform.host.badFrames);
}
