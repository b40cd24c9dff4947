import { styleText } from "node:util";
import Table from "cli-table3";
import { formatCount, formatLatency } from "../../text/quantities.js";
import type { BenchResult, SystemResult } from "../result.js";
import { callersOf, formatRatio, measurementOf, ratioToReference } from "./format.js";

export const HEADINGS = ["system", "callers", "numbers/s", "p50", "p99", "to Redis", "connections"];

/** Characters of a line that stands in place of five columns. */
const REASON_WIDTH = 48;

/** The rows of the report, one for each system and number of callers; what is missing says why. */
export function makeRows(result: BenchResult): string[][] {
  return result.systems.flatMap((system) => {
    const rows = callersOf(result).flatMap((callers) => rowOf(result, system, callers));
    return rows.length > 0 ? rows : [[system.title, "", system.missing ?? "not measured", "", "", "", ""]];
  });
}

function rowOf(result: BenchResult, system: SystemResult, callers: number): string[][] {
  const measurement = measurementOf(system, callers);
  if (measurement === undefined) {
    if (system.measurements.length === 0) return [];
    return [[system.title, formatCount(callers), system.missing ?? "not measured", "", "", "", ""]];
  }
  return [
    [
      system.title,
      formatCount(callers),
      formatCount(measurement.numbersPerSecond),
      formatLatency(measurement.p50Us),
      formatLatency(measurement.p99Us),
      formatRatio(ratioToReference(result, system.id, callers)),
      formatCount(measurement.connections),
    ],
  ];
}

/** The rows for a terminal. @param color false leaves out all escape sequences. */
export function formatTable(result: BenchResult, color: boolean): string {
  const table = new Table({
    // The table's own colors would ask the environment, which knows nothing of what the caller wants.
    head: color ? HEADINGS.map((heading) => styleText("bold", heading, { validateStream: false })) : HEADINGS,
    colAligns: ["left", "right", "right", "right", "right", "right", "right"],
    style: { head: [], border: [] },
  });
  let last: string | undefined;
  for (const row of makeRows(result)) {
    const [title = "", ...rest] = row;
    const shown = title === last ? "" : title;
    last = title;
    // Text in place of a figure takes the rest of the row.
    const text = rest[1] ?? "";
    if (rest.slice(2).every((cell) => cell === "")) {
      table.push([shown, rest[0] ?? "", { content: fold(text), colSpan: 5, hAlign: "left" }]);
    } else {
      table.push([shown, ...rest]);
    }
  }
  return table.toString();
}

/** Folds a long reason into lines, or it would stretch the columns that it takes the place of. */
function fold(text: string): string {
  return text.replace(new RegExp(`(.{1,${REASON_WIDTH}})(?: |$)`, "g"), "$1\n").trim();
}

/** The same rows in Markdown, to be pasted into a document. */
export function formatMarkdown(result: BenchResult): string {
  const { machine, times } = result;
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`;
  return [
    line(HEADINGS),
    line(HEADINGS.map((_, index) => (index === 0 ? "---" : "---:"))),
    ...makeRows(result).map(line),
    "",
    `${machine.processor}, ${machine.cores} cores, ${machine.memoryGB} GB, ${machine.platform}, Node ${machine.node}; ` +
      `${result.clientProcesses} client processes (three where each has a card of its own), all on 127.0.0.1; ${times.seconds} s each after ` +
      `${times.warmUpSeconds} s of warm-up; ${result.startedAt}.`,
    "",
    ...result.systems.map(
      (system) => `- **${system.title}**${system.setUp && ` (${system.setUp})`}: ${system.promise}`,
    ),
    "",
    ...formatNotes(result).map((note) => `- ${note}`),
    "",
  ].join("\n");
}

/** Of a core: more than this at work before the bench began, and rows that were measured one after the other differ by it. */
const QUIET_LOAD = 0.25;

/** What to know of the machine, compute counts and targets, a line each. */
export function formatNotes(result: BenchResult): string[] {
  const { computeCounts, machine, targets } = result;
  return [
    ...(machine.loadBefore <= QUIET_LOAD * machine.cores
      ? []
      : [
          `The machine was busy with other work (load ${machine.loadBefore} on ${machine.cores} cores before the bench began): ` +
            "compare no rows, and run it again when it is quiet.",
        ]),
    ...(computeCounts === undefined
      ? []
      : [
          `XS compute units for one request: originator ${formatCount(computeCounts.originator)}, ` +
            `primary ${formatCount(computeCounts.primary)}, secondary ${formatCount(computeCounts.secondary)}.`,
        ]),
    ...targets.map((target) => {
      const verdict = target.met === undefined ? "NOT MEASURED" : target.met ? "met" : "NOT MET";
      return `Target: ${target.text}: ${verdict}${target.measured === undefined ? "" : ` (${target.measured})`}.`;
    }),
  ];
}
