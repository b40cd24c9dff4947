import test from "ava";
import fc from "fast-check";
import { encodeNetstring, NetstringDecoder } from "../../../boards/virtual/netstring.js";

function decode(stream: Buffer, cuts: readonly number[], maxBytes = 1_000): Buffer[] {
  const found: Buffer[] = [];
  const decoder = new NetstringDecoder((body) => found.push(Buffer.from(body)), maxBytes);
  let start = 0;
  for (const cut of [...cuts, stream.length]) {
    decoder.push(stream.subarray(start, Math.max(start, cut)));
    start = Math.max(start, cut);
  }
  return found;
}

test("the prefix counts", (t) => {
  t.is(encodeNetstring("?", Buffer.from("abc")).toString(), "4:?abc,");
  t.is(encodeNetstring("", Buffer.alloc(0)).toString(), "0:,");
});

test("whatever was encoded comes back, wherever the stream is cut", (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 6 }),
      fc.array(fc.nat(300), { maxLength: 8 }),
      (bodies, cuts) => {
        const stream = Buffer.concat(bodies.map((body) => encodeNetstring(".", body)));
        const sorted = cuts.filter((cut) => cut <= stream.length).sort((left, right) => left - right);
        const found = decode(stream, sorted).map((body) => body.toString("hex"));
        t.deepEqual(
          found,
          bodies.map((body) => `2e${Buffer.from(body).toString("hex")}`),
        );
      },
    ),
  );
});

for (const [name, text] of [
  ["no digits", ":abc,"],
  ["letters", "hello"],
  ["a sign", "-1:,"],
  ["no comma", "3:abcd"],
  ["too long", "1001:"],
  ["endless digits", "00000000000000001:a,"],
] as const) {
  test(`a stream that is none of netstrings is refused: ${name}`, (t) => {
    t.throws(() => decode(Buffer.from(text), []), { instanceOf: Error });
  });
}

test("a body of the greatest length is taken, and no longer one", (t) => {
  t.is(decode(encodeNetstring("", Buffer.alloc(1_000)), [])[0]?.length, 1_000);
  t.throws(() => decode(encodeNetstring("", Buffer.alloc(1_001)), []), { message: /more than 1000/ });
});

test("random bytes throw or wait, and never hand out a body that was not announced", (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      const stream = Buffer.from(bytes);
      try {
        for (const body of decode(stream, [])) {
          t.true(stream.includes(`${body.length}:`));
        }
      } catch (error) {
        t.true(error instanceof Error);
      }
    }),
  );
});
