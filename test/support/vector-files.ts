import { readFileSync } from "node:fs";
import type { VectorFields } from "./vector-fields.js";

/** The vectors as they stand in `test/vectors`. */
export interface FramingVectors {
  readonly frames: readonly { name: string; payload: string; crc32: string; encoded: string }[];
  readonly streams: readonly {
    name: string;
    stream: string;
    payloads: string[];
    counters: Record<string, number>;
  }[];
}

export interface FrameVectors {
  readonly frames: readonly {
    name: string;
    frame: string;
    header: Record<string, string>;
    fields: VectorFields;
    payload: string;
  }[];
}

export interface RejectedVectors {
  readonly frames: readonly { name: string; from: "link" | "host"; payload: string; counter: string }[];
}

function read(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../../test/vectors/${name}.json`, import.meta.url), "utf8"));
}

export const framingVectors = (): FramingVectors => read("framing") as FramingVectors;
export const fabricVectors = (): FrameVectors => read("fabric-frames") as FrameVectors;
export const hostVectors = (): FrameVectors => read("host-frames") as FrameVectors;
export const rejectedVectors = (): RejectedVectors => read("rejected") as RejectedVectors;
