import { connect, type NetConnectOpts, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { ExecutionContext } from "ava";
import { openFilesLimit } from "../../../support/open-files.js";

/** Files that either side needs besides. */
const SPARE_FILES = 300;
/** Connections made at once: the queue of a listening socket is short. */
const AT_ONCE = 100;
const TRY_AGAIN_MS = 10;

export const TEN_THOUSAND = 10_000;
const NEEDED_FILES = TEN_THOUSAND + SPARE_FILES;
export const CROWD_NEEDS = { what: `ulimit -n of ${NEEDED_FILES}`, isMet: openFilesLimit() >= NEEDED_FILES };

/** Many connections, which say nothing until they are told to. */
export class Crowd {
  readonly members: Socket[] = [];
  closed = 0;
  private readonly onBytes: (bytes: Buffer) => void;

  private constructor(onBytes: (bytes: Buffer) => void) {
    this.onBytes = onBytes;
  }

  /** Resolves when all are connected; the other side may have closed some by then. */
  static async gather(
    t: ExecutionContext,
    count: number,
    to: NetConnectOpts,
    onBytes: (bytes: Buffer) => void = () => {},
  ): Promise<Crowd> {
    const crowd = new Crowd(onBytes);
    t.teardown(() => crowd.leave());
    while (crowd.members.length < count) {
      await Promise.all(Array.from({ length: Math.min(AT_ONCE, count) }, () => crowd.join(to)));
    }
    return crowd;
  }

  say(text: string | Uint8Array): void {
    for (const member of this.members) if (!member.destroyed) member.write(text);
  }

  /** Without a word, and with whatever is under way. */
  leave(): void {
    for (const member of this.members) member.destroy();
  }

  /** Whoever finds the queue of new connections full tries again. */
  private async join(to: NetConnectOpts): Promise<void> {
    for (;;) {
      const member = connect(to);
      member.on("data", this.onBytes);
      const error = await new Promise<NodeJS.ErrnoException | null>((resolve) => {
        member.on("error", resolve);
        member.once("connect", () => resolve(null));
      });
      if (error === null) {
        this.members.push(member);
        member.once("close", () => {
          this.closed += 1;
        });
        return;
      }
      if (error.code !== "EAGAIN") throw error;
      await sleep(TRY_AGAIN_MS);
    }
  }
}
