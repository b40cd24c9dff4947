import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import test, { type ExecutionContext } from "ava";
import { check, describeResult, readDeliveryFiles } from "../../../scripts/checker/index.js";
import { HostFleet } from "../../../scripts/hosts/host-fleet.js";
import { longestWaitMs, type Span } from "../../../scripts/hosts/longest-wait.js";
import { startDaemonProcess } from "../../../scripts/processes/daemon-process.js";
import { findFreePorts } from "../../../scripts/processes/free-port.js";
import { ProcessScope } from "../../../scripts/processes/process-scope.js";
import { commandRig } from "../../../scripts/processes/rig-control.js";
import { startRigProcess } from "../../../scripts/processes/rig-process.js";
import { temporaryDirectory } from "./daemon-bench.js";

/** Cards of each fabric. */
const SIZE = 3;
const PROCESSES = 4;
const CALLERS = 32;
const SERVED_WITHIN_MS = 60_000;
const ASK_AGAIN_MS = 50;
/** That roles stand apart is a wish of the cards, of which nothing here depends: on a busy computer trunks come and go. */
const APART_WITHIN_MS = 10_000;
/** Leases that a computer with many other things to do can hold. */
const CALM = ["--lease-ms", "300", "--beacon-ms", "40"];

function sideOf(card: number): number {
  return Math.ceil(card / SIZE);
}

/** Two fabrics of cables on a rig, some daemons with a card on each, and four processes that take numbers from them. */
class TwoFabrics {
  readonly fleet: HostFleet;
  readonly httpPorts: readonly number[];
  private readonly t: ExecutionContext;
  private readonly name: string;

  private constructor(t: ExecutionContext, name: string, fleet: HostFleet, httpPorts: readonly number[]) {
    this.t = t;
    this.name = name;
    this.fleet = fleet;
    this.httpPorts = httpPorts;
  }

  /** @param hosts have a daemon each; the cards behind them belong to nobody. */
  static async start(t: ExecutionContext, engine: "node" | "xs", hosts: number): Promise<TwoFabrics> {
    t.timeout(600_000);
    const scope = new ProcessScope();
    t.teardown(() => scope.close());
    const directory = temporaryDirectory(t);
    const name = `fabrics-${engine}-${hosts}-${process.pid}`;
    const more = ["--fabrics", "2", "--dir", directory, ...CALM];
    const { cards } = await startRigProcess(scope, { engine, cards: SIZE, name, more });
    t.is(cards.length, 2 * SIZE);
    const httpPorts = await findFreePorts(hosts);
    const sockets: string[] = [];
    for (const [index, http] of httpPorts.entries()) {
      const socket = join(directory, `daemon${index + 1}`);
      const ports = [index + 1, index + 1 + SIZE].map((card) => join(directory, `card${card}`));
      await startDaemonProcess(scope, { ports, socket, more: ["--http", `${http}`] });
      sockets.push(socket);
    }
    const shared = Array.from({ length: PROCESSES }, (_, index) => sockets[index % hosts] as string);
    return new TwoFabrics(t, name, await HostFleet.connectEach(scope, directory, shared), httpPorts);
  }

  /** Every process gets a number that it asks for from now on. */
  async areServed(what: string): Promise<void> {
    const all = Array.from({ length: PROCESSES }, (_, index) => index + 1);
    this.t.deepEqual(await this.fleet.servedSince(process.hrtime.bigint(), all, SERVED_WITHIN_MS), [], what);
  }

  /** @returns when it was done. */
  fabric(action: "cut" | "mend" | "kill" | "start", fabric: number): Promise<bigint> {
    return commandRig(this.name, { command: "fabric", action, fabric });
  }

  /** @returns whether primary and secondary are on different fabrics now, or soon. */
  async doRolesStandApart(): Promise<boolean> {
    const { fleet } = this;
    const areApart = (): boolean =>
      fleet.view !== null && sideOf(fleet.view.primary) !== sideOf(fleet.view.secondary);
    await fleet.wait(areApart, APART_WITHIN_MS);
    return areApart();
  }

  /** Waits until the daemons have moved so often. @returns how often they have; less where it took too long. */
  async movesReach(count: number): Promise<number> {
    const untilMs = performance.now() + SERVED_WITHIN_MS;
    let moves = await this.moves();
    while (moves < count && performance.now() < untilMs) {
      await pause(ASK_AGAIN_MS);
      moves = await this.moves();
    }
    return moves;
  }

  /** How often the daemons have moved their requests to another card; each one's first choice counts. */
  private async moves(): Promise<number> {
    const texts = this.httpPorts.map(async (port) =>
      (await fetch(`http://127.0.0.1:${port}/metrics`)).text(),
    );
    const found = (await Promise.all(texts)).map((text) => /^seqcard_card_moves_total (\d+)$/m.exec(text));
    return found.reduce((sum, match) => sum + Number(match?.[1]), 0);
  }
}

for (const [engine, hosts] of [
  ["node", SIZE],
  ["xs", SIZE],
  ["node", 1],
  ["xs", 1],
] as const) {
  const daemons = hosts === 1 ? "one daemon" : "a daemon a host";
  test.serial(
    `two fabrics on ${engine}, ${daemons}, four processes: each whole fabric cut in mid-stream, then its cards lost`,
    async (t) => {
      const bench = await TwoFabrics.start(t, engine, hosts);
      const { fleet } = bench;
      fleet.startLoad(CALLERS);
      await bench.areServed("at first");
      const areApart = await bench.doRolesStandApart();

      const cuts: Span[] = [];
      const first = sideOf(fleet.view?.primary ?? 1);
      for (const fabric of [first, 3 - first]) {
        const cutNs = await bench.fabric("cut", fabric);
        await bench.areServed(`all cables of fabric ${fabric} cut`);
        cuts.push([cutNs, await bench.fabric("mend", fabric)]);
        await bench.areServed("mended");
      }
      // Card 1 has the vote that breaks the tie: with fabric 2 gone the cards of fabric 1 are a quorum.
      const killedNs = await bench.fabric("kill", 2);
      await bench.areServed("all cards of fabric 2 lost");
      const startedNs = await bench.fabric("start", 2);
      await bench.areServed("fabric 2 started again");
      // The other way round there is no quorum: calls wait, and are served when it is back.
      await bench.fabric("kill", 1);
      // A card that is back before its daemon has turned to the other one is kept.
      const moves = await bench.movesReach(2 * hosts);
      await bench.fabric("start", 1);
      await bench.areServed("fabric 1 lost and started again");
      t.true(moves >= 2 * hosts, `of two cards each was lost once: ${moves} moves of ${hosts} daemons`);

      await fleet.stopLoad();
      await fleet.close();
      const { deliveries, tornBytes } = readDeliveryFiles(fleet.files);
      const result = check(deliveries);
      t.is(tornBytes, 0);
      t.true(result.held, describeResult(result));
      for (const note of fleet.notes) t.deepEqual(note.rejected, {}, "no caller noticed");
      const waits = cuts.map((span) => longestWaitMs(deliveries, span).toFixed(0));
      t.log(
        `roles ${areApart ? "" : "not "}apart; ${result.records} numbers, ${result.duplicates} twice, ${result.orderViolations} out of order; ` +
          `longest wait at a cut of all cables: ${waits.join(" and ")} ms, ` +
          `at the loss of fabric 2: ${longestWaitMs(deliveries, [killedNs, startedNs]).toFixed(0)} ms`,
      );
    },
  );
}
