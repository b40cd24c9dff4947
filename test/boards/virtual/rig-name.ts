/** Rigs of one test process must not meet those of another. */
export const TEST_RIG = `test-${process.pid}`;
