import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { OwnedProcess, ProcessScope } from "./process-scope.js";

const COMMAND = fileURLToPath(new URL("../../../scripts/seqcard.mjs", import.meta.url));
/** A rig of XS cards boots in a few seconds; a busy machine takes longer. */
const READY_TIMEOUT_MS = 60_000;

export interface RigProcessOptions {
  readonly engine: "xs" | "node";
  readonly cards: number;
  /** To tell it from other rigs on its control socket. Default: one after this process. */
  readonly name?: string;
  /** More arguments for `seqcard rig`. */
  readonly more?: readonly string[];
}

export interface RigProcess {
  readonly process: OwnedProcess;
  /** For its control socket. */
  readonly name: string;
  readonly cards: readonly { readonly id: number; readonly path: string }[];
}

/**
 * Starts `seqcard rig` as a process of `scope` and waits until its cards can be opened. Their paths are links, which lead to
 * a card after it was without power too: by then its terminal may be another, and the old one that of another rig.
 * @throws Error with what the rig said, where it ends or is not ready in time.
 */
export async function startRigProcess(scope: ProcessScope, options: RigProcessOptions): Promise<RigProcess> {
  const { engine, cards, more = [] } = options;
  const name = options.name ?? `rig-${process.pid}`;
  const links = more.includes("--dir") ? [] : ["--dir", scope.makeDirectory()];
  const args = [COMMAND, "rig", "--engine", engine, "--cards", `${cards}`, "--name", name, "--json"];
  args.push(...links, ...more);
  const rig = scope.start(process.execPath, args, { stopSignal: "SIGINT" });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), READY_TIMEOUT_MS);
  });
  const ready = await Promise.race([readyEvent(rig), rig.ended.then(() => undefined), late]);
  clearTimeout(timer);
  if (ready === undefined) {
    const state = rig.running
      ? `was not ready within ${READY_TIMEOUT_MS / 1000} s`
      : "ended before it was ready";
    throw new Error(`The virtual rig ${state}. It said: ${rig.output.trim() || "nothing"}`);
  }
  return { process: rig, name, cards: ready };
}

/** @returns the cards of the first event, which tells that the rig is ready. Never resolves where there is none. */
async function readyEvent(rig: OwnedProcess): Promise<RigProcess["cards"]> {
  return new Promise((resolve) => {
    if (rig.child.stdout === null) return;
    const lines = createInterface({ input: rig.child.stdout });
    lines.on("line", (line) => {
      const cards = parseReadyEvent(line);
      if (cards !== undefined) resolve(cards);
    });
  });
}

/** @returns the cards of a "ready" line of the rig, or undefined where the line is another one or malformed. */
export function parseReadyEvent(line: string): RigProcess["cards"] | undefined {
  let event: unknown;
  try {
    event = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof event !== "object" || event === null || !("event" in event) || event.event !== "ready")
    return undefined;
  if (!("cards" in event) || !Array.isArray(event.cards)) return undefined;
  const cards = event.cards.filter(isCard);
  return cards.length === event.cards.length ? cards : undefined;
}

function isCard(value: unknown): value is { id: number; path: string } {
  return (
    typeof value === "object" &&
    value !== null &&
    "id" in value &&
    typeof value.id === "number" &&
    "path" in value &&
    typeof value.path === "string"
  );
}
