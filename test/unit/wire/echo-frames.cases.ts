import {
  decodeHostEcho,
  decodeHostEchoResult,
  ECHO_ALTERNATING,
  ECHO_COUNTING,
  ECHO_ONES,
  ECHO_RANDOM,
  ECHO_ZEROS,
  encodeHostEcho,
  encodeHostEchoResult,
  fillEcho,
  HostEchoFields,
  HostEchoResultFields,
  hasSamePayload,
  MAX_ECHO_BYTES,
  readEchoTag,
  writeEchoTag,
} from "../../../firmware/wire/echo-frames.js";
import { FrameBuffer } from "../../../firmware/wire/frame-buffer.js";
import { FRAME_ECHO, FRAME_HOST_ECHO, FRAME_HOST_ECHO_RESULT } from "../../../firmware/wire/frame-types.js";
import { writeFabricHeader, writeHostHeader } from "../../../firmware/wire/header.js";
import { compact } from "../../support/hex.js";
import { checkLayout, filled, payloadOf } from "../../support/layout.js";
import type { UnitCase } from "../../support/unit-case.js";

function echo(pattern: number, payloadBytes: number, tag = 0x01020304): FrameBuffer {
  const frame = new FrameBuffer();
  frame.bytes.fill(0xee);
  writeFabricHeader(frame, FRAME_ECHO, 3, 255, 1, 7);
  fillEcho(frame, pattern, payloadBytes);
  writeEchoTag(frame, tag);
  return frame;
}

export const echoFramesCases: readonly UnitCase[] = [
  {
    title: "HOST_ECHO",
    run(t) {
      const fields = { tag: 0x01020304, link: 2, pattern: 4, payloadBytes: 237, waitMs: 10_000 };
      checkLayout(t, {
        hex: "01 4a 05000000  04030201 02 04 ed 1027",
        fields: filled(new HostEchoFields(), fields),
        make: () => new HostEchoFields(),
        encode(frame) {
          writeHostHeader(frame, FRAME_HOST_ECHO, 5);
          encodeHostEcho(frame, filled(new HostEchoFields(), fields));
        },
        decode: decodeHostEcho,
      });
      const copied = new HostEchoFields();
      copied.copy(filled(new HostEchoFields(), fields));
      t.deepEqual({ ...copied }, fields);
    },
  },
  {
    title: "HOST_ECHO_RESULT",
    run(t) {
      checkLayout(t, {
        hex: "01 6c 05000000  04030201 02 dc050000",
        fields: filled(new HostEchoResultFields(), { tag: 0x01020304, code: 2, roundTripUs: 1500 }),
        make: () => new HostEchoResultFields(),
        encode(frame) {
          writeHostHeader(frame, FRAME_HOST_ECHO_RESULT, 5);
          encodeHostEchoResult(frame, 0x01020304, 2, 1500);
        },
        decode: decodeHostEchoResult,
      });
    },
  },
  {
    title: "an echo has a tag and a payload of any length, also none, up to the end of the longest frame",
    run(t) {
      const header = "01 11 03 ff 01 07000000 04030201";
      t.is(payloadOf(echo(ECHO_ZEROS, 0)), compact(header));
      t.is(payloadOf(echo(ECHO_ZEROS, 2)), compact(`${header} 0000`));
      t.is(payloadOf(echo(ECHO_ONES, 2)), compact(`${header} ffff`));
      t.is(payloadOf(echo(ECHO_ALTERNATING, 3)), compact(`${header} 555555`));
      t.is(payloadOf(echo(ECHO_COUNTING, 5)), compact(`${header} 0001020304`));
      t.is(echo(ECHO_COUNTING, MAX_ECHO_BYTES).length, 250);
      t.is(readEchoTag(echo(ECHO_ONES, 9, 0xffff_ffff)), 0xffff_ffff);
    },
  },
  {
    title: "the pattern that looks random is the same each time, and has each bit at half of its bytes or so",
    run(t) {
      const one = echo(ECHO_RANDOM, MAX_ECHO_BYTES);
      t.is(payloadOf(one), payloadOf(echo(ECHO_RANDOM, MAX_ECHO_BYTES)));
      const payload = [...one.bytes.subarray(13, one.length)];
      for (let bit = 0; bit < 8; bit += 1) {
        const set = payload.filter((byte) => (byte & (1 << bit)) !== 0).length;
        t.true(set > 90 && set < 147, `bit ${bit}: ${set}`);
      }
      t.true(new Set(payload).size > 120);
    },
  },
  {
    title: "a frame that is too short for a tag has none",
    run(t) {
      const frame = echo(ECHO_ZEROS, 0);
      for (frame.length = 12; frame.length > 0; frame.length -= 1) t.is(readEchoTag(frame), -1);
    },
  },
  {
    title: "payloads are the same or not, whatever header and tag, at each place and length",
    run(t) {
      for (const payloadBytes of [0, 1, 3, 4, 5, 8, 237]) {
        const one = echo(ECHO_RANDOM, payloadBytes);
        const other = echo(ECHO_RANDOM, payloadBytes, 99);
        other.bytes.fill(0x77, 1, 9);
        t.true(hasSamePayload(one, other), `${payloadBytes}`);
        for (let offset = 13; offset < 13 + payloadBytes; offset += 1) {
          other.bytes[offset] = (other.bytes[offset] as number) ^ 0x80;
          t.false(hasSamePayload(one, other), `${payloadBytes}, changed at ${offset}`);
          other.bytes[offset] = (other.bytes[offset] as number) ^ 0x80;
        }
      }
      t.false(hasSamePayload(echo(ECHO_ONES, 5), echo(ECHO_ONES, 4)));
    },
  },
];
