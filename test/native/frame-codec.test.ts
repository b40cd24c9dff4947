import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { FrameDecoder } from "../../firmware/wire/frame-decoder.js";
import { encodeFrame } from "../../firmware/wire/frame-encoder.js";
import { fromHex, toHex } from "../support/hex.js";
import { frameFrom, payloadOf } from "../support/layout.js";
import { fabricVectors, framingVectors, hostVectors } from "../support/vector-files.js";
import { hasCommand, hasSanitizers, PROJECT_FOLDER, ProgramFolder } from "./compile.js";

const CODEC = "firmware/native/frame-codec.c";
const FUZZ_RUNS = 100_000;

const folder = new ProgramFolder();
test.after.always(() => folder.remove());

const compilers = ["cc", "clang"].filter(hasCommand).filter((command) => hasSanitizers(folder, command));
const [compiler] = compilers;

const check =
  compiler === undefined
    ? { failure: "no C compiler with sanitizers" }
    : folder.compile(compiler, "check", [CODEC, "test/native/frame-codec-check.c"]);

/** Sends lines to frame-codec-check.c and gives back one answer a line. */
function ask(t: ExecutionContext, lines: readonly string[]): string[] {
  if ("failure" in check) {
    t.fail(check.failure);
    return [];
  }
  const input = lines.map((line) => `${line}\n`).join("");
  const { status, stdout, stderr } = spawnSync(check.program, { input, encoding: "utf8" });
  t.is(status, 0, stderr);
  return stdout.split("\n").slice(0, -1);
}

/** What the TypeScript decoder makes of a stream, as the C program writes it. */
function decodeHere(stream: string): string {
  const words: string[] = [];
  const decoder = new FrameDecoder((frame) => words.push(payloadOf(frame)));
  const bytes = fromHex(stream);
  decoder.push(bytes, 0, bytes.length);
  const { frames, badChecksum, badEncoding, tooLong, tooShort } = decoder.counters;
  return [...words, frames, badChecksum, badEncoding, tooLong, tooShort].join(" ");
}

function encodeHere(payload: string): string {
  const out = new Uint8Array(257);
  return toHex(out, encodeFrame(frameFrom(payload), out, 0));
}

/** Random streams of frames, damaged frames and noise, the same each time. */
function makeStreams(count: number): string[] {
  let state = 0x2545f491;
  const chance = (below: number): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
  const bytes = (length: number, values: number): string =>
    Array.from({ length }, () => chance(values).toString(16).padStart(2, "0")).join("");
  return Array.from({ length: count }, () => {
    let stream = "";
    for (let piece = chance(5); piece >= 0; piece -= 1) {
      const payload = bytes(1 + chance(250), chance(2) === 0 ? 256 : 2);
      const encoded = encodeHere(payload);
      const at = 2 * chance(encoded.length / 2);
      if (chance(4) === 0) stream += `${encoded.slice(0, at)}${bytes(1, 256)}${encoded.slice(at + 2)}`;
      else stream += chance(3) === 0 ? bytes(1 + chance(400), 256) : encoded;
    }
    return stream;
  });
}

const withSanitizers = compiler === undefined ? test.skip : test;
const because = compiler === undefined ? ": no C compiler with sanitizers" : "";

withSanitizers(`the C framing passes the vectors${because}`, (t) => {
  const { frames, streams } = framingVectors();
  const payloads = [...fabricVectors().frames, ...hostVectors().frames].map(({ payload }) => payload);
  const answers = ask(t, [
    ...frames.map(({ payload }) => `encode ${payload}`),
    ...streams.flatMap(({ stream }) => [
      `decode ${stream} 1`,
      `decode ${stream} 7`,
      `decode ${stream} 100000`,
    ]),
    ...payloads.map((payload) => `encode ${payload}`),
  ]);
  for (const { name, encoded } of frames) t.is(answers.shift(), encoded, name);
  for (const { name, payloads: wanted, counters } of streams) {
    const { frames: good, badChecksum, badEncoding, tooLong, tooShort } = counters;
    const line = [...wanted, good, badChecksum, badEncoding, tooLong, tooShort].join(" ");
    for (const piece of [1, 7, 100_000]) t.is(answers.shift(), line, `${name}, in pieces of ${piece}`);
  }
  for (const payload of payloads) t.is(answers.shift(), encodeHere(payload), payload);
  t.is(answers.length, 0);
});

withSanitizers(`C and TypeScript decode any stream alike${because}`, (t) => {
  const streams = makeStreams(500);
  const answers = ask(
    t,
    streams.flatMap((stream, index) => [`decode ${stream} ${1 + (index % 64)}`]),
  );
  streams.forEach((stream, index) => {
    t.is(answers[index], decodeHere(stream), stream);
  });
  t.true(answers.join("").length > 10_000);
});

withSanitizers(`C encodes no payload of a wrong length${because}`, (t) => {
  t.deepEqual(ask(t, ["encode ", `encode ${"ab".repeat(251)}`]), ["", ""]);
});

for (const each of compilers) {
  test(`the C framing stands ${FUZZ_RUNS} made-up streams, by ${each}`, (t) => {
    const sources = [CODEC, "test/native/frame-codec-fuzz.c"];
    const compiled = folder.compile(each, `own-${each}`, sources, ["-DOWN_DRIVER"]);
    if ("failure" in compiled) return t.fail(compiled.failure);
    const { status, stderr } = spawnSync(compiled.program, ["20261125", `${FUZZ_RUNS}`], {
      encoding: "utf8",
    });
    t.is(status, 0, stderr);
  });
}

const fuzzer = hasCommand("clang")
  ? folder.compile("clang", "fuzzer", [CODEC, "test/native/frame-codec-fuzz.c"], ["-fsanitize=fuzzer"])
  : { failure: "no clang" };
const withFuzzer = "program" in fuzzer ? test : test.skip;

withFuzzer(`the C framing stands libFuzzer${"program" in fuzzer ? "" : ": no clang with libFuzzer"}`, (t) => {
  if (!("program" in fuzzer)) return;
  const args = [`-runs=${FUZZ_RUNS}`, "-seed=20261125", "-max_len=1024", `-artifact_prefix=${folder.path}/`];
  const { status, stderr } = spawnSync(fuzzer.program, args, { encoding: "utf8" });
  t.is(status, 0, stderr);
});

test("the C framing has the limits of the wire", (t) => {
  const header = readFileSync(join(PROJECT_FOLDER, "firmware/native/frame-codec.h"), "utf8");
  t.regex(header, /#define FRAME_MAX_PAYLOAD_BYTES 250\n/);
  t.regex(header, /#define FRAME_CHECKSUM_BYTES 4\n/);
});
