import type { Finding } from "./finding.js";

/** The check found something wrong. The message names the codes of all errors. */
export class RigCheckError extends Error {
  override readonly name = "RigCheckError";
  readonly code = "RIG_FAULTY";

  static of(findings: readonly Finding[]): RigCheckError {
    const errors = findings.filter(({ severity }) => severity === "error");
    const lines = errors.map(({ code, text, advice }) => `\n  ${code}: ${text} ${advice}`);
    return new RigCheckError(`${errors.length} found${lines.join("")}`);
  }
}
