import type { OwnedProcess } from "./process-scope.js";

/** What a command came to, as it goes through the channel. */
type Envelope =
  | { readonly kind: "report"; readonly report: unknown }
  | { readonly kind: "failed"; readonly message: string }
  /** What the worker tells while a command runs. */
  | { readonly kind: "note"; readonly note: unknown };

/**
 * Sends one command to a forked process and waits for its report. One at a time for each worker.
 * @param onNote is handed what the worker tells meanwhile.
 * @throws Error where the command failed or the process ended.
 */
export async function askWorker<Report, Note = never>(
  worker: OwnedProcess,
  command: unknown,
  onNote: (note: Note) => void = () => {},
): Promise<Report> {
  const { child } = worker;
  let listener: (envelope: Envelope) => void = () => {};
  const answer = new Promise<Envelope>((resolve) => {
    listener = (envelope) => {
      if (envelope.kind === "note") onNote(envelope.note as Note);
      else resolve(envelope);
    };
    child.on("message", listener);
  });
  try {
    tellWorker(worker, command);
    const envelope = await Promise.race([answer, worker.ended]);
    if (envelope?.kind === "report") return envelope.report as Report;
    const reason =
      envelope?.kind === "failed" ? envelope.message : `A process ended early. ${worker.output.trim()}`;
    throw new Error(reason);
  } finally {
    child.off("message", listener);
  }
}

/** Sends a command that has no report of its own. */
export function tellWorker(worker: OwnedProcess, command: unknown): void {
  // That the process is gone is told by `ended`.
  if (worker.child.connected) worker.child.send(command as object, () => {});
}

/**
 * Makes this forked process obey its parent, and end with it.
 * @param obey carries out a command. What it returns is the report, undefined is none; what it throws is the failure.
 */
export function serveAsWorker<Command>(
  obey: (command: Command, tell: (note: unknown) => void) => Promise<unknown>,
): void {
  const send = (envelope: Envelope): void => {
    if (process.connected) process.send?.(envelope);
  };
  const tell = (note: unknown): void => send({ kind: "note", note });
  // Ctrl-C reaches every process of the terminal; the parent decides.
  process.on("SIGINT", () => {});
  process.once("disconnect", () => process.exit(0));
  process.on("message", async (command: Command) => {
    try {
      const report = await obey(command, tell);
      if (report !== undefined) send({ kind: "report", report });
    } catch (error) {
      send({ kind: "failed", message: error instanceof Error ? error.message : String(error) });
    }
  });
}
