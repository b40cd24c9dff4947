import type { Caller } from "../caller.js";
import { SequenceError } from "../errors.js";
import type { CardPort } from "./card-port.js";
import type { NumberOrder, NumberTicket } from "./number-source.js";

/** Ends a caller whose order has moved on; nobody hears it. */
const movedError = new SequenceError("DISCONNECTED", "this call is asked for at another card");

/** One order on its way: settled once, however many cards it was given to. */
export class Order implements NumberTicket {
  readonly wanted: NumberOrder;
  readonly placedAtMs: number;
  /** The card that has it now, and its call there. */
  card: CardPort | null = null;
  caller: Caller | null = null;
  /** Whether it was handed to a card, and as the order of one who is trusted to ask again at once. */
  isUnderWay = false;
  isTrusted = false;
  private onSettled: (() => void) | null;

  constructor(wanted: NumberOrder, placedAtMs: number, onSettled: () => void) {
    this.wanted = wanted;
    this.placedAtMs = placedAtMs;
    this.onSettled = onSettled;
  }

  get isOpen(): boolean {
    return this.onSettled !== null;
  }

  attach(card: CardPort, caller: Caller): void {
    const before = this.caller;
    this.card = card;
    this.caller = caller;
    before?.fail(movedError);
  }

  deliver(first: bigint): void {
    if (this.settle()) this.wanted.onFirst(first);
  }

  fail(error: SequenceError): void {
    if (this.settle()) this.wanted.onError(error);
  }

  cancel(): void {
    this.settle();
  }

  private settle(): boolean {
    const { onSettled, caller } = this;
    if (onSettled === null) return false;
    this.onSettled = null;
    this.caller = null;
    if (caller?.isSettled === false) caller.fail(movedError);
    onSettled();
    return true;
  }
}
