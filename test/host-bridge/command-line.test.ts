import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { REFUSE_NO_LEASE } from "../../firmware/wire/frame-types.js";
import { CARD_FLAG_BLANK } from "../../firmware/wire/host-setup-frames.js";
import { runSeqcard as seqcard } from "../support/seqcard-command.js";
import { startCardProcess } from "./card-process.js";

function lines(text: string): unknown[] {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

/** A folder with a `udevadm` that lists what `ports` says, for the front of PATH. */
function fakeUdev(t: ExecutionContext, ports: readonly { path: string; vendor: string }[]): string {
  const folder = mkdtempSync(join(tmpdir(), "seqcard-udev-"));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const text = ports.flatMap(({ path, vendor }, index) => [
    `P: /devices/port${index}`,
    `N: ttyACM${index}`,
    `E: DEVNAME=${path}`,
    `E: ID_VENDOR_ID=${vendor}`,
    "E: ID_MODEL_ID=000a",
    "",
  ]);
  const script = join(folder, "udevadm");
  writeFileSync(script, `#!/bin/sh\ncat <<'END'\n${text.join("\n")}\nEND\n`);
  chmodSync(script, 0o755);
  const { PATH = "" } = process.env;
  return `${folder}${delimiter}${PATH}`;
}

test.serial("next prints numbers, a line each", async (t) => {
  const { path } = await startCardProcess(t, { next: 2n ** 53n + 1n });
  t.deepEqual(await seqcard(["next", "-n", "2", "--port", path]), {
    code: 0,
    out: "9007199254740993\n9007199254740994\n",
    err: "",
  });
  const json = await seqcard(["next", "--json"], { SEQCARD_PORT: path });
  t.deepEqual(lines(json.out), [{ number: "9007199254740995" }]);
  const blocks = await seqcard(["next", "--block", "10", "-n", "2", "--port", path]);
  t.is(blocks.out, "9007199254740996 9007199254741005\n9007199254741006 9007199254741015\n");
  const block = await seqcard(["next", "--block", "2", "--json", "--port", path]);
  t.deepEqual(lines(block.out), [{ first: "9007199254741016", last: "9007199254741017" }]);
});

test.serial("latest and status take no number", async (t) => {
  const { path } = await startCardProcess(t, { next: 2n ** 53n + 2n });
  t.is((await seqcard(["latest", "--port", path])).out, "9007199254740993\n");
  t.deepEqual(lines((await seqcard(["latest", "--json", "--port", path])).out), [
    { card: 3, roles: ["secondary"], latest: "9007199254740993" },
  ]);
  const whole = await seqcard(["status", "--port", path]);
  t.regex(whole.out, /^Fabric 000fab1c, as card 3 at .*: ready\n/);
  t.regex(whole.out, /card 2 is silent/);
  t.regex(whole.out, /^counters of card 3$/m);
  const drawn = await seqcard(["status", "--card", "--port", path]);
  t.is(drawn.code, 0);
  for (const text of [
    "000fab1c",
    "e660123489abcdef",
    "secondary",
    "9007199254740993",
    "framesForwarded",
    "stale",
  ]) {
    t.true(drawn.out.includes(text), text);
  }
  const [status] = lines((await seqcard(["status", "--json", "--port", path])).out);
  t.like(status, { port: path, card: 3, state: "ready", ceiling: "9223372036854775807" });
  t.like(status, { fabric: { votes: { all: 3, quorum: 2, answered: 2 }, ceiling: "9223372036854775807" } });
  const [own] = lines((await seqcard(["status", "--card", "--json", "--port", path])).out);
  t.like(own, { card: 3, fabric: undefined });
});

test.serial("bench counts", async (t) => {
  const { path } = await startCardProcess(t);
  const [json] = lines(
    (await seqcard(["bench", "--seconds", "1", "--callers", "4", "--json", "--port", path])).out,
  );
  const { callers, numbers, p50Us, p99Us } = json as Record<string, number>;
  t.is(callers, 4);
  t.true((numbers as number) > 0);
  t.true((p50Us as number) <= (p99Us as number));
  const drawn = await seqcard(["bench", "--seconds", "1", "--callers", "1", "--port", path]);
  t.regex(drawn.out, /numbers a second/);
});

test.serial("init makes one card a member, once", async (t) => {
  const { path } = await startCardProcess(t, { flags: CARD_FLAG_BLANK });
  const args = ["init", "--port", path, "--id", "2", "--members", "1,2:3", "--fabric-id", "5eed", "--json"];
  t.deepEqual(lines((await seqcard([...args, "--first", "9007199254740993"])).out), [
    {
      port: path,
      card: 2,
      fabricId: "00005eed",
      first: "9007199254740993",
      members: [1, { card: 2, votes: 3 }],
    },
  ]);
  const again = await seqcard(args);
  t.is(again.code, 1);
  t.like(lines(again.err)[0], { error: { code: "CARD_NOT_BLANK" } });
});

test.serial("init --ports makes a fabric of several cards, or changes none", async (t) => {
  const cards = await Promise.all([1, 2].map(() => startCardProcess(t, { flags: CARD_FLAG_BLANK })));
  const member = await startCardProcess(t);
  const paths = cards.map(({ path }) => path);
  const refused = await seqcard(["init", "--ports", [...paths, member.path].join(",")]);
  t.is(refused.code, 1);
  t.regex(refused.err, /CARD_NOT_BLANK.*no card was changed/);
  const done = await seqcard(["init", "--ports", paths.join(","), "--fabric-id", "random", "--json"]);
  const told = lines(done.out) as { card: number; fabricId: string; members: unknown }[];
  t.deepEqual(
    told.map(({ card }) => card),
    [1, 2, undefined],
  );
  t.like(told[2], { event: "ready" });
  t.is(told[0]?.fabricId, told[1]?.fabricId);
  t.deepEqual(told[0]?.members, [
    { card: 1, votes: 2 },
    { card: 2, votes: 1 },
  ]);
  const [status] = lines((await seqcard(["status", "--json", "--port", paths[1] as string])).out);
  t.like(status, { card: 2, blank: false });
});

test.serial("ports lists what looks like a card, and the only one is the default", async (t) => {
  const { path } = await startCardProcess(t);
  const listed = [
    { path, vendor: "2e8a" },
    { path: "/dev/ttyS9", vendor: "ffff" },
  ];
  const PATH = fakeUdev(t, listed);
  t.deepEqual(lines((await seqcard(["ports", "--json"], { PATH })).out), [
    { path, vendor: "Raspberry Pi", vendorId: "2e8a", productId: "000a" },
  ]);
  t.regex((await seqcard(["ports"], { PATH })).out, /Raspberry Pi/);
  t.is((await seqcard(["next"], { PATH })).out, "1\n");
});

test.serial("without a port: none found, or too many to choose from", async (t) => {
  const none = fakeUdev(t, []);
  t.is((await seqcard(["ports"], { PATH: none })).out, "No port looks like a card.\n");
  const missing = await seqcard(["next"], { PATH: none });
  t.is(missing.code, 1);
  t.regex(missing.err, /^seqcard: PORT_NOT_FOUND: /);
  const many = await seqcard(["next"], {
    PATH: fakeUdev(t, [
      { path: "/dev/ttyACM0", vendor: "303a" },
      { path: "/dev/ttyACM1", vendor: "303a" },
    ]),
  });
  t.is(many.code, 2);
  t.regex(many.err, /several ports/);
});

test.serial("errors have a code on stderr, as text or as JSON, and exit code 1", async (t) => {
  const plain = await seqcard(["next", "--port", "/dev/no-such-port"]);
  t.deepEqual({ code: plain.code, out: plain.out }, { code: 1, out: "" });
  t.regex(plain.err, /^seqcard: PORT_NOT_FOUND: .*\/dev\/no-such-port/);
  const json = await seqcard(["status", "--json", "--port", "/dev/null"]);
  t.like(lines(json.err)[0], { error: { code: "NOT_A_CARD" } });
});

test.serial("--no-wait fails at once, and without it --timeout-ms ends the waiting", async (t) => {
  const { path } = await startCardProcess(t, { refuseWith: REFUSE_NO_LEASE, state: REFUSE_NO_LEASE });
  t.regex((await seqcard(["next", "--no-wait", "--port", path])).err, /NOT_READY.*quorum/);
  t.regex((await seqcard(["next", "--timeout-ms", "50", "--port", path])).err, /TIMEOUT.*quorum/);
});

test.serial("wrong usage exits with 2, with the help where no command is named", async (t) => {
  const { code, out, err } = await seqcard([]);
  t.deepEqual({ code, out }, { code: 2, out: "" });
  t.regex(err, /^seqcard: USAGE: name a command\n.*Exit codes/s);
});

test.serial("help has examples and exit codes", async (t) => {
  const help = await seqcard(["--help"]);
  t.is(help.code, 0);
  t.regex(help.out, /Examples:\n {2}seqcard/);
  t.regex(help.out, /Exit codes: 0 all went well, 1 an error, 2 wrong usage/);
});
