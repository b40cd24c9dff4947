import test from "ava";
import { PROTOCOL_VERSION } from "../../firmware/wire/constants.js";
import { crc32 } from "../../firmware/wire/crc32.js";
import { FrameBuffer } from "../../firmware/wire/frame-buffer.js";
import { FrameDecoder } from "../../firmware/wire/frame-decoder.js";
import { encodeFrame } from "../../firmware/wire/frame-encoder.js";
import { writeFabricHeader, writeHostHeader } from "../../firmware/wire/header.js";
import { FRAME_KINDS, kindNamed } from "../support/frame-catalogue.js";
import { fromHex, toHex } from "../support/hex.js";
import {
  independentCrc32,
  independentFrame,
  judgePiece,
  piecesOf,
  zlibCrc32,
} from "../support/independent-framing.js";
import { frameFrom, payloadOf } from "../support/layout.js";
import { fieldsFromVector, vectorFromFields } from "../support/vector-fields.js";
import { fabricVectors, framingVectors, hostVectors } from "../support/vector-files.js";

function decodeStream(stream: Uint8Array): { payloads: string[]; counters: object } {
  const payloads: string[] = [];
  const decoder = new FrameDecoder((frame) => payloads.push(payloadOf(frame)));
  decoder.push(stream, 0, stream.length);
  return { payloads, counters: { ...decoder.counters } };
}

for (const { name, payload, crc32: checksum, encoded } of framingVectors().frames) {
  test(`framing: ${name}`, (t) => {
    const bytes = fromHex(payload);
    const out = new Uint8Array(257);
    t.is(toHex(out, encodeFrame(frameFrom(payload), out, 0)), encoded);
    t.is(crc32(bytes, bytes.length) >>> 0, Number.parseInt(checksum, 16));
    t.deepEqual(decodeStream(fromHex(encoded)).payloads, [payload]);
    t.is(independentCrc32(bytes), Number.parseInt(checksum, 16), "by the independent CRC");
    t.is(
      zlibCrc32(bytes) ?? crc32(bytes, bytes.length) >>> 0,
      Number.parseInt(checksum, 16),
      "by zlib's, from Node 22 on",
    );
    t.is(toHex(independentFrame(bytes)), encoded, "by the independent framing");
  });
}

for (const { name, stream, payloads, counters } of framingVectors().streams) {
  test(`stream: ${name}`, (t) => {
    t.deepEqual(decodeStream(fromHex(stream)), { payloads, counters });
    const independent: Record<string, number> = {
      frames: 0,
      badChecksum: 0,
      badEncoding: 0,
      tooLong: 0,
      tooShort: 0,
    };
    for (const piece of piecesOf(fromHex(stream))) {
      const { verdict } = judgePiece(piece);
      independent[verdict] = (independent[verdict] as number) + 1;
    }
    t.deepEqual(independent, counters, "by the independent decoder");
  });
}

for (const { name, frame: kindName, header, fields, payload } of [
  ...fabricVectors().frames,
  ...hostVectors().frames,
]) {
  test(`frame ${kindName}: ${name}`, (t) => {
    const kind = kindNamed(kindName);
    const frame = new FrameBuffer();
    const number = (field: string): number => Number(header[field]);
    if (header["session"] === undefined) {
      writeFabricHeader(
        frame,
        number("type"),
        number("source"),
        number("destination"),
        number("hopsLeft"),
        number("fabricId"),
      );
    } else {
      writeHostHeader(frame, number("type"), number("session"));
    }
    kind.encode(frame, fieldsFromVector(kind, fields));
    t.is(payloadOf(frame), payload);
    t.is(number("version"), PROTOCOL_VERSION);
    t.is(number("type"), kind.type);

    const read = kind.make();
    t.true(kind.decode(frameFrom(payload), read));
    t.deepEqual(vectorFromFields(kind, read), fields);
    if (kind.isOpenEnded) return;
    const longer = frameFrom(`${payload}00`);
    t.false(kind.decode(longer, kind.make()), "a byte too many");
    longer.length -= 2;
    t.false(kind.decode(longer, kind.make()), "a byte too few");
  });
}

test("every frame type has a vector", (t) => {
  const named = new Set([...fabricVectors().frames, ...hostVectors().frames].map(({ frame }) => frame));
  t.deepEqual([...named].sort(), FRAME_KINDS.map(({ name }) => name).sort());
});
