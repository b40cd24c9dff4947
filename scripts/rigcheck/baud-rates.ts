import { SequenceError } from "../../host-bridge/errors.js";

/** Lowest rate of a test, as the cards have it. */
export const LEAST_BAUD = 9_600;
/** Rates that UARTs are usually set to, and whole megabauds above them. */
const USUAL_BAUDS = [
  9_600, 19_200, 38_400, 57_600, 115_200, 230_400, 460_800, 921_600, 1_000_000, 1_500_000, 2_000_000,
  2_500_000, 3_000_000, 4_000_000, 5_000_000, 6_000_000, 7_000_000, 8_000_000, 10_000_000, 12_000_000,
] as const;
const MOST_BAUD = 1_000_000_000;

/** Which rates are tested: those that are given, or every usual one up to the boards' limit, and the limit itself. */
export type BaudChoice = readonly number[] | "all";

/** @returns the rates for a cable whose boards can `maxBaud`, rising. Given ones are kept, also where they are too high. */
export function baudsOf(choice: BaudChoice, maxBaud: number): readonly number[] {
  if (choice !== "all") return choice;
  const usual = USUAL_BAUDS.filter((baud) => baud < maxBaud);
  return [...usual, maxBaud];
}

/** Reads `--baud`. @throws SequenceError BAD_OPTION. */
export function parseBauds(text: string): BaudChoice {
  if (text === "all") return "all";
  const bauds = text.split(",").map((part) => (/^\s*\d{1,10}\s*$/.test(part) ? Number(part) : 0));
  if (bauds.some((baud) => baud < LEAST_BAUD || baud > MOST_BAUD)) {
    throw new SequenceError(
      "BAD_OPTION",
      `--baud: give "all", or rates of ${LEAST_BAUD} or more with commas between them, such as 1000000,3000000`,
    );
  }
  return [...new Set(bauds)].sort((one, other) => one - other);
}
