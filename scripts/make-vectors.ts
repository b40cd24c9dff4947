/**
 * Writes `test/vectors/*.json`, which every implementation of the wire format must pass. Run it again only after the
 * protocol has changed: node dist/scripts/make-vectors.js
 */
import { writeFileSync } from "node:fs";
import { MAX_ENCODED_BYTES } from "../firmware/wire/constants.js";
import { crc32 } from "../firmware/wire/crc32.js";
import { FrameBuffer } from "../firmware/wire/frame-buffer.js";
import { encodeFrame } from "../firmware/wire/frame-encoder.js";
import { writeFabricHeader, writeHostHeader } from "../firmware/wire/header.js";
import { kindNamed } from "../test/support/frame-catalogue.js";
import { compact, fromHex, toHex } from "../test/support/hex.js";
import { fieldsFromVector } from "../test/support/vector-fields.js";
import { FABRIC_FRAMES } from "./vectors/fabric-frames.js";
import { FRAMED_PAYLOADS, STREAMS } from "./vectors/framing.js";
import { HOST_FRAMES } from "./vectors/host-frames.js";
import { REJECTED_PAYLOADS } from "./vectors/rejected.js";

function write(name: string, content: object): void {
  writeFileSync(
    new URL(`../../test/vectors/${name}.json`, import.meta.url),
    `${JSON.stringify(content, null, 2)}\n`,
  );
}

function framed(payload: string): { payload: string; crc32: string; encoded: string } {
  const frame = new FrameBuffer();
  const bytes = fromHex(payload);
  frame.bytes.set(bytes);
  frame.length = bytes.length;
  const out = new Uint8Array(MAX_ENCODED_BYTES);
  const length = encodeFrame(frame, out, 0);
  return {
    payload: toHex(bytes),
    crc32: (crc32(bytes, bytes.length) >>> 0).toString(16).padStart(8, "0"),
    encoded: toHex(out, length),
  };
}

const fabricFrames = FABRIC_FRAMES.map(({ name, frame: kindName, header, fields }) => {
  const kind = kindNamed(kindName);
  const frame = new FrameBuffer();
  const { source, destination, hopsLeft, fabricId } = header;
  writeFabricHeader(
    frame,
    kind.type,
    Number(source),
    Number(destination),
    Number(hopsLeft),
    Number(fabricId),
  );
  kind.encode(frame, fieldsFromVector(kind, fields));
  const whole = { version: "1", type: String(kind.type), ...header };
  return { name, frame: kindName, header: whole, fields, payload: toHex(frame.bytes, frame.length) };
});

const hostFrames = HOST_FRAMES.map(({ name, frame: kindName, header, fields }) => {
  const kind = kindNamed(kindName);
  const frame = new FrameBuffer();
  writeHostHeader(frame, kind.type, Number(header.session));
  kind.encode(frame, fieldsFromVector(kind, fields));
  const whole = { version: "1", type: String(kind.type), ...header };
  return { name, frame: kindName, header: whole, fields, payload: toHex(frame.bytes, frame.length) };
});

write("framing", {
  about:
    "Payloads and what they look like on a cable; streams, and the frames and counts that a decoder must find in them.",
  frames: FRAMED_PAYLOADS.map(({ name, payload }) => ({ name, ...framed(payload) })),
  streams: STREAMS.map(({ name, stream, payloads, counters }) => ({
    name,
    stream: compact(stream),
    payloads,
    counters: {
      frames: payloads.length,
      badChecksum: 0,
      badEncoding: 0,
      tooLong: 0,
      tooShort: 0,
      ...counters,
    },
  })),
});
write("fabric-frames", {
  about: "Frames between cards. Numbers are decimal, in strings.",
  frames: fabricFrames,
});
write("host-frames", {
  about: "Frames between a card and its host. Numbers are decimal, in strings.",
  frames: hostFrames,
});
write("rejected", {
  about:
    "Payloads with a good checksum that card 2 of fabric 7 (members 1, 2 and 3), with session 5 open, must drop, " +
    "and the one counter that must rise by one.",
  frames: REJECTED_PAYLOADS.map(({ name, from, payload, counter }) => ({
    name,
    from,
    payload: compact(payload),
    counter,
  })),
});
