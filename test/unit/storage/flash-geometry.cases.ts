import { MemoryFlash } from "../../../boards/virtual/memory-flash.js";
import { FlashGeometryError, MAX_SECTORS } from "../../../firmware/storage/flash-geometry.js";
import { FlashLog } from "../../../firmware/storage/flash-log.js";
import type { Assertions, UnitCase } from "../../support/unit-case.js";

function codeOf(t: Assertions, pageBytes: number, sectorBytes: number, sectorCount: number): string {
  const flash = { ...new MemoryFlash({ pageBytes: 8, sectorBytes: 8, sectorCount: 1 }, () => 0) };
  const error = t.throws(
    () => new FlashLog(Object.assign(flash, { pageBytes, sectorBytes, sectorCount }) as never),
  );
  return error instanceof FlashGeometryError && error.name === "FlashGeometryError"
    ? error.code
    : String(error);
}

export const flashGeometryCases: readonly UnitCase[] = [
  {
    title: "takes the flash of every board, from 2 to 64 sectors",
    run(t) {
      for (const [pageBytes, sectorBytes, sectorCount] of [
        [256, 4096, 2],
        [256, 4096, MAX_SECTORS],
        [256, 2048, 3],
        [512, 65_536, 8],
      ] as const) {
        new FlashLog(new MemoryFlash({ pageBytes, sectorBytes, sectorCount }, () => 0));
      }
      t.is(MAX_SECTORS, 64);
    },
  },
  {
    title: "refuses a page that does not hold a record twice, or does not divide into words",
    run(t) {
      for (const pageBytes of [0, -256, 128, 248, 255, 260, 256.5, Number.NaN]) {
        t.is(codeOf(t, pageBytes, 4096, 4), "FLASH_PAGE_SIZE", String(pageBytes));
      }
    },
  },
  {
    title: "refuses a sector that is no whole number of pages, or of too few",
    run(t) {
      for (const sectorBytes of [0, 256, 256 * 7, 4095, 4096 + 128, Number.NaN, Number.POSITIVE_INFINITY]) {
        t.is(codeOf(t, 256, sectorBytes, 4), "FLASH_SECTOR_SIZE", String(sectorBytes));
      }
    },
  },
  {
    title: "refuses one sector, none, too many, and a part of one",
    run(t) {
      for (const sectorCount of [0, 1, -2, 65, 2.5, Number.NaN]) {
        t.is(codeOf(t, 256, 4096, sectorCount), "FLASH_SECTOR_COUNT", String(sectorCount));
      }
    },
  },
];
