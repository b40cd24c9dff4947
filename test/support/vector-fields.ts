import { Uint64 } from "../../firmware/wire/uint64.js";
import type { FrameKind } from "./frame-catalogue.js";
import { toBigInt } from "./layout.js";

/** Fields as the vectors have them: decimal strings, because JSON's numbers are inexact from 2^53 on; lists as arrays of them. */
export type VectorFields = Readonly<Record<string, string | readonly string[]>>;

/** Puts a vector's fields into the fields of its type. Fails where it names one that the type has not, or lacks one. */
export function fieldsFromVector(kind: FrameKind, vector: VectorFields): object {
  const fields = kind.make() as Record<string, unknown>;
  if (Object.keys(fields).sort().join() !== Object.keys(vector).sort().join()) {
    throw new Error(
      `${kind.name} has the fields ${Object.keys(fields)}, the vector has ${Object.keys(vector)}`,
    );
  }
  for (const [name, value] of Object.entries(vector)) {
    const target = fields[name];
    if (target instanceof Uint64) {
      const number = BigInt(value as string);
      target.set(Number(number >> 32n), Number(number & 0xffff_ffffn));
    } else if (typeof target === "number") {
      fields[name] = Number(value);
    } else {
      (target as Uint8Array).set((value as readonly string[]).map(Number));
    }
  }
  return fields;
}

/** The other way round; of a list, the entries that count. */
export function vectorFromFields(kind: FrameKind, fields: object): VectorFields {
  const values = fields as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      if (value instanceof Uint64) return [name, toBigInt(value).toString()];
      if (typeof value === "number") return [name, String(value)];
      const count = values[kind.lists[name] as string] as number;
      return [
        name,
        Array.from(value as Uint8Array)
          .slice(0, count)
          .map(String),
      ];
    }),
  );
}
