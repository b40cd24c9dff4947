import type { NumberOrder, NumberTicket } from "../../../host-bridge/daemon/number-source.js";

/** An order that waits for the test to answer it. */
export interface HeldOrder {
  readonly order: NumberOrder;
  isOpen: boolean;
}

/** Adds an order to those that wait. @returns its ticket. */
export function holdOrder(orders: HeldOrder[], order: NumberOrder): NumberTicket {
  const held = { order, isOpen: true };
  orders.push(held);
  return {
    get isOpen() {
      return held.isOpen;
    },
    cancel: () => {
      held.isOpen = false;
    },
  };
}
