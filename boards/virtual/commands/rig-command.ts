import { type Command, Option } from "commander";
import { BOARD_GEOMETRY } from "../../../firmware/storage/flash-geometry.js";
import { DEFAULT_TIMING, type Timing } from "../../../firmware/wire/constants.js";
import { TYPICAL_FLASH_TIMES } from "../../emulated/chip/flash-memory.js";
import { type CableSettings, DEFAULT_CABLE } from "../cable.js";
import type { EngineKind } from "../card-engine.js";
import { DEFAULT_RIG_NAME } from "../control-path.js";
import { TOPOLOGIES, type Topology } from "../topology.js";
import { addControlCommands } from "./control-commands.js";
import { parseBigInt, parseNumber, parseWhole } from "./option-values.js";
import { runRig } from "./run-rig.js";

/** What commander makes of the command line. */
interface RigCommandOptions {
  readonly cards: number;
  readonly fabrics: number;
  readonly topology?: Topology;
  readonly engine: EngineKind;
  readonly firmware?: string;
  readonly bootrom?: string;
  readonly eraseMs?: number;
  readonly bitRate: number;
  readonly maxBitRate: number;
  readonly cleanBitRate: number;
  readonly loss: number;
  readonly garble: number;
  readonly delayUs: number;
  readonly jitterUs: number;
  readonly first: bigint;
  readonly blank?: true;
  readonly state?: string;
  readonly dir?: string;
  readonly flashSectors: number;
  readonly seed?: number;
  readonly name: string;
  readonly json?: true;
  readonly beaconMs: number;
  readonly leaseMs: number;
  readonly retryMs: number;
  readonly helloMs: number;
}

const EXAMPLES = `
Examples:
  $ seqcard rig                              three cards on XS in a triangle
  $ seqcard rig --cards 5 --topology ring --engine node
  $ seqcard rig --dir ./ports --state ./flash    ports at ./ports/card1 ..., flash that outlives the rig
  $ seqcard rig --engine rp2040 --firmware xs_pico.uf2 --bootrom b1.bin   the firmware of real boards, emulated
  $ seqcard rig --loss 0.01 --garble 0.0001      bad cables
  $ seqcard rig kill 2                       from another terminal; then: seqcard rig start 2
  $ seqcard rig pause 2                      a card that hangs; it comes back late with seqcard rig resume 2
  $ seqcard rig power off                    of all cards; then: seqcard rig power on
  $ seqcard rig cut 1-2                      and: seqcard rig mend 1-2
  $ seqcard rig --fabrics 2                  six cards in two fabrics; give a daemon --port card1 --port card4
  $ seqcard rig fabric cut 1                 all cables of a fabric; then: seqcard rig fabric mend 1
  $ seqcard rig trace --count 20             the next frames on the cables`;

