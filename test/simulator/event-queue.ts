import type { FrameBuffer } from "../../firmware/wire/frame-buffer.js";

/** What something can be told by an event. `kind` and `value` mean what the target says they mean. */
export interface EventTarget {
  handle(kind: number, value: number, frame: FrameBuffer | null): void;
}

/** Something that will happen. Taken from a pool: nobody keeps one after it has happened. */
export class SimulatedEvent {
  atUs = 0;
  /** Events of the same time happen in the order in which they were planned. */
  order = 0;
  target: EventTarget | null = null;
  kind = 0;
  value = 0;
  frame: FrameBuffer | null = null;
}

/** A binary heap of events. */
export class EventQueue {
  private readonly heap: SimulatedEvent[] = [];
  private readonly pool: SimulatedEvent[] = [];
  private planned = 0;

  get nextAtUs(): number {
    return this.heap.length === 0 ? Number.POSITIVE_INFINITY : (this.heap[0] as SimulatedEvent).atUs;
  }

  add(atUs: number, target: EventTarget, kind: number, value: number, frame: FrameBuffer | null): void {
    const event = this.pool.pop() ?? new SimulatedEvent();
    event.atUs = atUs;
    event.order = this.planned;
    this.planned += 1;
    event.target = target;
    event.kind = kind;
    event.value = value;
    event.frame = frame;
    this.siftUp(event);
  }

  /** Takes the next event out; the caller gives it back with `release`. Only where there is one. */
  take(): SimulatedEvent {
    const { heap } = this;
    const first = heap[0] as SimulatedEvent;
    const last = heap.pop() as SimulatedEvent;
    if (heap.length > 0) this.siftDown(last);
    return first;
  }

  release(event: SimulatedEvent): void {
    event.target = null;
    event.frame = null;
    this.pool.push(event);
  }

  private siftUp(event: SimulatedEvent): void {
    const { heap } = this;
    let at = heap.length;
    heap.push(event);
    while (at > 0) {
      const parentAt = (at - 1) >> 1;
      const parent = heap[parentAt] as SimulatedEvent;
      if (!isBefore(event, parent)) break;
      heap[at] = parent;
      at = parentAt;
    }
    heap[at] = event;
  }

  private siftDown(event: SimulatedEvent): void {
    const { heap } = this;
    const { length } = heap;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= length) break;
      const right = child + 1;
      if (right < length && isBefore(heap[right] as SimulatedEvent, heap[child] as SimulatedEvent))
        child = right;
      const candidate = heap[child] as SimulatedEvent;
      if (!isBefore(candidate, event)) break;
      heap[at] = candidate;
      at = child;
    }
    heap[at] = event;
  }
}

function isBefore(one: SimulatedEvent, other: SimulatedEvent): boolean {
  return one.atUs < other.atUs || (one.atUs === other.atUs && one.order < other.order);
}
