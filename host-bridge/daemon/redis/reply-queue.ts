import type { NumberTicket } from "../number-source.js";

/** One reply, there or to come. */
export interface ReplySlot {
  /** Null until it is known. */
  text: string | null;
  /** Makes the text when all replies in front of it are known: what they changed, it tells. */
  late: (() => string) | null;
  /** The order that it waits for. */
  ticket: NumberTicket | null;
  readonly askedAtMs: number;
}

/** The replies of one connection, which leave in the order in which the commands came. */
export class ReplyQueue {
  private slots: ReplySlot[] = [];
  private head = 0;
  private bytes = 0;

  get length(): number {
    return this.slots.length - this.head;
  }

  /** Of the replies that are known and wait for others. */
  get waitingBytes(): number {
    return this.bytes;
  }

  add(askedAtMs: number, text: string | null, late: (() => string) | null = null): ReplySlot {
    const slot = { text, late, ticket: null, askedAtMs };
    this.bytes += text?.length ?? 0;
    this.slots.push(slot);
    return slot;
  }

  fill(slot: ReplySlot, text: string): void {
    slot.text = text;
    slot.ticket = null;
    this.bytes += text.length;
  }

  /** Takes the replies that can leave: those with none unknown in front. */
  take(): string {
    let taken = "";
    for (; this.head < this.slots.length; this.head += 1) {
      const slot = this.slots[this.head] as ReplySlot;
      const text = slot.text ?? slot.late?.() ?? null;
      if (text === null) break;
      taken += text;
      this.bytes -= slot.text?.length ?? 0;
    }
    if (this.head === this.slots.length || this.head > 1_024) {
      this.slots = this.slots.slice(this.head);
      this.head = 0;
    }
    return taken;
  }

  /** Those that wait for an order that was placed at `untilMs` or before. */
  *waitingSince(untilMs: number): Iterable<ReplySlot> {
    for (let at = this.head; at < this.slots.length; at += 1) {
      const slot = this.slots[at] as ReplySlot;
      if (slot.askedAtMs > untilMs) return;
      if (slot.ticket !== null) yield slot;
    }
  }

  /** Nobody waits any more. */
  cancel(): void {
    for (const { ticket } of this.slots) ticket?.cancel();
    this.slots = [];
    this.head = 0;
    this.bytes = 0;
  }
}
