import { type Command, Option } from "commander";
import { DEFAULT_CABLE } from "../../boards/virtual/cable.js";
import { parseWhole } from "../../boards/virtual/commands/option-values.js";
import { needEmulator } from "../../boards/virtual/need-emulator.js";
import { type BenchOptions, benchCard } from "../../host-bridge/commands/bench-command.js";

/** What `bench` takes besides, for emulated boards. */
export interface EngineBenchOptions extends BenchOptions {
  readonly engine?: "rp2040";
  readonly firmware?: string;
  readonly bootrom?: string;
  readonly seed: number;
  readonly failovers: number;
  readonly profile?: string;
  readonly heapBytes: number;
}

/** Lets `seqcard bench` measure emulated boards instead of a card at a port. */
export function addEngineBench(bench: Command): void {
  bench
    .addOption(new Option("--engine <kind>", "measure emulated boards instead").choices(["rp2040"]))
    .option("--firmware <file>", "of --engine rp2040: the .uf2 that the boards run")
    .option("--bootrom <file>", "of --engine rp2040: the boot ROM image of the chip")
    .option("--seed <number>", "of --engine rp2040: of all that is random there", parseWhole, 1)
    .option("--failovers <count>", "of --engine rp2040: how often the primary loses its power", parseWhole, 3)
    .option("--profile <map>", "of --engine rp2040: the linker's map; shows where each role spends its time")
    .option("--heap-bytes <bytes>", "of --engine rp2040: creation.static of the manifest", parseWhole, 98_304)
    .addHelpText(
      "after",
      `  seqcard bench --engine rp2040 --firmware xs_pico.uf2 --bootrom b1.bin --profile xs_pico.map

Emulated boards are measured in their own time, with cables of ${DEFAULT_CABLE.bitRate} bit/s or what the firmware sets: every run with
the same seed gives the same figures, on any computer. --seconds counts for each measurement there.`,
    )
    .action(async (options: EngineBenchOptions) => {
      if (options.engine === undefined) await benchCard(options);
      else await (await needEmulator(() => import("./bench-boards.js"))).benchBoards(options);
    });
}
