import { ByteFramePort, type ByteSink } from "../../../firmware/ports/byte-frame-port.js";
import { MAX_LIKENESSES } from "../../../firmware/ports/expected-frame.js";
import { fromHex, toHex } from "../../support/hex.js";
import { frameFrom, payloadOf } from "../../support/layout.js";
import type { UnitCase } from "../../support/unit-case.js";

const ZERO = "0001058def02d200";

const clock = { nowUs: 0 };

function port(hasRoom = true): {
  port: ByteFramePort;
  written: string[];
  frames: string[];
  meanings: number[];
} {
  const written: string[] = [];
  const frames: string[] = [];
  const sink: ByteSink = {
    write(bytes, length) {
      if (hasRoom) written.push(toHex(bytes, length));
      return hasRoom;
    },
  };
  const made = new ByteFramePort(sink, () => clock.nowUs);
  const meanings: number[] = [];
  made.onFrame = (frame, _nowUs, meaning) => {
    frames.push(payloadOf(frame));
    meanings.push(meaning);
  };
  return { port: made, written, frames, meanings };
}

function receive(to: ByteFramePort, hex: string): void {
  const bytes = fromHex(hex);
  to.receive(bytes, 0, bytes.length);
}

export const byteFramePortCases: readonly UnitCase[] = [
  {
    title: "sends a frame in one piece",
    run(t) {
      const { port: sender, written } = port();
      t.true(sender.send(frameFrom("00")));
      t.true(sender.send(frameFrom("11000022")));
      t.deepEqual(written, [ZERO, "00021101062202ae811c00"]);
    },
  },
  {
    title: "says so where there is no room",
    run(t) {
      const { port: sender, written } = port(false);
      t.false(sender.send(frameFrom("00")));
      t.deepEqual(written, []);
    },
  },
  {
    title: "hands on each good frame, from any part of a buffer",
    run(t) {
      const { port: receiver, frames } = port();
      const bytes = fromHex(`aaaa${ZERO}aaaa`);
      receiver.receive(bytes, 2, 6);
      receiver.receive(bytes, 6, 10);
      t.deepEqual(frames, ["00"]);
    },
  },
  {
    title: "counts every kind of bad frame",
    run(t) {
      const { port: receiver, frames } = port();
      t.is(receiver.badFrames, 0);
      receive(receiver, "0001058def02d300");
      t.is(receiver.badFrames, 1, "checksum");
      receive(receiver, "0009112200");
      t.is(receiver.badFrames, 2, "encoding");
      receive(receiver, `00${"41".repeat(600)}00`);
      t.is(receiver.badFrames, 3, "too long");
      receive(receiver, "00021100");
      t.is(receiver.badFrames, 4, "too short");
      receive(receiver, ZERO);
      t.is(receiver.badFrames, 4);
      t.deepEqual(frames, ["00"]);
    },
  },
  {
    title: "does not hand on the frame that it expects, and notes that it came, and when",
    run(t) {
      const { port: receiver, frames } = port();
      t.deepEqual([receiver.expectedFrames, receiver.expectedUs()], [0, Number.NEGATIVE_INFINITY]);
      receiver.expect(frameFrom("00"));
      clock.nowUs = 7;
      receive(receiver, ZERO);
      clock.nowUs = 9;
      receive(receiver, ZERO);
      t.deepEqual([receiver.expectedFrames, receiver.expectedUs()], [2, 9]);
      receive(receiver, "00021101062202ae811c00");
      t.deepEqual(frames, ["11000022"], "another is handed on");
      receiver.expectNothing();
      receive(receiver, ZERO);
      t.deepEqual([frames, receiver.expectedFrames], [["11000022", "00"], 2]);
    },
  },
  {
    title: "expects a frame only byte for byte and as long as it, and the newest that it was told",
    run(t) {
      const { port: receiver, frames } = port();
      receiver.expect(frameFrom("1100002233"));
      receive(receiver, "00021101062202ae811c00");
      t.deepEqual(frames, ["11000022"], "the beginning of it");
      receiver.expect(frameFrom("11000023"));
      receive(receiver, "00021101062202ae811c00");
      t.is(frames.length, 2, "its last byte is another");
      receiver.expect(frameFrom("11000022"));
      receive(receiver, "00021101062202ae811c00");
      t.is(frames.length, 2);
    },
  },
  {
    title: "says what a frame means that is like one that it was told, but for the bytes that may differ",
    run(t) {
      const { port: receiver, meanings } = port();
      const { port: sender, written } = port();
      const arrive = (...payloads: string[]): void => {
        for (const payload of payloads) sender.send(frameFrom(payload));
        for (const bytes of written.splice(0)) receive(receiver, bytes);
      };
      arrive("11000022");
      receiver.expectLike(frameFrom("11000022"), 1, 3, 300);
      clock.nowUs = 12;
      arrive("11000022", "11556622", "12000022", "11000023", "110000", "1100002222");
      t.deepEqual(meanings, [0, 300, 300, 0, 0, 0, 0]);
      t.deepEqual([receiver.expectedFrames, receiver.expectedUs()], [2, 12]);
      receiver.expectLike(frameFrom("13000022"), 1, 4, 300);
      receiver.expectLike(frameFrom("14"), 1, 1, 7);
      arrive("11000022", "13000099", "14", "15");
      t.deepEqual(meanings.splice(0, 7).length, 7);
      t.deepEqual(meanings.splice(0), [0, 300, 7, 0], "one under the same meaning replaces it");
      for (let meaning = 21; meaning < 21 + MAX_LIKENESSES - 1; meaning += 1)
        receiver.expectLike(frameFrom(`${meaning}`), 0, 0, meaning);
      arrive("13000022", "14", "21", "23");
      t.deepEqual(meanings.splice(0), [0, 7, 21, 23], "of more than there are places the oldest gives way");
      receiver.expectNothing();
      arrive("14", "21");
      t.deepEqual(meanings.splice(0), [0, 0]);
    },
  },
  {
    title: "what cannot be expected is not",
    run(t) {
      const { port: receiver, meanings } = port();
      const { port: sender, written } = port();
      const longest = "17".repeat(32);
      receiver.expectLike(frameFrom("11000022"), -1, 3, 1);
      receiver.expectLike(frameFrom("11000022"), 3, 2, 1);
      receiver.expectLike(frameFrom("11000022"), 0, 5, 1);
      receiver.expectLike(frameFrom("11000022"), 0, 4, 0);
      receiver.expectLike(frameFrom(`${longest}17`), 0, 33, 1);
      receiver.expectLike(frameFrom(longest), 0, 32, 2);
      for (const payload of ["11000022", `${longest}17`, longest]) sender.send(frameFrom(payload));
      for (const bytes of written) receive(receiver, bytes);
      t.deepEqual(meanings, [0, 0, 2]);
    },
  },
  {
    title: "sends a frame with words written into it",
    run(t) {
      const { port: sender, written } = port();
      const { port: receiver, frames } = port();
      const frame = frameFrom("aabbccddeeff");
      t.true(sender.sendWith(frame, 1, 0x0403_0201, 5, 6, 7));
      receive(receiver, written[0] as string);
      t.deepEqual(frames, ["aa0102030405"]);
    },
  },
  {
    title: "does nothing where nobody listens yet",
    run(t) {
      const deaf = new ByteFramePort({ write: () => true }, () => 0);
      receive(deaf, ZERO);
      t.is(deaf.badFrames, 0);
    },
  },
  {
    title: "after close, which is safe twice, neither sends nor receives",
    run(t) {
      const { port: closed, written, frames } = port();
      closed.close();
      closed.close();
      t.false(closed.send(frameFrom("00")));
      receive(closed, ZERO);
      t.deepEqual([written, frames], [[], []]);
    },
  },
];
