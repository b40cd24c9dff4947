import { CardCondition } from "../firmware/card/condition.js";
import { lightFor } from "../firmware/indication/indication.js";
import { colorAt, nextChangeUs } from "../firmware/indication/light.js";

/** A card changes at any time; the light shows it after this long at the most. */
const LOOK_US = 250_000;
const NOTHING_SHOWN = -1;

/** Sets the light to `color`, bits of red, green and blue (firmware/indication/light.ts); 0 turns it off. */
export type ShowColor = (color: number) => void;

/** Shows a card's condition on the board's light. Its owner calls `look` when `nextUs` has come. */
export class BoardLight {
  /** When to look again, in microseconds. */
  nextUs = 0;
  private readonly show: ShowColor;
  private readonly condition = new CardCondition();
  private shown = NOTHING_SHOWN;

  constructor(show: ShowColor) {
    this.show = show;
  }

  /** @param readCondition fills in how the card is. */
  look(readCondition: (into: CardCondition) => void, nowUs: number): void {
    readCondition(this.condition);
    const light = lightFor(this.condition);
    const color = colorAt(light, nowUs);
    if (color !== this.shown) this.show(color);
    this.shown = color;
    this.nextUs = Math.min(nextChangeUs(light, nowUs), nowUs + LOOK_US);
  }
}
