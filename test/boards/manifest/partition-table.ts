/** One row of an ESP-IDF partition table, in bytes. */
export interface Partition {
  readonly name: string;
  readonly type: string;
  readonly subtype: string;
  readonly offset: number;
  readonly size: number;
}

/** Reads a partition table whose offsets are all given. Comments begin with "#". */
export function readPartitions(text: string): Partition[] {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.startsWith("#"))
    .map((line) => {
      const [name = "", type = "", subtype = "", offset, size] = line.split(",").map((cell) => cell.trim());
      return { name, type, subtype, offset: Number(offset), size: Number(size) };
    });
}
