import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import {
  encodeMirrorHeader,
  encodeMirrorSlot,
  MIRROR_SLOT_BYTES,
} from "../../host-bridge/daemon/mirror-layout.js";
import { open } from "../../host-bridge/open.js";
import { RECOVERY_WINDOW } from "../../host-bridge/recovery-plan.js";
import type { Sequence } from "../../host-bridge/sequence.js";
import { ProcessScope } from "../../scripts/processes/process-scope.js";
import { commandRig } from "../../scripts/processes/rig-control.js";
import { startRigProcess } from "../../scripts/processes/rig-process.js";
import { OrderChecker } from "../support/order-checker.js";
import { outputOfSeqcard as seqcard } from "../support/seqcard-command.js";

const NAME = `members-${process.pid}`;
/** A busy machine is a slow card: it must not look like a lost one. */
const CALM = ["--lease-ms", "1500", "--beacon-ms", "50"];

/** Writes a mirror as a host keeps it, with the newest number of one card. */
function writeMirror(path: string, fabricId: number, newest: bigint): void {
  const slot = Buffer.alloc(MIRROR_SLOT_BYTES);
  encodeMirrorSlot(slot, {
    entry: 0,
    sequence: 1n,
    newest,
    held: newest,
    writtenAtMs: 0,
    fabricId,
    cardId: 2,
  });
  writeFileSync(path, Buffer.concat([encodeMirrorHeader(1), Buffer.alloc(MIRROR_SLOT_BYTES), slot]));
}

/** A program that takes numbers all the time, and holds each against all that anybody got. */
class Taker {
  served = 0;
  private readonly checker: OrderChecker;
  private readonly place: number;
  private readonly ended: Promise<void>;
  private isOn = true;
  private tag = 0;

  constructor(checker: OrderChecker, place: number, sequence: Sequence) {
    this.checker = checker;
    this.place = place;
    this.ended = this.take(sequence);
  }

  stop(): Promise<void> {
    this.isOn = false;
    return this.ended;
  }

  private async take(sequence: Sequence): Promise<void> {
    while (this.isOn) {
      this.tag += 1;
      this.checker.asked(this.place, this.tag, 5);
      const { first } = await sequence.nextBlock(5);
      this.checker.answered(this.place, this.tag, first, 5);
      this.served += 1;
    }
  }
}

test.serial(
  "on a rig, with the real commands: init, add, replace, remove, recover; each number once and in order",
  async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "seqcard-members-"));
    const scope = new ProcessScope();
    const sequences: Sequence[] = [];
    t.teardown(async () => {
      await Promise.all(sequences.map((sequence) => sequence.close()));
      await scope.close();
      rmSync(folder, { recursive: true, force: true });
    });
    await startRigProcess(scope, {
      engine: "node",
      cards: 5,
      name: NAME,
      more: ["--topology", "mesh", "--blank", "--dir", folder, ...CALM],
    });
    const port = (card: number): string => join(folder, `card${card}`);
    const checker = new OrderChecker();
    const takers: Taker[] = [];
    const takeAt = async (card: number): Promise<Taker> => {
      const sequence = await open({ path: port(card), timeoutMs: 60_000 });
      sequences.push(sequence);
      const taker = new Taker(checker, card, sequence);
      takers.push(taker);
      return taker;
    };
    const stopAll = async (): Promise<void> => {
      for (const taker of takers.splice(0)) {
        await taker.stop();
        t.true(taker.served > 0);
      }
      await Promise.all(sequences.splice(0).map((sequence) => sequence.close()));
      t.deepEqual(checker.faults, []);
    };

    const founded = await seqcard([
      "init",
      "--ports",
      [1, 2, 3].map(port).join(","),
      "--timeout-ms",
      "60000",
    ]);
    t.regex(founded, /Numbers can be had\.\n$/);

    await takeAt(1);
    t.regex(await seqcard(["add", "--port", port(2), "--new", port(4)]), /^Card 4 is added\.$/m);
    await commandRig(NAME, { command: "kill", card: 3 });
    t.regex(
      await seqcard(["replace", "3", "--port", port(2), "--new", port(5)]),
      /^Card 5 is added in place of card 3\.$/m,
    );
    await stopAll();

    await takeAt(4);
    await takeAt(5);
    t.regex(await seqcard(["remove", "1", "--port", port(2)]), /^Card 1 is removed\.$/m);
    const { members, votes } = JSON.parse(await seqcard(["status", "--json", "--port", port(2)])).fabric;
    t.deepEqual(
      members.map(({ card }: { card: number }) => card),
      [2, 4, 5],
    );
    t.deepEqual(votes, { all: 3, quorum: 2, answered: 3 });
    await stopAll();

    for (const card of [4, 5]) await commandRig(NAME, { command: "kill", card });
    // What is left notices after a lease.
    while (JSON.parse(await seqcard(["status", "--card", "--json", "--port", port(2)])).state === "ready");
    const mirror = join(folder, "mirror");
    const fabricId = Number.parseInt(/of fabric ([0-9a-f]{8})/.exec(founded)?.[1] ?? "", 16);
    writeMirror(mirror, fabricId, 10_000_000n);
    const recover = ["recover", "--force", "--yes", "--ports", `${port(2)},${port(1)}`, "--mirror", mirror];
    const recovered = await seqcard([...recover, "--timeout-ms", "60000"]);
    t.true(recovered.includes(`First number: ${10_000_001n + RECOVERY_WINDOW}.`), recovered);
    t.regex(recovered, /What nobody can rule out:\n- Cards 4, 5 were not read/);
    t.regex(recovered, /^Fabric [0-9a-f]{8} gives numbers from \d+ on\.$/m);
    const before = checker.delivered;
    await takeAt(1);
    await takeAt(2);
    await stopAll();
    t.true(checker.delivered > before);
  },
);
