import Table from "cli-table3";

/** Prints one line of plain text. */
export function printLine(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Prints one JSON object on a line of its own. */
export function printJson(value: object): void {
  printLine(toJson(value));
}

/** 64-bit numbers become decimal strings: JSON readers would round them. */
export function toJson(value: object): string {
  return JSON.stringify(value, (_key, field: unknown) =>
    typeof field === "bigint" ? field.toString() : field,
  );
}

const COLUMNS = 80;

/** Folds a text at blanks, so that no line is longer than a terminal is wide; lines behind the first get `indent`. */
export function fold(text: string, indent: string): string {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1) as string;
    if (line === "" || line === indent) lines[lines.length - 1] = `${line}${word}`;
    else if (line.length + 1 + word.length <= COLUMNS) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(`${indent}${word}`);
  }
  return lines.join("\n");
}

/** Draws columns without lines between them, for tables that would not fit 80 columns otherwise. */
export function drawColumns(rows: readonly (readonly string[])[], head: readonly string[]): string {
  const table = new Table({
    head: [...head],
    style: { head: [], border: [], compact: true, "padding-left": 0, "padding-right": 2 },
    chars: NO_LINES,
  });
  for (const row of rows) table.push([...row]);
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

const NO_LINES = Object.fromEntries(
  ["top", "bottom", "left", "right", "mid", "middle"].flatMap((side) => [
    [side, ""],
    [`${side}-mid`, ""],
    [`${side}-left`, ""],
    [`${side}-right`, ""],
  ]),
);

/** Draws a table without colours, which files and pipes would keep. */
export function drawTable(rows: readonly (readonly (string | number)[])[], head?: readonly string[]): string {
  const table = new Table({
    ...(head === undefined ? {} : { head: [...head] }),
    style: { head: [], border: [], compact: true },
  });
  for (const row of rows) table.push([...row]);
  return table.toString();
}
