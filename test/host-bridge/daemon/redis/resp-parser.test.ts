import test from "ava";
import fc from "fast-check";
import {
  MAX_ARGUMENT_BYTES,
  MAX_ARGUMENTS,
  MAX_COMMAND_BYTES,
  RespParser,
} from "../../../../host-bridge/daemon/redis/resp-parser.js";

function encode(words: readonly string[]): Buffer {
  const bulks = words.map((word) => `$${word.length}\r\n${word}\r\n`);
  return Buffer.from(`*${words.length}\r\n${bulks.join("")}`, "latin1");
}

function readAll(parser: RespParser): string[][] {
  const commands: string[][] = [];
  for (let words = parser.next(); words !== null; words = parser.next()) commands.push(words);
  return commands;
}

function problemOf(text: string): string | null {
  const parser = new RespParser();
  parser.push(Buffer.from(text, "latin1"));
  readAll(parser);
  return parser.problem;
}

test("commands are the same however their bytes are cut into pieces", (t) => {
  const word = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) });
  const command = fc.array(word, { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(fc.array(command), fc.array(fc.integer({ min: 1, max: 40 })), (commands, sizes) => {
      const bytes = Buffer.concat(commands.map(encode));
      const parser = new RespParser();
      const read: string[][] = [];
      let at = 0;
      for (const size of [...sizes, bytes.length]) {
        parser.push(bytes.subarray(at, at + size));
        at = Math.min(bytes.length, at + size);
        read.push(...readAll(parser));
      }
      t.deepEqual(read, commands);
      t.is(parser.problem, null);
      t.is(parser.unreadBytes, 0);
    }),
    { numRuns: 300 },
  );
});

test("whatever comes, nothing is thrown, and what is kept is bounded", (t) => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
    fc
      .constantFrom("*1\r\n", "*3\r\n$4\r\n", "$-1\r\n", "\r\n", "INCR a\r\n", "*2\r\n*2\r\n", "*-1\r\n")
      .map((text) => Buffer.from(text)),
    fc.integer({ min: 1, max: 20_000 }).map((length) => Buffer.alloc(length, "x")),
  );
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const parser = new RespParser();
      for (const bytes of pieces) {
        parser.push(bytes);
        for (const words of readAll(parser)) {
          t.true(words.length > 0 && words.length <= MAX_ARGUMENTS);
          t.true(words.every((word) => word.length <= MAX_ARGUMENT_BYTES));
        }
        if (parser.problem !== null) return;
        t.true(parser.unreadBytes <= MAX_COMMAND_BYTES, `${parser.unreadBytes} bytes kept`);
      }
    }),
    { numRuns: 500 },
  );
});

test("lines typed by hand, empty lines, and arrays of nothing", (t) => {
  const parser = new RespParser();
  parser.push(Buffer.from("\r\n*0\r\n*-1\r\n  INCRBY \t a  5\nPING\r\n"));
  t.deepEqual(readAll(parser), [["INCRBY", "a", "5"], ["PING"]]);
});

const wrong: readonly (readonly [what: string, bytes: string, problem: string])[] = [
  ["a nested array", "*2\r\n*1\r\n$1\r\na\r\n", "expected '$', got \"*\""],
  ["arrays nested a thousand deep", "*1\r\n".repeat(1_000), "expected '$', got \"*\""],
  ["another type within an array", "*1\r\n:5\r\n", "expected '$', got \":\""],
  ["too many words", `*${MAX_ARGUMENTS + 1}\r\n`, "invalid multibulk length"],
  ["a length that is no number", "*x\r\n", "invalid multibulk length"],
  ["a negative number of words", "*-2\r\n", "invalid multibulk length"],
  ["a line that ends wrongly", "*1\rx", "invalid multibulk length"],
  ["a length line without an end", `*${"1".repeat(40)}`, "invalid multibulk length"],
  ["a bulk that is too long", `*1\r\n$${MAX_ARGUMENT_BYTES + 1}\r\n`, "invalid bulk length"],
  ["half a gigabyte", "*1\r\n$536870912\r\n", "invalid bulk length"],
  ["a bulk of null", "*1\r\n$-1\r\n", "invalid bulk length"],
  ["a bulk without an end", "*1\r\n$1\r\nabc", "a bulk string does not end where it says"],
  [
    "bulks that are too long together",
    `*5\r\n${`$4096\r\n${"x".repeat(4_096)}\r\n`.repeat(4)}`,
    "too big request",
  ],
  ["a line that is too long", "x".repeat(MAX_ARGUMENT_BYTES + 1), "too big inline request"],
  [
    "a line of too many words",
    `${"x ".repeat(MAX_ARGUMENTS + 1)}\r\n`,
    "too many words in an inline request",
  ],
];

for (const [what, bytes, problem] of wrong) {
  test(`${what}: no more is read`, (t) => {
    t.is(problemOf(bytes), problem);
  });
}
