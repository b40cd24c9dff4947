import { describeResult, runSelfTest } from "./self-test.js";
import { xsMemoryInUse } from "./xs-memory.js";

/** The self test on XS, on a board or on a computer: it prints one line, and throws where the test failed. */
const result = runSelfTest(xsMemoryInUse);
trace(`${describeResult(result)}\n`);
if (!result.passed) throw new Error("self test failed");
