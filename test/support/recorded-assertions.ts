import type { Assertions } from "./unit-case.js";

/** Assertions for where ava cannot run: each failure is kept, as ava does, and the case goes on. */
export class RecordedAssertions implements Assertions {
  readonly failures: string[] = [];
  private made = 0;

  is(actual: unknown, expected: unknown, message?: string): void {
    this.check(Object.is(actual, expected), () => `${show(actual)} is not ${show(expected)}`, message);
  }

  deepEqual(actual: unknown, expected: unknown, message?: string): void {
    this.check(
      isDeepEqual(actual, expected),
      () => `${show(actual)} does not equal ${show(expected)}`,
      message,
    );
  }

  true(actual: unknown, message?: string): void {
    this.is(actual, true, message);
  }

  false(actual: unknown, message?: string): void {
    this.is(actual, false, message);
  }

  throws(action: () => unknown): unknown {
    try {
      action();
    } catch (error) {
      this.check(error instanceof Error, () => `threw ${show(error)}, which is no Error`);
      return error;
    }
    this.check(false, () => "did not throw");
    return undefined;
  }

  fail(message?: string): void {
    this.check(false, () => "failed", message);
  }

  /** To be called at the end of a case: one that asserts nothing shows nothing. */
  finish(): void {
    if (this.made === 0) this.failures.push("made no assertion");
  }

  private check(passed: boolean, tell: () => string, message?: string): void {
    this.made += 1;
    if (!passed) this.failures.push(message === undefined ? tell() : `${message}: ${tell()}`);
  }
}

function isDeepEqual(actual: unknown, expected: unknown): boolean {
  if (Object.is(actual, expected)) return true;
  if (typeof actual !== "object" || typeof expected !== "object" || actual === null || expected === null)
    return false;
  if (Object.getPrototypeOf(actual) !== Object.getPrototypeOf(expected)) return false;
  const names = Object.keys(actual);
  return (
    names.length === Object.keys(expected).length &&
    names.every(
      (name) =>
        Object.hasOwn(expected, name) &&
        isDeepEqual((actual as Record<string, unknown>)[name], (expected as Record<string, unknown>)[name]),
    )
  );
}

function show(value: unknown): string {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "object" && value !== null) {
    return JSON.stringify(value, (_key, inner) => (typeof inner === "bigint" ? `${inner}n` : inner));
  }
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
