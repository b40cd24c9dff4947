import { setTimeout as delay } from "node:timers/promises";
import { type CheckResult, check, Deliveries, describeResult } from "../checker/index.js";
import { type BaudOptions, type CableBauds, checkBauds } from "./baud-check.js";
import { BenchOfCards } from "./bench-of-cards.js";
import { type CableEnd, judgeCables, type PairedCable, pairEnds } from "./cable-ends.js";
import { judgeWays, measureWays, type WayFigures } from "./cable-figures.js";
import { checkEchoes, type EchoFigures } from "./echo-check.js";
import type { EchoPlan } from "./echo-run.js";
import { Failover, type FailoverStep } from "./failover.js";
import { type Finding, fault } from "./finding.js";
import { commonFabric, judgeCards, membersOf } from "./judge-cards.js";
import { type HostLatency, latencyPerHop, measureLatency } from "./latency.js";
import { NumberFlow } from "./number-flow.js";
import type { Operator } from "./operator.js";
import { isAnswering, openRigPort, ownReport, type PortOptions, type RigPort } from "./rig-port.js";

export interface RigCheckOptions extends PortOptions {
  readonly ports: readonly string[];
  /** How long cables are measured under load, in milliseconds. */
  readonly loadMs: number;
  /** Numbers at each host for the latency. */
  readonly latencyNumbers: number;
  /** The echoes over each cable, from each end; a count of 0 leaves them out. */
  readonly echoes: EchoPlan;
  /** The tests of cables at other rates; left out: none. */
  readonly bauds?: BaudOptions;
  /** How many millionths of the frames may be bad or lost. */
  readonly maxErrorsPpm: number;
  /** How long a number, a cable or a card may take to come back, in milliseconds. */
  readonly limitMs: number;
  /** How long numbers flow with a plug out, in milliseconds. */
  readonly stayMs: number;
  /** Makes who pulls plugs, once the cards are known; undefined: nobody does. */
  readonly makeOperator?: (cards: readonly { card: number; path: string }[]) => Promise<Operator>;
  /** Told what is done now. */
  readonly onProgress?: (text: string) => void;
}

/** What a card at a port said of itself. */
export interface CheckedPort {
  readonly path: string;
  readonly card: number;
  readonly fabricId: number;
  readonly chipId: bigint;
  readonly firmware: string;
  /** "ok", or the code of what is wrong with the port. */
  readonly state: string;
}

/** How long a cable that looks bad is looked at. */
const SETTLE_MS = 2_000;

/** Everything that a check found and measured. */
export interface RigCheckResult {
  readonly fabricId: number;
  readonly ports: readonly CheckedPort[];
  readonly cables: readonly PairedCable[];
  readonly ways: readonly WayFigures[];
  readonly loadMs: number;
  readonly echoes: readonly EchoFigures[];
  /** What became of each cable at other rates; empty where none was asked for. */
  readonly bauds: readonly CableBauds[];
  readonly latency: readonly HostLatency[];
  readonly perHopUs: number | undefined;
  readonly failover: readonly FailoverStep[];
  /** Of every number that was taken. */
  readonly promises: CheckResult;
  readonly findings: readonly Finding[];
}

/** Checks a rig from end to end. What is wrong with it comes as findings; it rejects where the operator breaks off. */
export async function checkRig(options: RigCheckOptions): Promise<RigCheckResult> {
  const { onProgress = () => {} } = options;
  onProgress(`asking ${options.ports.length} ports`);
  const ports = await Promise.all(options.ports.map((path) => openRigPort(path, options)));
  const answering = ports.filter(isAnswering);
  const fabricId = commonFabric(answering);
  const findings = judgeCards(ports);
  // One port of each card: of a card that two lead to, numbers are taken once.
  const members = [...new Map(membersOf(ports, fabricId).map((port) => [port.status.card, port])).values()];
  const bench = new BenchOfCards(members, options);
  try {
    const measured = await measure(bench, options, findings, onProgress);
    return { fabricId, ports: ports.map(describePort), loadMs: options.loadMs, findings, ...measured };
  } finally {
    await bench.close();
    await Promise.all(answering.map(({ sequence }) => sequence.close()));
  }
}

type Measured = Pick<
  RigCheckResult,
  "cables" | "ways" | "echoes" | "bauds" | "latency" | "perHopUs" | "failover" | "promises"
>;

