import { mkdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { HostLine } from "./host-line.js";
import type { PoweredCard } from "./powered-card.js";
import { PtyLine } from "./pty-line.js";
import { messageOf, RigError } from "./rig-error.js";
import type { RigCardStatus } from "./rig-events.js";

/** A card and its USB socket: the pty comes when the card has power and goes with it. */
export class RigCard {
  readonly card: PoweredCard;
  readonly line: HostLine;
  private readonly linkPath: string | undefined;
  private pty: PtyLine | undefined;

  /** @param linkDir where a link with a lasting name points to the pty. */
  constructor(card: PoweredCard, line: HostLine, linkDir: string | undefined) {
    this.card = card;
    this.line = line;
    this.linkPath = linkDir === undefined ? undefined : join(linkDir, `card${card.id}`);
  }

  get id(): number {
    return this.card.id;
  }

  /** Where a program opens the port; undefined while there is none. */
  get path(): string | undefined {
    return this.pty === undefined ? undefined : (this.linkPath ?? this.pty.path);
  }

  /** @throws RigError PTY_UNAVAILABLE, BAD_OPTION. */
  async plugIn(): Promise<string> {
    const pty = await PtyLine.open((bytes) => this.line.receive(bytes));
    this.pty = pty;
    this.line.attach(pty);
    if (this.linkPath !== undefined) pointLink(this.linkPath, pty.path);
    return this.linkPath ?? pty.path;
  }

  /** The computer sees the port vanish. */
  async unplug(): Promise<void> {
    const pty = this.pty;
    this.pty = undefined;
    this.line.detach();
    if (pty !== undefined) this.removeLink();
    await pty?.close();
  }

  async powerOff(): Promise<void> {
    const dead = this.card.kill();
    await this.unplug();
    await dead;
  }

  /** For the last moment of the process. */
  abandon(): void {
    void this.card.kill();
    this.removeLink();
  }

  status(): RigCardStatus {
    const { card, line } = this;
    return {
      id: card.id,
      path: this.path,
      running: card.isRunning,
      paused: card.isPaused,
      processId: card.processId,
      turns: card.turns,
      compute: card.compute,
      hostFramesDropped: line.dropped,
      lostBytes: card.lostBytes,
      flash: card.flashStatus,
    };
  }

  private removeLink(): void {
    if (this.linkPath !== undefined) rmSync(this.linkPath, { force: true });
  }
}

/** Replaced in one step, so that a program that tries to open it finds the old pty or the new one. */
function pointLink(linkPath: string, target: string): void {
  const fresh = `${linkPath}.new`;
  try {
    mkdirSync(join(linkPath, ".."), { recursive: true });
    rmSync(fresh, { force: true });
    symlinkSync(target, fresh);
    renameSync(fresh, linkPath);
  } catch (error) {
    throw new RigError("BAD_OPTION", `No link can be made at ${linkPath}: ${messageOf(error)}.`, error);
  }
}
