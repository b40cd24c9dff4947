/** The usual speed. USB ports of their own ignore it; a board behind a USB bridge must be built for the same one. */
export const DEFAULT_BAUD_RATE = 115_200;
/** Opening a pico's port at this speed restarts it into its boot loader. */
const BOOTLOADER_BAUD_RATE = 1_200;

/** @returns what is wrong with the speed of a port, or null. */
export function baudRateProblem(baudRate: number): string | null {
  if (!Number.isInteger(baudRate) || baudRate <= 0) return "must be a whole number above 0";
  if (baudRate !== BOOTLOADER_BAUD_RATE) return null;
  return "must not be 1,200, which would restart a pico into its boot loader";
}
