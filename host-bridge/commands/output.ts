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

/** Draws a table without colours, which files and pipes would keep. */
export function drawTable(rows: readonly (readonly (string | number)[])[], head?: readonly string[]): string {
  const table = new Table({
    ...(head === undefined ? {} : { head: [...head] }),
    style: { head: [], border: [], compact: true },
  });
  for (const row of rows) table.push([...row]);
  return table.toString();
}
