import type { ExecutionContext } from "ava";
import { ByteWire } from "../../../boards/emulated/cable/byte-wire.js";
import { prepareBootRom, readBootRom } from "../../../boards/emulated/chip/boot-rom.js";
import { readFirmware } from "../../../boards/emulated/chip/firmware-image.js";
import { type FlashTimes, TYPICAL_FLASH_TIMES } from "../../../boards/emulated/chip/flash-memory.js";
import type { LineFormat } from "../../../boards/emulated/chip/sampling.js";
import { EmulatedCard, type EmulatedLink } from "../../../boards/emulated/emulated-card.js";
import { Emulation } from "../../../boards/emulated/emulation.js";
import { DEFAULT_CABLE } from "../../../boards/virtual/cable.js";
import { HostLine } from "../../../boards/virtual/host-line.js";
import { createRandom } from "../../../boards/virtual/random.js";
import { Trace } from "../../../boards/virtual/trace.js";
import { FlashLog } from "../../../firmware/storage/flash-log.js";
import { MAX_ENCODED_BYTES } from "../../../firmware/wire/constants.js";
import type { FrameBuffer } from "../../../firmware/wire/frame-buffer.js";
import { FrameDecoder } from "../../../firmware/wire/frame-decoder.js";
import { encodeFrame } from "../../../firmware/wire/frame-encoder.js";
import { FRAME_HOST_COUNTERS, FRAME_HOST_WELCOME } from "../../../firmware/wire/frame-types.js";
import { CardBench } from "../../support/card-bench.js";
import { makeFlash } from "../../support/flash-bench.js";
import { hostOpen, hostStatusRequest } from "../../support/host-frames.js";
import { HostLog } from "../../support/host-log.js";
import { benchSettings } from "./firmware.js";

/** Where the firmware of a Pico has its log: 64 sectors below the SDK's file system and preferences. */
const LOG_OFFSET = 0x1a_8000;
const LOG_SECTORS = 64;
const PAGES_A_SECTOR = 16;
const SESSION = 1;
const MS = 1e6;

/** What the cables' other ends send with: 2 Mbaud, 8N1. */
export const LINE: LineFormat = { bitNanos: 500, dataBits: 8, parity: "none", stopBits: 1 };

export interface LoneCardOptions {
  readonly flashTimes?: Partial<FlashTimes>;
  /** Pages of the log that can still be written when it starts; all but a few unless told otherwise. */
  readonly freePages?: number;
  /** What the log has instead of card 3's records. */
  readonly log?: Uint8Array;
  /** Whether it stands at its reset, and has no session yet. */
  readonly atReset?: boolean;
}

/** What a card says of its reception. */
export interface Reception {
  /** Whole frames of another fabric: the card counts them and does nothing else. */
  readonly strangers: number;
  /** Of both cables together. */
  readonly bad: number;
}

/** One emulated board with the real firmware, member 3 of a fabric whose other cards and hosts are the test's. */
export class LoneCard {
  readonly emulation = new Emulation();
  readonly host = new HostLog();
  readonly card: EmulatedCard;
  readonly deaths: string[] = [];
  private readonly line: HostLine;
  /** By link: what leads to the card, and until when it is taken. */
  private readonly wires: readonly ByteWire[];
  private readonly freeNanos = [0, 0];

  /** Starts it, and waits until it has answered its host where it is not to stand at its reset. */
  constructor(t: ExecutionContext, options: LoneCardOptions = {}) {
    const { bootRom, firmware } = benchSettings(t, {});
    const trace = new Trace();
    const wire = (from: string, to: string): ByteWire =>
      new ByteWire({ settings: DEFAULT_CABLE, random: createRandom(1), from, to, trace });
    const links = [1, 2].map(
      (other): EmulatedLink => ({
        output: wire("card3", `card${other}`),
        input: wire(`card${other}`, "card3"),
      }),
    );
    this.wires = links.map(({ input }) => input);
    this.line = new HostLine(3, trace, () => this.emulation.now());
    this.card = new EmulatedCard({
      id: 3,
      chipId: new Uint8Array(8).fill(3),
      bootRom: prepareBootRom(readBootRom(bootRom as string)),
      firmware: readFirmware(firmware as string),
      flashTimes: { ...TYPICAL_FLASH_TIMES, ...options.flashTimes },
      random: createRandom(3),
      links,
      line: this.line,
      now: () => this.emulation.nanos,
      onDeath: (reason) => this.deaths.push(reason),
    });
    this.card.flash.bytes.set(options.log ?? makeLog(options.freePages ?? 1_000), LOG_OFFSET);
    this.emulation.add(this.card);
    const decoder = new FrameDecoder((frame) => this.host.add(frame, this.emulation.now()));
    this.line.attach({
      room: () => 4_096,
      write: (bytes) => {
        decoder.push(bytes, 0, bytes.length);
        return true;
      },
    });
    this.card.start();
    if (options.atReset !== true) this.openSession();
  }

