import { setImmediate as turn } from "node:timers/promises";
import { MAX_ENCODED_BYTES } from "../../firmware/wire/constants.js";
import type { FrameBuffer } from "../../firmware/wire/frame-buffer.js";
import { FrameDecoder } from "../../firmware/wire/frame-decoder.js";
import { encodeFrame } from "../../firmware/wire/frame-encoder.js";
import type { Clock } from "../../host-bridge/clock.js";
import { SequenceError } from "../../host-bridge/errors.js";
import { Sequence } from "../../host-bridge/sequence.js";
import { disconnectedError } from "../../host-bridge/session-errors.js";
import type { OpenTransport, TransportEvents } from "../../host-bridge/transport.js";
import { OrderChecker } from "../support/order-checker.js";
import { VirtualFabric, type VirtualFabricOptions } from "../support/virtual-fabric.js";

/** How far cards go on before hosts have their turn. Less would be slower, more would be a slow host. */
const STEP_US = 500;

/** Real cards, and the real host's side of them, in virtual time. Cards are named by their place, from 0. */
export class FabricBench {
  readonly fabric: VirtualFabric;
  readonly checker = new OrderChecker();
  readonly sequences: (Sequence | undefined)[] = [];
  readonly clock: Clock = {
    nowMs: () => this.fabric.nowUs / 1_000,
    setTimer: (callback, delayMs) => {
      let isOn = true;
      this.fabric.schedule(this.fabric.nowUs + Math.ceil(delayMs * 1_000), () => {
        if (isOn) callback();
      });
      return () => {
        isOn = false;
      };
    },
  };
  private readonly lines: (TransportEvents | null)[] = [];
  private random = 1;
  private tags = 0;

  constructor(options: VirtualFabricOptions) {
    this.fabric = new VirtualFabric(options);
    this.fabric.cards.forEach(({ host }, place) => {
      host.add = (frame) => this.toHost(place, frame);
    });
  }

  /** Opens the card at `place`, or gives the sequence that has it open. */
  async open(place: number): Promise<Sequence> {
    const known = this.sequences[place];
    if (known !== undefined) return known;
    const sequence = await this.until(
      Sequence.start({
        openTransport: this.transportOf(place),
        clock: this.clock,
        random32: () => {
          this.random = (Math.imul(this.random, 1_664_525) + 1_013_904_223) >>> 0;
          return this.random;
        },
        timeoutMs: 10_000,
        openTimeoutMs: 2_000,
        whenNotReady: "wait",
        reconnect: true,
      }),
    );
    this.sequences[place] = sequence;
    return sequence;
  }

  openAll(places: readonly number[]): Promise<Sequence[]> {
    return Promise.all(places.map((place) => this.open(place)));
  }

  /** Lets time pass until `promise` settles, for at most a minute. */
  async until<Value>(promise: Promise<Value>): Promise<Value> {
    let isOver = false;
    const end = (): void => {
      isOver = true;
    };
    promise.then(end, end);
    const endUs = this.fabric.nowUs + 60_000_000;
    while (!isOver) {
      if (this.fabric.nowUs > endUs) throw new Error("nothing came of it within a minute of virtual time");
      await this.step();
    }
    return promise;
  }

  async pass(ms: number): Promise<void> {
    const endUs = this.fabric.nowUs + ms * 1_000;
    while (this.fabric.nowUs < endUs) await this.step();
  }

  /** A pause within what is under way; somebody else lets time pass. */
  readonly pauseMs = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      this.clock.setTimer(resolve, ms);
    });

  /** Has the host at `place` ask for numbers, one block after the other, until it is stopped. @returns what stops it. */
  keepAsking(place: number, sequence: Sequence, count = 3): () => Promise<number> {
    let isOn = true;
    let served = 0;
    const loop = async (): Promise<number> => {
      while (isOn) {
        this.tags += 1;
        const tag = this.tags;
        this.checker.asked(place, tag, count);
        try {
          const { first } = await sequence.nextBlock(count);
          this.checker.answered(place, tag, first, count);
          served += 1;
        } catch (error) {
          this.checker.refused(place, tag);
          if (!(error instanceof SequenceError)) throw error;
          await this.pauseMs(5);
        }
      }
      return served;
    };
    const ended = loop();
    return () => {
      isOn = false;
      return this.until(ended);
    };
  }

  /** Takes the power from a card; its port is gone with it. */
  kill(place: number): void {
    this.fabric.kill(place);
    this.unplug(place);
  }

  unplug(place: number): void {
    const events = this.lines[place];
    this.lines[place] = null;
    events?.onLost(disconnectedError());
  }

  private async step(): Promise<void> {
    this.fabric.run(STEP_US);
    for (let turns = 0; turns < 3; turns += 1) await turn();
  }

  private transportOf(place: number): OpenTransport {
    return async (events) => {
      if (this.fabric.at(place).card === undefined) {
        throw new SequenceError("PORT_NOT_FOUND", "the card has no power");
      }
      const decoder = new FrameDecoder((frame) => this.fabric.fromHost(place, frame));
      this.lines[place] = events;
      return {
        canWait: false,
        write: (bytes, length) => {
          if (this.lines[place] === events) decoder.push(bytes, 0, length);
          return true;
        },
        poll: () => {},
        wait: () => {},
        close: async () => {
          if (this.lines[place] === events) this.lines[place] = null;
        },
      };
    };
  }

  private toHost(place: number, frame: FrameBuffer): void {
    const bytes = new Uint8Array(MAX_ENCODED_BYTES);
    const length = encodeFrame(frame, bytes, 0);
    const events = this.lines[place];
    setImmediate(() => {
      if (this.lines[place] === events) events?.onBytes(bytes, 0, length);
    });
  }
}
