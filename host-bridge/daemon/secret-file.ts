import { readFileSync, statSync } from "node:fs";
import { SequenceError } from "../errors.js";

const MAX_SECRET_BYTES = 4_096;

/**
 * Reads a password from a file of one line: in a flag or a configuration others would see it.
 * @throws SequenceError BAD_CONFIG where the file cannot be read, is empty, too long or more than a line.
 */
export function readSecret(path: string): string {
  let text: string;
  try {
    if (statSync(path).size > MAX_SECRET_BYTES)
      throw new Error(`it is longer than ${MAX_SECRET_BYTES} bytes`);
    text = readFileSync(path, "latin1").replace(/\r?\n$/, "");
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new SequenceError("BAD_CONFIG", `the secret in ${path} cannot be read: ${detail}`, {
      cause: error,
    });
  }
  if (text === "" || /[\r\n]/.test(text)) {
    throw new SequenceError("BAD_CONFIG", `${path} must hold a secret, in one line and nothing else`);
  }
  return text;
}
