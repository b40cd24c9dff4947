import {
  closeSync,
  constants,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import test, { type ExecutionContext } from "ava";
import { type Rig, startRig } from "../../../boards/virtual/rig.js";
import { RigError } from "../../../boards/virtual/rig-error.js";
import type { RigEvent } from "../../../boards/virtual/rig-events.js";
import type { RigOptions } from "../../../boards/virtual/rig-options.js";
import { REFUSE_BLANK } from "../../../firmware/wire/frame-types.js";
import { CARD_FLAG_BLANK } from "../../../firmware/wire/host-setup-frames.js";
import { isAlive, RawHost } from "./raw-host.js";

/** Turns of the event loop, a few milliseconds in all. */
const MOST_TURNS = 2_000;

/** Long enough for a computer that does many other things at once. */
const CALM = { beaconUs: 50_000, leaseUs: 1_500_000, leaseMarginUs: 50_000, retryUs: 100_000 };

async function start(t: ExecutionContext, options: RigOptions = {}): Promise<Rig> {
  const rig = await startRig({ timing: CALM, readyTimeoutMs: 60_000, ...options });
  t.teardown(() => rig.stop());
  return rig;
}

function pathOf(rig: Rig, id: number): string {
  const path = rig.cards[id - 1]?.path;
  if (path === undefined) throw new Error(`card ${id} has no port`);
  return path;
}

/** Resolves at the first event of a kind. */
function nextEvent(rig: Rig, kind: RigEvent["event"]): Promise<RigEvent> {
  return new Promise((resolve) => {
    const end = rig.listen((event) => {
      if (event.event !== kind) return;
      end();
      resolve(event);
    });
  });
}

test("three cards on XS become ready, and a real serial port gets numbers from each", async (t) => {
  const rig = await start(t);
  const processes = rig.cards.map(({ processId }) => processId as number);
  t.is(new Set(processes).size, 3);
  const taken: bigint[] = [];
  for (const { id } of rig.cards) {
    const host = await RawHost.open(pathOf(rig, id), id);
    t.is((await host.welcome()).cardId, id);
    for (let count = 0; count < 5; count += 1) taken.push(await host.takeOne());
    await host.close();
  }
  t.deepEqual(
    taken,
    [...taken].sort((left, right) => (left < right ? -1 : 1)),
  );
  t.is(new Set(taken).size, taken.length);
  t.true(rig.cards.every(({ compute }) => compute > 0));
  await rig.stop();
  t.deepEqual(processes.filter(isAlive), [], "workers are left");
});

test("the kill of a card without a role does not disturb the others, and it comes back", async (t) => {
  const rig = await start(t);
  const hosts = [];
  for (const { id } of rig.cards) hosts.push(await RawHost.open(pathOf(rig, id), id));
  const { primary, secondary } = await (hosts[0] as RawHost).view();
  const idle = [1, 2, 3].find((id) => id !== primary && id !== secondary) as number;
  const victim = hosts[idle - 1] as RawHost;
  const other = hosts[primary - 1] as RawHost;
  const before = await other.takeOne();
  const processId = rig.cards[idle - 1]?.processId as number;

  const unplugged = victim.unplugged();
  await rig.kill(idle);
  await unplugged;
  t.false(isAlive(processId));
  t.is(rig.cards[idle - 1]?.path, undefined);
  t.true((await other.takeOne()) > before);
  t.is((await t.throwsAsync<RigError>(rig.kill(idle)))?.code, "CARD_STOPPED");

  await rig.start(idle);
  t.is((await t.throwsAsync<RigError>(rig.start(idle)))?.code, "CARD_RUNNING");
  const again = await RawHost.open(pathOf(rig, idle), 4);
  t.is((await again.status()).cardId, idle, "its flash has outlived the power cut");
  t.true((await other.takeOne()) > before);
  await again.close();
  for (const host of hosts) if (host !== victim) await host.close();
});

test("a port vanishes though cards were started since it was opened", async (t) => {
  const rig = await start(t);
  await rig.kill(2);
  await rig.start(2);
  for (const id of [1, 3]) {
    const path = pathOf(rig, id);
    const host = openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
    await rig.kill(id);
    t.is(await codeOfWrites(host), "EIO");
    closeSync(host);
  }
});

/** Writes until that fails: the other end is closed some turns after the card is gone. @returns the code of the failure. */
async function codeOfWrites(host: number): Promise<string | undefined> {
  for (let turn = 0; turn < MOST_TURNS; turn += 1) {
    try {
      writeSync(host, "x");
    } catch (error) {
      return (error as NodeJS.ErrnoException).code;
    }
    await setImmediate();
  }
  return undefined;
}

test("a worker that dies by itself is reported, and the others go on", async (t) => {
  const rig = await start(t);
  const died = nextEvent(rig, "died");
  process.kill(rig.cards[2]?.processId as number, "SIGKILL");
  const event = await died;
  t.deepEqual(event, { event: "died", id: 3, reason: "the worker ended with SIGKILL" });
  t.false(rig.cards[2]?.running);
  t.is(rig.cards.filter(({ running }) => running).length, 2);
  await rig.start(3);
  t.true(rig.cards[2]?.running);
});

for (const engine of ["xs", "node"] as const) {
  test(`a card that hangs on ${engine} answers what it was asked when it goes on`, async (t) => {
    const rig = await start(t, { engine });
    const hosts: RawHost[] = [];
    for (const { id } of rig.cards) hosts.push(await RawHost.open(pathOf(rig, id), id));
    const { primary, secondary } = await (hosts[0] as RawHost).view();
    const idle = [1, 2, 3].find((id) => id !== primary && id !== secondary) as number;
    const host = hosts[idle - 1] as RawHost;
    const other = hosts[primary - 1] as RawHost;
    const before = await host.takeOne();
    rig.pause(idle);
    t.is(t.throws<RigError>(() => rig.pause(idle))?.code, "CARD_PAUSED");
    let isHeld = true;
    const taken = host.takeOne().then((number) => {
      t.false(isHeld);
      return number;
    });
    // The others go on, and their beacons fill its buffer meanwhile.
    for (let count = 0; count < 20; count += 1) t.true((await other.takeOne()) > before);
    isHeld = false;
    rig.resume(idle);
    t.true((await taken) > before);
    t.is(t.throws<RigError>(() => rig.resume(idle))?.code, "CARD_RUNNING");
    rig.pause(idle);
    await Promise.all([rig.stop(), ...hosts.map((each) => each.unplugged())]);
    t.false(
      rig.cards.some(({ running }) => running),
      "one that hangs ends with the rig",
    );
  });
}

test("the power of all goes and comes back at once, and the fabric gives numbers above all before", async (t) => {
  const rig = await start(t);
  const host = await RawHost.open(pathOf(rig, 2), 1);
  const before = await host.takeOne();
  const unplugged = host.unplugged();
  await rig.powerOff();
  await unplugged;
  t.true(rig.cards.every(({ path, running }) => !running && path === undefined));
  await rig.powerOff();
  await rig.powerOn();
  const again = await RawHost.open(pathOf(rig, 2), 2);
  t.true((await again.takeOne()) > before);
  await again.close();
});

test("a cut cable of a triangle is routed around", async (t) => {
  const rig = await start(t, { engine: "node" });
  const host = await RawHost.open(pathOf(rig, 3), 1);
  const { primary } = await host.view();
  const before = await host.takeOne();
  const from = primary === 3 ? 1 : 3;
  rig.cut(from, primary);
  t.is(rig.status().cables.find(({ cut }) => cut === "both") === undefined, false);
  t.true((await host.takeOne()) > before);
  rig.mend(primary, from);
  t.true(rig.status().cables.every(({ cut }) => cut === "no"));
  await host.close();
});

test("cables and cards that are not there have codes", async (t) => {
  const rig = await start(t, { engine: "node", cards: 4, topology: "line" });
  t.is(t.throws<RigError>(() => rig.cut(1, 3))?.code, "NO_SUCH_CABLE");
  t.is(t.throws<RigError>(() => rig.mend(1, 5))?.code, "NO_SUCH_CARD");
  t.is((await t.throwsAsync<RigError>(rig.kill(0)))?.code, "NO_SUCH_CARD");
  t.is((await t.throwsAsync<RigError>(rig.start(9)))?.code, "NO_SUCH_CARD");
  rig.cut(3, 2, true);
  t.is(rig.status().cables[1]?.cut, "3-2");
});

test("blank cards stay blank where asked for", async (t) => {
  const rig = await start(t, { engine: "node", blank: true });
  const host = await RawHost.open(pathOf(rig, 2), 1);
  t.is((await host.welcome()).flags & CARD_FLAG_BLANK, CARD_FLAG_BLANK);
  t.deepEqual(await host.take(1), { refused: REFUSE_BLANK });
  await host.close();
});

test("with a state folder flash outlives the rig, with a link folder ports keep their names", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "seqcard-test-"));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const options = {
    engine: "node",
    stateDir: join(folder, "flash"),
    linkDir: join(folder, "ports"),
  } as const;
  const rig = await start(t, { ...options, first: 1_000n });
  t.is(pathOf(rig, 2), join(folder, "ports", "card2"));
  const host = await RawHost.open(pathOf(rig, 2), 1);
  const { fabricId } = await host.status();
  t.true((await host.takeOne()) >= 1_000n);
  await host.close();
  await rig.stop();
  t.deepEqual(readdirSync(join(folder, "ports")), []);
  t.deepEqual(readdirSync(join(folder, "flash")), ["card1.flash", "card2.flash", "card3.flash"]);

  const again = await start(t, options);
  const later = await RawHost.open(pathOf(again, 2), 2);
  t.is((await later.status()).fabricId, fabricId);
  t.true(existsSync(pathOf(again, 2)));
  await later.close();
});

test("a rig that does not become ready says which card, and leaves nothing behind", async (t) => {
  const error = await t.throwsAsync<RigError>(
    startRig({ engine: "node", cable: { loss: 1 }, readyTimeoutMs: 300 }),
    { instanceOf: RigError },
  );
  t.is(error?.code, "NOT_READY");
  t.regex(error?.message ?? "", /card 2/);
});
