import test from "ava";
import * as constants from "../../firmware/wire/constants.js";
import { COUNTER_NAMES } from "../../firmware/wire/counter-names.js";
import * as frameTypes from "../../firmware/wire/frame-types.js";
import { FRAME_KINDS } from "../support/frame-catalogue.js";
import { toHex } from "../support/hex.js";
import { fabricVectors, framingVectors, hostVectors } from "../support/vector-files.js";
import { encodeByTable, hexExamples, layoutTables, readWireDocument } from "../support/wire-document.js";

const wireDocument = readWireDocument();
const tables = layoutTables(wireDocument);
const FABRIC_HEADER = "Header between cards";
const HOST_HEADER = "Header between a card and its host";

function headingOf(name: string, type: number): string {
  return `${name} (0x${type.toString(16).padStart(2, "0")})`;
}

test("docs/wire.md has a table for each frame type and header, and no other", (t) => {
  const expected = FRAME_KINDS.map(({ name, type }) => headingOf(name, type));
  t.deepEqual([...tables.keys()].sort(), [...expected, FABRIC_HEADER, HOST_HEADER].sort());
});

for (const { name, frame, header, fields, payload } of [...fabricVectors().frames, ...hostVectors().frames]) {
  test(`the tables alone give the vector ${frame}: ${name}`, (t) => {
    const headerRows = tables.get(header["session"] === undefined ? FABRIC_HEADER : HOST_HEADER);
    const bodyRows = tables.get(headingOf(frame, Number(header["type"])));
    t.is(
      toHex(encodeByTable([...(headerRows ?? []), ...(bodyRows ?? [])], { ...header, ...fields })),
      payload,
    );
  });
}

test("the examples are the vectors", (t) => {
  const examples = hexExamples(wireDocument);
  t.is(examples.length, 3);
  for (const { form, file, name, hex } of examples) {
    const vectors = file === "framing" ? framingVectors().frames : fabricVectors().frames;
    const vector = vectors.find((one) => one.name === name) as Readonly<Record<string, string>> | undefined;
    t.is(vector?.[form], hex, `${form} of ${file}/${name}`);
  }
  const request = framingVectors().frames.find(({ name }) => name === "a request for 100 numbers");
  t.true(wireDocument.includes(`0x${request?.crc32.toUpperCase()}`));
});

test("every refusal and every kind of drop is named, with its right code", (t) => {
  const refusals = Object.entries(frameTypes).filter(([name]) => name.startsWith("REFUSE_"));
  const section = wireDocument.split("### Refusals")[1]?.split("###")[0] ?? "";
  const codes = [...section.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code));
  t.deepEqual(
    codes,
    refusals.map(([, code]) => code).sort((left, right) => left - right),
  );
  for (const name of COUNTER_NAMES.filter((one) => one.startsWith("drop")))
    t.true(wireDocument.includes(`| \`${name}\` |`), name);
});

test("the limits are those of the code", (t) => {
  for (const [what, limit] of [
    ["Payload", `${constants.MAX_PAYLOAD_BYTES} bytes`],
    ["Encoded frame", `${constants.MAX_ENCODED_BYTES} bytes`],
    ["Numbers a block", constants.MAX_BLOCK_COUNT.toLocaleString("en-US")],
    ["Blocks in flight a card", `${constants.MAX_BLOCKS_IN_FLIGHT}`],
    ["Members", `${constants.MAX_MEMBERS}, with up to ${constants.MAX_VOTES} votes each`],
    ["Card ids", `${constants.MIN_CARD_ID} to ${constants.MAX_CARD_ID}`],
    ["Links a card", `${constants.MAX_LINKS}`],
    ["Hops", `${constants.MAX_HOPS}`],
  ] as const) {
    t.true(wireDocument.includes(`| ${what} | ${limit} |`), what);
  }
});
