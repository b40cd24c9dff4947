import type { CardEngine, EngineListener } from "./card-engine.js";
import { CardRuntime } from "./card-runtime.js";
import { messageOf } from "./rig-error.js";

/** A card in the rig's own process: the same firmware, much faster, and no compute count. */
export class NodeEngine implements CardEngine {
  readonly processId = undefined;
  readonly gone = Promise.resolve();
  private readonly runtime = new CardRuntime();
  private readonly listener: EngineListener;
  private dead = false;
  private paused = false;
  /** The turn that was asked of it while it was stopped. */
  private held: Uint8Array | undefined;

  constructor(listener: EngineListener) {
    this.listener = listener;
  }

  run(command: Uint8Array): void {
    if (this.dead) return;
    if (this.paused) {
      this.held = command;
      return;
    }
    let answer: ArrayBuffer;
    try {
      answer = this.runtime.handle(new Uint8Array(command).buffer);
    } catch (error) {
      this.dead = true;
      this.listener.onDeath(`the firmware threw: ${messageOf(error)}`);
      return;
    }
    this.listener.onTurn({ answer: new Uint8Array(answer), compute: 0 });
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    const { held } = this;
    this.paused = false;
    this.held = undefined;
    if (held !== undefined) this.run(held);
  }

  kill(): void {
    this.dead = true;
  }
}
