/** What a unit case may assert. ava's `ExecutionContext` satisfies it, and so does `RecordedAssertions` inside XS. */
export interface Assertions {
  is(actual: unknown, expected: unknown, message?: string): unknown;
  deepEqual(actual: unknown, expected: unknown, message?: string): unknown;
  true(actual: unknown, message?: string): unknown;
  false(actual: unknown, message?: string): unknown;
  /** Passes where `action` throws an `Error`, which it returns. */
  throws(action: () => unknown): unknown;
  fail(message?: string): unknown;
}

/** One test that knows neither its engine nor its runner. */
export interface UnitCase {
  readonly title: string;
  run(t: Assertions): void;
}

/** The cases of one `*.cases.ts` file. */
export interface CaseModule {
  /** Path below `test/unit`, without `.cases.ts`. */
  readonly name: string;
  readonly cases: readonly UnitCase[];
}
