import { createRandom } from "../../../boards/virtual/random.js";
import { MAX_PAYLOAD_BYTES } from "../../../firmware/wire/constants.js";
import { FrameBuffer } from "../../../firmware/wire/frame-buffer.js";
import { FRAME_HELLO } from "../../../firmware/wire/frame-types.js";
import { FABRIC_HEADER_BYTES, writeFabricHeader } from "../../../firmware/wire/header.js";
import { Asker, atErase } from "./erasing-card.js";
import { because, withFirmware } from "./firmware.js";
import { encode, LINE, LoneCard } from "./lone-card.js";

const MS = 1e6;
const STRANGE_FABRIC = 99;

let serial = 0;

/** A whole frame of another fabric, no two alike. */
function stranger(bytes = MAX_PAYLOAD_BYTES): Uint8Array {
  const frame = new FrameBuffer();
  writeFabricHeader(frame, FRAME_HELLO, 1, 3, 1, STRANGE_FABRIC);
  frame.length = bytes;
  serial += 1;
  for (let at = FABRIC_HEADER_BYTES; at < bytes; at += 1) frame.bytes[at] = (serial + at * 7) & 0xff;
  return encode(frame);
}

/** Both cables without a pause for so long. @returns the frames. */
function stream(lone: LoneCard, nanos: number): number {
  let frames = 0;
  for (const link of [0, 1]) {
    const endNanos = lone.emulation.nanos + nanos;
    while (lone.sendLink(link, stranger()) < endNanos) frames += 1;
    frames += 1;
  }
  return frames;
}

withFirmware(`no byte is lost while pages are programmed, on two cables that never rest${because}`, (t) => {
  const lone = new LoneCard(t, { flashTimes: { programUs: 3_000 } });
  const asker = new Asker(lone);
  const before = lone.reception();
  const { programs } = lone.card.flash;
  let sent = 0;
  for (let turn = 0; turn < 8; turn += 1) {
    asker.ask();
    sent += stream(lone, 6 * MS);
    lone.passCables();
  }
  const after = lone.reception();
  t.log(`${lone.card.flash.programs - programs} pages, ${sent} frames`);
  t.true(lone.card.flash.programs - programs >= 8);
  t.deepEqual(after, { strangers: before.strangers + sent, bad: before.bad });
  t.is(lone.card.lostBytes, 0);
});

withFirmware(`an erase of typical length costs no byte of two cables that never rest${because}`, (t) => {
  const lone = atErase(t, 45_000);
  const sent = stream(lone, 60 * MS);
  lone.passCables();
  lone.passUntil(() => lone.card.flash.erases === 1, 100 * MS);
  t.deepEqual(lone.reception(), { strangers: sent, bad: 0 });
});

withFirmware(`the longest erase costs nothing of cables that carry what a fabric carries${because}`, (t) => {
  const lone = atErase(t, 400_000);
  let sent = 0;
  for (let at = 0; at < 39; at += 1) {
    for (const link of [0, 1]) {
      lone.sendLink(link, stranger(40));
      lone.rest(link, 10 * MS);
      sent += 1;
    }
  }
  lone.passCables();
  lone.passUntil(() => lone.card.flash.erases === 1, 100 * MS);
  t.deepEqual(lone.reception(), { strangers: sent, bad: 0 });
});

withFirmware(
  `a ring that goes round in a long erase is counted, and the cable in step behind it${because}`,
  (t) => {
    const lone = atErase(t, 130_000);
    const sent = stream(lone, 200 * MS);
    lone.passCables();
    lone.passUntil(() => lone.card.flash.erases === 1, 100 * MS);
    const after = lone.reception();
    t.log(`${sent} frames sent, ${after.strangers} taken, ${after.bad} counted as bad`);
    t.true(after.strangers > 0 && after.strangers < sent);
    t.true(after.bad >= 2, "once at each cable");
    const more = stream(lone, 10 * MS);
    lone.passCables();
    t.deepEqual(lone.reception(), { strangers: after.strangers + more, bad: after.bad });
    t.is(lone.card.lostBytes, 0, "no FIFO was full: the DMA went on");
  },
);

withFirmware(
  `noise, breaks, half frames and another baud are counted, and the next frame is whole${because}`,
  (t) => {
    const lone = new LoneCard(t);
    const random = createRandom(4);
    const noise = (bytes: number): number[] =>
      Array.from({ length: bytes }, () => 1 + Math.floor(random() * 255));
    const half = (bytes: number): Uint8Array => stranger().subarray(0, bytes);
    const faults: readonly (readonly [string, (link: number) => void])[] = [
      ["noise without a delimiter, longer than any frame", (link) => lone.sendLink(link, noise(5_000))],
      [
        "noise with delimiters",
        (link) => lone.sendLink(link, [...noise(100), 0, ...noise(30), 0, ...noise(300)]),
      ],
      ["the first half of a frame, then silence", (link) => lone.sendLink(link, half(100))],
      ["the second half of a frame", (link) => lone.sendLink(link, stranger().subarray(100))],
      [
        "one bit of a frame",
        (link) =>
          lone.sendLink(
            link,
            stranger().map((byte, at) => (at === 77 ? byte ^ 8 || 1 : byte)),
          ),
      ],
      ["a frame at half the baud", (link) => lone.sendLink(link, stranger(40), { ...LINE, bitNanos: 1_000 })],
      [
        "a frame at a baud a fifth higher",
        (link) => lone.sendLink(link, stranger(40), { ...LINE, bitNanos: 420 }),
      ],
      [
        "a frame with a break in it",
        (link) => {
          lone.sendLink(link, half(60));
          lone.sendLink(link, [0], { ...LINE, bitNanos: 5_000 });
          lone.sendLink(link, stranger().subarray(60));
        },
      ],
    ];
    let { bad, strangers } = lone.reception();
    for (const [what, send] of faults) {
      for (const link of [0, 1]) send(link);
      for (const link of [0, 1]) {
        lone.rest(link, MS);
        lone.sendLink(link, stranger());
      }
      lone.passCables();
      const now = lone.reception();
      t.is(now.strangers, strangers + 2, `${what}: the next frame of each cable is taken`);
      t.true(now.bad >= bad + 2, `${what}: it is counted, ${now.bad - bad}`);
      ({ bad, strangers } = now);
    }
    t.is(lone.card.resets, 0);
  },
);
