/** A method of ours whose whole body is a call of a C function. */
export interface NativeCall {
  readonly name: string;
  /** What TypeScript believes that it returns. */
  readonly result: string;
  /** How many values it hands over. */
  readonly values: number;
}

export function nativeCallsOf(typescript: string): NativeCall[] {
  const methods = /\): (\w+) \{\n\s+return native\("(\w+)"\)\.call\(\s*this((?:,\s*\w+)*),?\s*\);\n/g;
  return [...typescript.matchAll(methods)].map(([, result, name, values]) => ({
    name: name as string,
    result: result as string,
    values: (values as string).split(",").length - 1,
  }));
}

/** @returns the bodies of the C functions that TypeScript can call, by their names. */
export function nativeFunctionsOf(c: string): Map<string, string> {
  const functions = /^void (xs_\w+)\([xt][sx]Machine\* the\)\n\{\n([\s\S]*?)^\}/gm;
  return new Map([...c.matchAll(functions)].map(([, name, body]) => [name as string, body as string]));
}

const KINDS: Readonly<Record<string, string>> = {
  Integer: "number",
  Number: "number",
  Unsigned: "number",
  Us: "number",
  Boolean: "boolean",
  False: "boolean",
  True: "boolean",
};

/** @returns the types of what a C function returns, none where it returns nothing. */
export function resultKinds(body: string): string[] {
  const setters = [...body.matchAll(/xsmcSet(\w+)\(xsResult|\b(?:give|put)(Integer|Us)\(/g)];
  return [...new Set(setters.map(([, setter, given]) => KINDS[setter ?? given ?? ""] ?? "unknown"))];
}

/** @returns how many values a C function takes: one more than the last that it names. */
export function valueCount(body: string): number {
  const named = [...body.matchAll(/xsArg\((\d+)\)|framePortOpen\(the, .*, (\d+)\)|bytesOfFrame\(the/g)];
  // `bytesOfFrame` reads the first.
  return Math.max(0, ...named.map(([, argument, frame]) => 1 + Number(argument ?? frame ?? 0)));
}
