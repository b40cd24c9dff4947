import { readFileSync } from "node:fs";

/** One row of a layout table in docs/wire.md. */
export interface LayoutRow {
  /** Such as `15 + 4i` or `8 + 18linkCount + 3i`. */
  readonly offset: string;
  readonly bytes: number;
  readonly type: string;
  readonly field: string;
}

/** The fields of one frame by name: decimal strings, lists as arrays of them. */
export type LayoutValues = Readonly<Record<string, string | readonly string[]>>;

/** The document, with the blanks taken out that only align its tables. */
export function readWireDocument(): string {
  const text = readFileSync(new URL("../../../docs/wire.md", import.meta.url), "utf8");
  return text.replace(/^\|.*$/gm, (row) => row.replace(/ +/g, " "));
}

/** Every table of layouts, by the heading that it stands under, such as `REQUEST (0x02)`. */
export function layoutTables(document: string): Map<string, LayoutRow[]> {
  const tables = new Map<string, LayoutRow[]>();
  for (const section of document.split(/^### /m).slice(1)) {
    if (!section.includes("| Offset | Size | Type | Field | Meaning |")) continue;
    const rows = [...section.matchAll(/^\| ([\w +]+) \| (\d+) \| (u\d+) \| ([\w[\]]+) \|/gm)];
    tables.set(
      (section.split("\n", 1)[0] as string).trim(),
      rows.map(([, offset, bytes, type, field]) => ({
        offset: offset as string,
        bytes: Number(bytes),
        type: type as string,
        field: field as string,
      })),
    );
  }
  return tables;
}

/** Builds a payload from the tables alone. Fails where they leave a byte out, or claim one twice. */
export function encodeByTable(rows: readonly LayoutRow[], values: LayoutValues): Uint8Array {
  const bytes = new Map<number, number>();
  for (const row of rows) {
    if (row.type !== `u${8 * row.bytes}`)
      throw new Error(`${row.field} is a ${row.type} of ${row.bytes} bytes`);
    const [name, isList] = row.field.endsWith("[i]") ? [row.field.slice(0, -3), true] : [row.field, false];
    const value = values[name];
    if (value === undefined || Array.isArray(value) !== isList) throw new Error(`no value for ${row.field}`);
    [value].flat().forEach((entry, index) => {
      const start = offsetOf(row.offset, values, index);
      let rest = BigInt(entry);
      for (let at = start; at < start + row.bytes; at += 1) {
        if (bytes.has(at)) throw new Error(`byte ${at} is claimed twice, by ${row.field}`);
        bytes.set(at, Number(rest & 0xffn));
        rest >>= 8n;
      }
      if (rest !== 0n) throw new Error(`${entry} does not fit ${row.field}`);
    });
  }
  const payload = new Uint8Array(bytes.size);
  for (const [at, byte] of bytes) {
    if (at >= payload.length) throw new Error(`there is a hole before byte ${at}`);
    payload[at] = byte;
  }
  return payload;
}

function offsetOf(text: string, values: LayoutValues, index: number): number {
  return text
    .split("+")
    .map((term) => /^\s*(\d+)([a-zA-Z]*)\s*$/.exec(term))
    .reduce((sum, match) => {
      if (match === null) throw new Error(`"${text}" is no offset`);
      const [, factor, name] = match;
      const times = name === "" ? 1 : name === "i" ? index : Number(values[name as string]);
      return sum + Number(factor) * times;
    }, 0);
}

/** A block of hex in the document and the vector that it shows. */
export interface HexExample {
  readonly form: string;
  readonly file: string;
  readonly name: string;
  readonly hex: string;
}

export function hexExamples(document: string): HexExample[] {
  return [...document.matchAll(/^```hex (\w+) ([\w-]+)\/(.+)\n([\s\S]*?)^```$/gm)].map(
    ([, form, file, name, body]) => ({
      form: form as string,
      file: file as string,
      name: name as string,
      // Each line is hex, then, after two blanks or more, what it means.
      hex: (body as string)
        .split("\n")
        .map((line) => (line.split(/ {2,}/)[0] as string).replace(/ /g, ""))
        .join(""),
    }),
  );
}
