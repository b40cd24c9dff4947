import { MAX_BLOCK_COUNT, MAX_BLOCKS_IN_FLIGHT } from "../../firmware/wire/constants.js";
import type { HostAnswerFields, HostRefuseFields } from "../../firmware/wire/host-frames.js";
import type { EventTarget } from "./event-queue.js";
import type { HostBlock, HostCaller } from "./host-caller.js";
import type { World } from "./world.js";

const NOT_READY_RETRY_US = 20_000;
/** Calls that wait; processes make no more then. */
const MOST_WAITING = 50;

/** The host whose processes call. */
export interface CallingHost {
  /** The number of its board. */
  readonly board: number;
  /** Its card was initialised. */
  readonly isInitialised: boolean;
  /** Its card has its session. */
  readonly isOpen: boolean;
  /** Asks the card for a block. */
  request(tag: number, count: number): void;
}

/** The calls of a host's processes. They keep the rules of the host bridge: what a block serves is fixed when it is first sent. */
export class HostCalls implements EventTarget {
  /** Calls made to see whether the fabric lives that have got no number yet. */
  probesOpen = 0;
  private readonly world: World;
  private readonly host: CallingHost;
  private readonly blocks = new Map<number, HostBlock>();
  private waiting: HostCaller[] = [];
  private nextTag: number;

  constructor(world: World, host: CallingHost) {
    this.world = world;
    this.host = host;
    this.nextTag = world.hostRandom.uint32();
  }

  get isIdle(): boolean {
    return this.blocks.size === 0 && this.waiting.length === 0;
  }

  /** A process asks for `count` numbers. */
  call(count: number, isProbe = false): void {
    const { world } = this;
    if (isProbe) this.probesOpen += 1;
    const floor = world.checker.invoke();
    this.waiting.push({ count, floor, madeUs: world.nowUs, isProbe, isSettled: false });
    // Calls of one turn become one block; some wait for others to come.
    if (isProbe || world.hostRandom.chance(0.8)) this.flush();
  }

  /** Lets a process call after a while, and again and again until calls have ended. */
  planArrival(): void {
    const meanUs = this.world.options.callEveryUs;
    if (meanUs === 0) return;
    this.world.queue.add(this.world.nowUs + 1 + this.world.hostRandom.around(meanUs), this, 0, 0, null);
  }

  /** A process comes. */
  handle(): void {
    if (this.world.areCallsEnded) return;
    if (this.host.isInitialised && this.waiting.length < MOST_WAITING) this.call(this.world.callCount());
    this.planArrival();
  }

  /** Asks again for what is silent, and for what waits. */
  tick(): void {
    for (const block of this.blocks.values()) if (this.world.nowUs >= block.askAtUs) this.ask(block);
    this.flush();
  }

  /** A new session: asks again for everything, under new tags. */
  askAllAgain(): void {
    const blocks = [...this.blocks.values()];
    this.blocks.clear();
    for (const block of blocks) {
      const renamed = { ...block, tag: this.takeTag() };
      this.blocks.set(renamed.tag, renamed);
      this.ask(renamed);
    }
  }

  /** The fabric is ready: asks again for what was refused, and for what waits. */
  askRefused(): void {
    for (const block of this.blocks.values()) if (block.isRefused) this.ask(block);
    this.flush();
  }

  deliver(answer: HostAnswerFields): void {
    const { host, world } = this;
    const block = this.blocks.get(answer.tag);
    if (block === undefined || block.count !== answer.count) return;
    this.blocks.delete(block.tag);
    let start = world.offsetOf(answer.first);
    for (const caller of block.callers) {
      if (!caller.isSettled) {
        caller.isSettled = true;
        if (caller.isProbe) this.probesOpen -= 1;
        world.checker.deliver(start, caller.count, caller.floor, host.board, world.nowUs);
        world.noteDelivery(host.board, start, caller.madeUs);
      }
      start += caller.count;
    }
    this.flush();
  }

  refuse({ tag }: HostRefuseFields): void {
    const block = this.blocks.get(tag);
    if (block === undefined) return;
    block.isRefused = true;
    block.askAtUs = this.world.nowUs + NOT_READY_RETRY_US;
  }

  /** The calls die with their process. */
  restart(): void {
    for (const block of this.blocks.values()) for (const caller of block.callers) caller.isSettled = true;
    this.blocks.clear();
    this.waiting = [];
    this.nextTag = this.world.hostRandom.uint32();
  }

  /** Some of those who wait lose their patience. */
  giveUp(): void {
    for (const block of this.blocks.values()) {
      for (const caller of block.callers) if (this.world.hostRandom.chance(0.5)) caller.isSettled = true;
      if (block.callers.every(({ isSettled }) => isSettled)) this.blocks.delete(block.tag);
    }
  }

  /** Those lose their patience who have not been asked for yet. */
  dropWaiting(): void {
    this.waiting = [];
  }

  private flush(): void {
    if (!this.host.isOpen || this.waiting.length === 0 || this.blocks.size >= MAX_BLOCKS_IN_FLIGHT) return;
    for (const block of this.blocks.values()) if (block.isRefused) return;
    const callers: HostCaller[] = [];
    let count = 0;
    for (const caller of this.waiting) {
      if (count + caller.count > MAX_BLOCK_COUNT) break;
      count += caller.count;
      callers.push(caller);
    }
    this.waiting = this.waiting.slice(callers.length);
    const block: HostBlock = { tag: this.takeTag(), count, callers, askAtUs: 0, isRefused: false };
    this.blocks.set(block.tag, block);
    this.ask(block);
  }

  private ask(block: HostBlock): void {
    block.isRefused = false;
    block.askAtUs = this.world.nowUs + this.world.options.hostRetryUs;
    this.host.request(block.tag, block.count);
  }

  private takeTag(): number {
    this.nextTag = (this.nextTag + 1) >>> 0;
    return this.nextTag;
  }
}