/** Adds `rig` and its subcommands. Their actions throw `RigError`. */
export function addRigCommand(program: Command): void {
  const rig = program
    .command("rig")
    .description("run virtual cards: the firmware on XS, with cables between them and a serial port each")
    .option("--cards <count>", "3 to 8; with two fabrics 3 or 4 in each", parseWhole, 3)
    .option("--fabrics <count>", "1, or 2 that only trunks of hosts join", parseWhole, 1)
    .addOption(
      new Option("--topology <kind>", "default: triangle for 3 cards, else ring").choices(TOPOLOGIES),
    )
    .addOption(
      new Option("--engine <kind>", "xs: a process a card; node: all in this one; rp2040: emulated boards")
        .choices(["xs", "node", "rp2040"])
        .default("xs"),
    )
    .option("--firmware <file>", "of engine rp2040: the .uf2 that its boards run")
    .option("--bootrom <file>", "of engine rp2040: the boot ROM image of the chip")
    .option("--erase-ms <ms>", "of engine rp2040: for a flash sector, up to 400 (default: 45)", parseNumber)
    .option("--bit-rate <bits>", "of each cable, per second", parseWhole, DEFAULT_CABLE.bitRate)
    .option("--max-bit-rate <bits>", "what boards can, for tests", parseWhole, DEFAULT_CABLE.maxBitRate)
    .option("--clean-bit-rate <bits>", "above it cables garble", parseWhole, DEFAULT_CABLE.cleanBitRate)
    .option("--loss <probability>", "that a cable loses a frame", parseNumber, 0)
    .option("--garble <probability>", "that a cable changes a byte", parseNumber, 0)
    .option("--delay-us <us>", "of each cable", parseNumber, 0)
    .option("--jitter-us <us>", "of each cable, at most", parseNumber, 0)
    .addOption(
      new Option("--first <number>", "first number of the fabric").argParser(parseBigInt).default(1n, "1"),
    )
    .option("--blank", "leave the cards blank, for seqcard init")
    .option("--state <folder>", "keep the cards' flash there")
    .option(
      "--flash-sectors <count>",
      "of each card's flash, 2 to 64 of 4 kB",
      parseWhole,
      BOARD_GEOMETRY.sectorCount,
    )
    .option("--dir <folder>", "make links card1, card2, ... to the ports there")
    .option("--seed <number>", "of all that is random in the rig", parseWhole)
    .option("--name <name>", "of the rig, where several run", DEFAULT_RIG_NAME)
    .option("--json", "print one JSON object a line")
    .option("--beacon-ms <ms>", "longer on a busy computer", parseNumber, DEFAULT_TIMING.beaconUs / 1_000)
    .option("--lease-ms <ms>", "longer on a busy computer", parseNumber, DEFAULT_TIMING.leaseUs / 1_000)
    .option("--retry-ms <ms>", "longer on a busy computer", parseNumber, DEFAULT_TIMING.retryUs / 1_000)
    .option("--hello-ms <ms>", "longer on a busy computer", parseNumber, DEFAULT_TIMING.helloUs / 1_000)
    .addHelpText("after", EXAMPLES)
    .action(async (options: RigCommandOptions) => {
      const {
        blank,
        bootrom,
        dir,
        eraseMs,
        firmware,
        flashSectors,
        json,
        seed,
        state,
        topology,
        cards,
        fabrics,
        engine,
        first,
        name,
      } = options;
      await runRig({
        cards,
        fabrics,
        engine,
        first,
        name,
        json: json ?? false,
        blank: blank ?? false,
        flashSectors,
        cable: cableOf(options),
        timing: timingOf(options),
        ...(eraseMs === undefined
          ? {}
          : { flashTimes: { ...TYPICAL_FLASH_TIMES, eraseUs: eraseMs * 1_000 } }),
        ...(topology === undefined ? {} : { topology }),
        ...(firmware === undefined ? {} : { firmware }),
        ...(bootrom === undefined ? {} : { bootRom: bootrom }),
        ...(state === undefined ? {} : { stateDir: state }),
        ...(dir === undefined ? {} : { linkDir: dir }),
        ...(seed === undefined ? {} : { seed }),
      });
    });
  addControlCommands(rig);
}

function cableOf(options: RigCommandOptions): Partial<CableSettings> {
  const { bitRate, cleanBitRate, delayUs, garble, jitterUs, loss, maxBitRate } = options;
  return { bitRate, maxBitRate, cleanBitRate, loss, garble, delayUs, jitterUs };
}

/**
 * What follows from the lease and the hellos keeps its proportion: a margin is a thirtieth of its lease, a primary abdicates
 * after three leases, a cable counts as stale a little after one hello and as cut after five.
 */
function timingOf({ beaconMs, leaseMs, retryMs, helloMs }: RigCommandOptions): Partial<Timing> {
  const { abdicateUs, choiceUs, helloUs, leaseMarginUs, leaseUs, linkDeadUs, linkStaleUs } = DEFAULT_TIMING;
  const { patienceUs, planUs, rankStepUs } = DEFAULT_TIMING;
  const hellos = (helloMs * 1_000) / helloUs;
  const leases = Math.max(1, (leaseMs * 1_000) / leaseUs);
  return {
    beaconUs: Math.round(beaconMs * 1_000),
    leaseUs: Math.round(leaseMs * 1_000),
    leaseMarginUs: Math.ceil(leaseMarginUs * leases),
    patienceUs: Math.round(patienceUs * leases),
    rankStepUs: Math.round(rankStepUs * leases),
    choiceUs: Math.round(choiceUs * leases),
    abdicateUs: Math.round(abdicateUs * leases),
    planUs: Math.round(planUs * leases),
    retryUs: Math.round(retryMs * 1_000),
    helloUs: Math.round(helloMs * 1_000),
    linkStaleUs: Math.round(linkStaleUs * hellos),
    linkDeadUs: Math.round(linkDeadUs * hellos),
  };
}
