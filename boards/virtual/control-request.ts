import { RigError } from "./rig-error.js";

export const FABRIC_ACTIONS = ["cut", "mend", "kill", "start"] as const;
export type FabricAction = (typeof FABRIC_ACTIONS)[number];

/** What a running rig can be told over its control socket: one JSON object a line. */
export type ControlRequest =
  | { readonly command: "kill" | "start" | "pause" | "resume"; readonly card: number }
  | { readonly command: "cut"; readonly from: number; readonly to: number; readonly oneWay: boolean }
  | { readonly command: "mend"; readonly from: number; readonly to: number }
  /** Of all cards at once. Where it bounces, it fails again within the first write of each. */
  | { readonly command: "power"; readonly on: boolean; readonly bounces?: boolean }
  /** Of all cables, or all cards, of one fabric. */
  | { readonly command: "fabric"; readonly action: FabricAction; readonly fabric: number }
  | { readonly command: "status" | "stop" | "events" }
  /** Frames, and turns where asked for, as they happen; `count` of them, 0 without end. */
  | { readonly command: "trace"; readonly count: number; readonly turns: boolean };

/** Its answer; for `events` and `trace` lines with one event each follow it. */
export type ControlReply =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly code: string; readonly message: string };

/** Longest line of a request. */
export const MAX_REQUEST_BYTES = 1_024;

/** What a line may hold; nothing of it is trusted. */
interface RequestFields {
  readonly command?: unknown;
  readonly card?: unknown;
  readonly from?: unknown;
  readonly to?: unknown;
  readonly oneWay?: unknown;
  readonly on?: unknown;
  readonly bounces?: unknown;
  readonly count?: unknown;
  readonly turns?: unknown;
  readonly action?: unknown;
  readonly fabric?: unknown;
}

/** @throws RigError BAD_COMMAND. */
export function parseRequest(line: string): ControlRequest {
  const fields = parseObject(line);
  const { command } = fields;
  switch (command) {
    case "kill":
    case "start":
    case "pause":
    case "resume":
      return { command, card: takeInteger(fields, "card") };
    case "cut":
      return { command, ...takeEnds(fields), oneWay: fields.oneWay === true };
    case "mend":
      return { command, ...takeEnds(fields) };
    case "power":
      if (typeof fields.on !== "boolean") throw bad("on is true or false");
      return { command, on: fields.on, bounces: fields.bounces === true };
    case "fabric":
      return { command, action: takeAction(fields), fabric: takeInteger(fields, "fabric") };
    case "status":
    case "stop":
    case "events":
      return { command };
    case "trace":
      return {
        command,
        count: fields.count !== undefined ? takeInteger(fields, "count") : 0,
        turns: fields.turns === true,
      };
    default:
      throw bad(
        "command is kill, start, pause, resume, power, cut, mend, fabric, status, stop, events or trace",
      );
  }
}

function parseObject(line: string): RequestFields {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw bad("one JSON object a line is expected");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw bad("an object is expected");
  return value as RequestFields;
}

function takeEnds(fields: RequestFields): { from: number; to: number } {
  return { from: takeInteger(fields, "from"), to: takeInteger(fields, "to") };
}

function takeAction({ action }: RequestFields): FabricAction {
  const found = FABRIC_ACTIONS.find((known) => known === action);
  if (found === undefined) throw bad(`action is ${FABRIC_ACTIONS.join(", ")}`);
  return found;
}

function takeInteger(fields: RequestFields, name: keyof RequestFields): number {
  const value = fields[name];
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw bad(`${name} is a whole number`);
}

function bad(reason: string): RigError {
  return new RigError("BAD_COMMAND", `The rig does not understand this: ${reason}.`);
}
