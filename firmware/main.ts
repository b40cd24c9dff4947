import { Card } from "./card/card.js";
import type { Counters } from "./card/card-context.js";
import type { CardCondition } from "./card/condition.js";
import type { FramePort } from "./ports/frame-port.js";
import type { RecordStore } from "./storage/record-store.js";
import type { Timing } from "./wire/constants.js";
import type { Uint64 } from "./wire/uint64.js";

/** What a board, the XS rig and the simulator each hand to the firmware. It takes everything else from itself. */
export interface Platform {
  /** The cables, at most `MAX_LINKS`, in the order of their connectors. */
  readonly links: readonly FramePort[];
  /** The USB line to the host. */
  readonly host: FramePort;
  readonly storage: RecordStore;
  /** A number that no other board has. */
  readonly chipId: Uint64;
  /** 32 random bits, new at each boot: an answer from before the boot must not match a request of this one. */
  readonly randomSeed: number;
  readonly timing: Timing;
  /** Microseconds since the boot. Never goes back. */
  now(): number;
  /** Sets the one alarm, replacing the one before: `wake` is to be called at `timeUs`, or soon after. */
  wakeAt(timeUs: number): void;
}

/** The running firmware, for whoever owns the alarm. */
export interface Firmware {
  /** What its card has counted since it was started. */
  readonly counters: Readonly<Counters>;
  /** To be called when the alarm is due, with the platform's time where that is known. Calling it early does no harm. */
  wake(nowUs?: number): void;
  /** Fills `into` with how the card is, for the light on the board. */
  readCondition(into: CardCondition): void;
}

/** Binds ports, clock and storage to a card and starts it. */
export function startFirmware(platform: Platform): Firmware {
  const { links, host } = platform;
  const card = new Card({
    links,
    host,
    storage: platform.storage,
    chipId: platform.chipId,
    randomSeed: platform.randomSeed,
    timing: platform.timing,
    rateOfLink: (link) => (links[link] as FramePort).rate,
    hostFaults: host,
  });

  /** What the alarm is set to. Most frames change nothing about it. */
  let alarmUs = Number.NaN;
  const setAlarm = (wakeUpUs: number): void => {
    alarmUs = wakeUpUs;
    platform.wakeAt(wakeUpUs);
  };

  links.forEach((port, link) => {
    port.onFrame = (frame, nowUs, meaning) => {
      const wakeUpUs = card.receiveFromLink(link, frame, nowUs, meaning);
      if (wakeUpUs !== alarmUs) setAlarm(wakeUpUs);
    };
  });
  host.onFrame = (frame, nowUs, meaning) => {
    const wakeUpUs = card.receiveFromHost(frame, nowUs, meaning);
    if (wakeUpUs !== alarmUs) setAlarm(wakeUpUs);
  };

  const wake = (nowUs = platform.now()): void => {
    // As `setAlarm`, without its call.
    alarmUs = card.tick(nowUs);
    platform.wakeAt(alarmUs);
  };
  card.start(platform.now());
  setAlarm(card.wakeUpUs);
  return {
    counters: card.counters,
    wake,
    readCondition: (into) => card.readCondition(into, platform.now()),
  };
}