  /** Opens the host's session, again and again until the card answers. */
  openSession(): void {
    this.host.clear();
    const isWelcome = (): boolean => this.host.of(FRAME_HOST_WELCOME).length > 0;
    for (let turn = 0; turn < 100 && !isWelcome(); turn += 1) {
      this.sendHost(encode(hostOpen(SESSION)));
      this.emulation.runWhile(isWelcome, this.emulation.nanos + 50 * MS);
    }
    if (!isWelcome()) throw new Error(`the card does not answer its host: ${this.deaths.join()}`);
  }

  /** Runs for so long, in virtual time. */
  pass(nanos: number): void {
    this.emulation.runUntil(this.emulation.nanos + nanos);
  }

  /** Runs until it is so. */
  passUntil(isDone: () => boolean, limitNanos: number): void {
    if (!this.emulation.runWhile(isDone, this.emulation.nanos + limitNanos)) {
      throw new Error(`in ${limitNanos / 1e9} s it did not become so: ${isDone}`);
    }
  }

  /** Sends on a cable, behind what is under way there. @returns when the last bit is over. */
  sendLink(link: number, bytes: Iterable<number>, format: LineFormat = LINE): number {
    let startNanos = Math.max(this.freeNanos[link] as number, this.emulation.nanos);
    for (const value of bytes) {
      this.wires[link]?.send(value, startNanos, format);
      startNanos += 10 * format.bitNanos;
    }
    this.freeNanos[link] = startNanos;
    return startNanos;
  }

  /** Leaves a cable silent for so long, behind what is under way there. */
  rest(link: number, nanos: number): void {
    this.freeNanos[link] = Math.max(this.freeNanos[link] as number, this.emulation.nanos) + nanos;
  }

  /** Runs until the cables have carried everything. */
  passCables(): void {
    this.pass(Math.max(0, ...this.freeNanos.map((nanos) => nanos - this.emulation.nanos)));
  }

  sendHost(bytes: Uint8Array): void {
    this.line.receive(bytes);
  }

  /** Asks the card until it says the same again: it works through what has come one frame at a time. */
  reception(): Reception {
    let before = this.ask();
    for (;;) {
      this.pass(20 * MS);
      const now = this.ask();
      if (now.strangers === before.strangers && now.bad === before.bad) return now;
      before = now;
    }
  }

  private ask(): Reception {
    this.host.clear();
    this.sendHost(encode(hostStatusRequest(SESSION)));
    this.passUntil(() => this.host.of(FRAME_HOST_COUNTERS).length > 0, 5e9);
    const { badFrames, linkCount } = this.host.links();
    const bad = [...badFrames].slice(0, linkCount).reduce((sum, count) => sum + count, 0);
    return { strangers: this.host.counter("dropFabric"), bad };
  }
}

export function encode(frame: FrameBuffer): Uint8Array {
  const bytes = new Uint8Array(MAX_ENCODED_BYTES);
  return bytes.slice(0, encodeFrame(frame, bytes, 0));
}

/** The log of card 3, as it stands after so many writes that `freePages` are left and no sector was erased yet. */
function makeLog(freePages: number): Uint8Array {
  const record = new CardBench({ cardId: 3 }).storage.record();
  const flash = makeFlash(LOG_SECTORS, PAGES_A_SECTOR);
  const log = new FlashLog(flash);
  while (log.freeWrites > freePages) log.write(record, record.length);
  return flash.bytes;
}
