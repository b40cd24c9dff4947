/** What ten years of a flash log come to. `node dist/scripts/flash-wear.js` prints the tables of `docs/flash.md`. */
import { pathToFileURL } from "node:url";
import { SHORTEST_MOVE_US } from "../firmware/card/adaptive-window.js";
import { MAX_SECTORS, MIN_SECTORS } from "../firmware/storage/flash-geometry.js";
import { HEADER_BYTES } from "../firmware/storage/record-copy.js";
import { LOW_FREE_WRITES } from "../firmware/storage/record-store.js";
import { MAX_MEMBERS } from "../firmware/wire/constants.js";

const SECONDS_A_YEAR = 365.25 * 24 * 3600;
/** What the makers of NOR flash guarantee for a sector. */
export const ERASES_GUARANTEED = 100_000;
/** A promise and an accepted view; then the first move of the new primary's window and fourteen doublings. */
export const RECORDS_A_VIEW_CHANGE = 2 + 15;
/** The page that is given up, and the record that is written once more. */
export const PAGES_A_BOOT = 2;

const CRC_BYTES = 4;
const SECTOR_BYTES = 4096;

/** How a card is used. */
export interface FlashLoad {
  readonly years: number;
  /** Share of the time, 0 to 1, in which the fabric is asked for numbers as fast as it can give them. */
  readonly fullSpeedShare: number;
  /** Seconds between two moves of the ceiling at full speed. */
  readonly secondsAMove: number;
  readonly viewChangesADay: number;
  readonly bootsADay: number;
}

/** The hardest use that the window allows: full speed day and night, a view change an hour, a boot a day. */
export const FULL_SPEED: FlashLoad = {
  years: 10,
  fullSpeedShare: 1,
  secondsAMove: SHORTEST_MOVE_US / 1e6,
  viewChangesADay: 24,
  bootsADay: 1,
};

/** Pages that a card programs. Every member writes every ceiling, so this holds for each. */
export function pagesProgrammed(load: FlashLoad): number {
  const seconds = load.years * SECONDS_A_YEAR;
  const days = seconds / 86_400;
  const moves = (seconds * load.fullSpeedShare) / load.secondsAMove;
  return moves + days * (load.viewChangesADay * RECORDS_A_VIEW_CHANGE + load.bootsADay * PAGES_A_BOOT);
}

/**
 * Erases of each sector: the ring wears all alike. A power cut may make one erase be done again, so every boot counts as
 * one more, shared by the sectors.
 */
export function erasesPerSector(load: FlashLoad, pagesPerSector: number, sectors: number): number {
  const boots = (load.bootsADay * load.years * SECONDS_A_YEAR) / 86_400;
  return (pagesProgrammed(load) / pagesPerSector + boots) / sectors;
}

/** Years until a sector has seen the erases that are guaranteed. */
export function yearsOfLife(load: FlashLoad, pagesPerSector: number, sectors: number): number {
  return (load.years * ERASES_GUARANTEED) / erasesPerSector(load, pagesPerSector, sectors);
}

/** @returns the fewest sectors that last, or undefined where even the largest log does not. */
export function sectorsNeeded(load: FlashLoad, pagesPerSector: number): number | undefined {
  for (let sectors = MIN_SECTORS; sectors <= MAX_SECTORS; sectors += 1) {
    if (erasesPerSector(load, pagesPerSector, sectors) <= ERASES_GUARANTEED) return sectors;
  }
  return undefined;
}

/** Sectors that no layout could do without: one copy of each record, of `recordBytes`, header and CRC, and no gaps. */
export function sectorsOfAnyLayout(load: FlashLoad, recordBytes: number, sectorBytes: number): number {
  const bytes = pagesProgrammed(load) * (HEADER_BYTES + recordBytes + CRC_BYTES);
  return Math.ceil(bytes / sectorBytes / ERASES_GUARANTEED);
}

/** Minutes at full speed for which a role holder can write, all other sectors being erased, before it hands over. */
export function minutesInRole(load: FlashLoad, pagesPerSector: number, sectors: number): number {
  return (((sectors - 1) * pagesPerSector - LOW_FREE_WRITES) * load.secondsAMove) / 60;
}

function count(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

/** Bytes of a record with so many members; the unit cases of the record hold it to that. */
export function recordBytes(members: number): number {
  return 42 + 6 * members;
}

/** What the page says of other layouts. */
export function layoutSum(): string {
  const sectors = (members: number): number =>
    sectorsOfAnyLayout(FULL_SPEED, recordBytes(members), SECTOR_BYTES);
  return `records of ${recordBytes(3)} bytes (three cards) with their headers would need ${sectors(3)}, of ${recordBytes(MAX_MEMBERS)} bytes (ten cards) ${sectors(MAX_MEMBERS)}`;
}

/** The tables, in Markdown. */
export function wearTables(): string {
  const pagesPerSector = 16;
  const lines = [
    `| sectors of 4 kB | flash | erases a sector in ${FULL_SPEED.years} years at full speed | of ${count(ERASES_GUARANTEED)} | years until then | in a role without an erase |`,
    "|---|---|---|---|---|---|",
  ];
  const needed = sectorsNeeded(FULL_SPEED, pagesPerSector);
  for (const sectors of [2, 4, 8, 16, 32, needed ?? MAX_SECTORS, MAX_SECTORS]) {
    const erases = erasesPerSector(FULL_SPEED, pagesPerSector, sectors);
    lines.push(
      `| ${sectors} | ${sectors * 4} kB | ${count(erases)} | ${count((erases / ERASES_GUARANTEED) * 100)} % | ${yearsOfLife(FULL_SPEED, pagesPerSector, sectors).toFixed(1)} | ${minutesInRole(FULL_SPEED, pagesPerSector, sectors).toFixed(1)} min |`,
    );
  }
  lines.push(
    "",
    `| share of the time at full speed | pages programmed in ${FULL_SPEED.years} years | sectors needed |`,
    "|---|---|---|",
  );
  for (const fullSpeedShare of [1, 0.5, 0.25, 0.1, 0.05, 0.01, 0]) {
    const load = { ...FULL_SPEED, fullSpeedShare };
    lines.push(
      `| ${fullSpeedShare * 100} % | ${count(pagesProgrammed(load))} | ${sectorsNeeded(load, pagesPerSector) ?? "too many"} |`,
    );
  }
  return lines.join("\n");
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.stdout.write(`${wearTables()}\n\n${layoutSum()}\n`);
}
