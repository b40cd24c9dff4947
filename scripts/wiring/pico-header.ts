/** The Pico's first row: two GPIOs, a ground, then always four GPIOs and a ground. */
const LAST_GPIO_OF_THE_ROW = 15;

/** @returns the number, as printed on the board's back, of the header pin that leads to `gpio`, 0 to 15. */
export function headerPin(gpio: number): number {
  if (!Number.isInteger(gpio) || gpio < 0 || gpio > LAST_GPIO_OF_THE_ROW) {
    throw new RangeError(`GP${gpio} is not on the Pico's row of pins 1 to 20`);
  }
  return gpio + 1 + Math.floor((gpio + 2) / 4);
}

/** @returns the number of the ground pin behind `gpio` on that row. */
export function groundBehind(gpio: number): number {
  return Math.floor((headerPin(gpio) + 1) / 5) * 5 + 3;
}
