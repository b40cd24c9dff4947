import { SequenceError, type SequenceErrorCode } from "./errors.js";

interface PortErrorRule {
  readonly pattern: RegExp;
  readonly code: SequenceErrorCode;
  readonly advice: string;
}

/** serialport's binding gives the system's text and no code. The first rule that fits counts. */
const RULES: readonly PortErrorRule[] = [
  {
    pattern: /cannot lock|resource busy|access denied/i,
    code: "PORT_BUSY",
    advice: "another process has it open; close that one",
  },
  {
    pattern: /no such (file|device)|not found|not configured/i,
    code: "PORT_NOT_FOUND",
    advice: "plug the card in, or choose another port (`seqcard ports`)",
  },
  {
    pattern: /permission denied|not permitted/i,
    code: "PORT_DENIED",
    advice: "give yourself access, on Linux by joining the group dialout",
  },
  {
    pattern: /inappropriate ioctl|is a directory|not a typewriter|invalid argument/i,
    code: "NOT_A_CARD",
    advice: "it is no serial port; choose another (`seqcard ports`)",
  },
];

/** What it means that a port could not be opened. */
export function openError(path: string, thrown: unknown): SequenceError {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  const rule = RULES.find(({ pattern }) => pattern.test(text));
  const advice = rule?.advice ?? `the system says: ${text}; plug the card in again`;
  return new SequenceError(rule?.code ?? "PORT_FAILED", `cannot open ${path}: ${advice}`, { cause: thrown });
}
