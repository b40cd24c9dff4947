/** A function of a firmware, as the linker has placed it. */
export interface PlacedFunction {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

const CODE = /^ \.(?:text|time_critical|after_data)[._]?(\S*)(?:\s+0x([0-9a-f]+)\s+0x([0-9a-f]+)\s+(\S.*))?$/;
const CONTINUED = /^\s+0x([0-9a-f]+)\s+0x([0-9a-f]+)\s+(\S.*)$/;
const SYMBOL = /^\s+0x([0-9a-f]+)\s{2,}(\w+)$/;

/**
 * Reads which function is where from a map of GNU ld. Firmware is built with a section a function; what a library has in
 * one section is told apart by its symbols.
 */
export class MapFile {
  private readonly functions: PlacedFunction[] = [];

  constructor(text: string) {
    let pending: string | undefined;
    for (const line of text.split("\n")) {
      const code = CODE.exec(line);
      const place = code?.[2] === undefined ? CONTINUED.exec(line) : [line, code[2], code[3], code[4]];
      if (code !== null && code[2] === undefined) {
        pending = code[1] ?? "";
        continue;
      }
      const symbol = SYMBOL.exec(line);
      if (symbol !== null) this.addSymbol(symbol[2] as string, Number.parseInt(symbol[1] as string, 16));
      else if (place !== null && (code !== null || pending !== undefined)) {
        const name = (code?.[1] ?? pending) || fileOf(place[3] as string);
        this.add(name, Number.parseInt(place[1] as string, 16), Number.parseInt(place[2] as string, 16));
      }
      pending = undefined;
    }
    this.functions.sort((left, right) => left.start - right.start);
  }

  /** @returns the function in which an address lies; undefined where the map has none. */
  functionAt(address: number): PlacedFunction | undefined {
    let low = 0;
    let high = this.functions.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.functions[middle] as PlacedFunction).start <= address) low = middle + 1;
      else high = middle;
    }
    const found = this.functions[low - 1];
    return found !== undefined && address < found.end ? found : undefined;
  }

  private add(name: string, start: number, length: number): void {
    // Sections that were thrown away stand at 0.
    if (start !== 0 && length !== 0) this.functions.push({ name, start, end: start + length });
  }

  /** A symbol inside a section begins a function of its own. */
  private addSymbol(name: string, address: number): void {
    const last = this.functions[this.functions.length - 1];
    if (last === undefined || address < last.start || address >= last.end) return;
    this.functions.pop();
    if (address > last.start) this.functions.push({ ...last, end: address });
    this.functions.push({ name, start: address, end: last.end });
  }
}

function fileOf(path: string): string {
  return path.replace(/^.*[/\\]/, "");
}