async function measure(
  bench: BenchOfCards,
  options: RigCheckOptions,
  findings: Finding[],
  onProgress: (text: string) => void,
): Promise<Measured> {
  const deliveries = new Deliveries();
  const known = new Set(bench.cards);
  const before = await settledEnds(bench, known);
  const cables = pairEnds(before);
  if (bench.cards.length > 0) findings.push(...judgeCables(before, known));
  const echoes = await checkEchoes(bench, cables, options.echoes, onProgress);
  findings.push(...echoes.findings);
  const bauds = await tryBauds(bench, cables, options, findings, deliveries, onProgress);
  const graph = bench.graph(cables);
  const served = graph.served(bench.voters());
  const hosts = bench.all.filter(({ status }) => served.has(status.card));
  onProgress(`taking numbers at ${hosts.length} cards, one after the other`);
  const latency: HostLatency[] = [];
  for (const port of hosts) {
    try {
      latency.push(await measureLatency(port, graph, options.latencyNumbers, deliveries));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      findings.push(
        fault(
          "NO_NUMBERS",
          `Card ${port.status.card} gave no number: ${reason}.`,
          "Ask seqcard status what keeps it.",
        ),
      );
    }
  }
  onProgress("measuring cables under load");
  const load = new NumberFlow(deliveries, 0);
  const begin = await bench.ends();
  for (const { sequence, status } of hosts) load.add(status.card, sequence);
  await delay(options.loadMs);
  await load.stop();
  const ways = measureWays(begin, await bench.ends());
  findings.push(...judgeWays(ways, options.maxErrorsPpm));
  const failover = await pullPlugs(bench, cables, options, findings, deliveries, onProgress);
  const promises = check(deliveries);
  if (!promises.held) {
    findings.push(
      fault(
        "PROMISE_BROKEN",
        describeResult(promises),
        "Stop using this fabric and keep this report: that must never happen.",
      ),
    );
  }
  return {
    cables,
    ways,
    echoes: echoes.figures,
    bauds,
    latency,
    perHopUs: latencyPerHop(latency),
    failover,
    promises,
  };
}

/** Not on a rig where something is broken already: that has to be mended first. */
async function tryBauds(
  bench: BenchOfCards,
  cables: readonly PairedCable[],
  { bauds, limitMs }: RigCheckOptions,
  findings: Finding[],
  deliveries: Deliveries,
  onProgress: (text: string) => void,
): Promise<readonly CableBauds[]> {
  if (bauds === undefined || findings.some(({ severity }) => severity === "error")) return [];
  const check = await checkBauds(bench, cables, bauds, limitMs, deliveries, onProgress);
  findings.push(...check.findings);
  return check.cables;
}

/** One hello that was missed is no verdict: a cable that looks bad is looked at again for a while. */
async function settledEnds(bench: BenchOfCards, known: ReadonlySet<number>): Promise<readonly CableEnd[]> {
  let ends = await bench.ends();
  await bench.until(async () => {
    ends = await bench.ends();
    return !judgeCables(ends, known).some(({ code }) => code !== "SILENT_CONNECTOR");
  }, SETTLE_MS);
  return ends;
}

/** Not on a rig where something is broken already: a second fault would say nothing of the first, and may stop it all. */
async function pullPlugs(
  bench: BenchOfCards,
  cables: readonly PairedCable[],
  options: RigCheckOptions,
  findings: Finding[],
  deliveries: Deliveries,
  onProgress: (text: string) => void,
): Promise<readonly FailoverStep[]> {
  if (options.makeOperator === undefined || findings.some(({ severity }) => severity === "error")) return [];
  const operator = await options.makeOperator(
    bench.all.map(({ path, status }) => ({ card: status.card, path })),
  );
  const flow = new NumberFlow(deliveries, FLOW_PAUSE_MS);
  for (const { sequence, status } of bench.all) flow.add(status.card, sequence);
  const failover = new Failover(bench, cables, flow, operator, options);
  try {
    await failover.run((name) => onProgress(`failover: ${name}`));
  } finally {
    await flow.stop();
  }
  findings.push(...failover.findings);
  return failover.steps;
}

/** While a person looks for a plug, numbers need not come as fast as they can. */
const FLOW_PAUSE_MS = 2;

function describePort(port: RigPort): CheckedPort {
  if (!isAnswering(port)) {
    return {
      path: port.path,
      card: 0,
      fabricId: 0,
      chipId: 0n,
      firmware: "",
      state: port.error?.code ?? "?",
    };
  }
  const { card, fabricId, chipId, blank } = port.status;
  return {
    path: port.path,
    card,
    fabricId,
    chipId,
    firmware: ownReport(port)?.firmware ?? "unknown",
    state: blank ? "blank" : "ok",
  };
}
