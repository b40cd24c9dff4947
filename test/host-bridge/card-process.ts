import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { ExecutionContext } from "ava";
import type { FakeCardSettings } from "./fake-card-settings.js";

/** What a fake card's process can be told. */
export interface CardProcessMessage {
  readonly set?: Partial<Omit<FakeCardSettings, "next">>;
  /** Unplugs the port after this time. */
  readonly unplugAfterMs?: number;
  /** Becomes ready, and says so, after this time. */
  readonly viewAfterMs?: number;
}

export interface CardProcess {
  readonly path: string;
  /** Resolves when the card has done what it was told. */
  tell(message: CardProcessMessage): Promise<void>;
}

/** Starts a fake card in a process of its own; it ends with the test. */
export async function startCardProcess(
  t: ExecutionContext,
  settings: Partial<FakeCardSettings> = {},
): Promise<CardProcess> {
  const script = fileURLToPath(new URL("./fake-card-process.js", import.meta.url));
  const json = JSON.stringify(settings, (_key, value: unknown) =>
    typeof value === "bigint" ? value.toString() : value,
  );
  const child: ChildProcess = fork(script, [json]);
  t.teardown(async () => {
    const exited = once(child, "exit");
    child.disconnect();
    await exited;
  });
  const [{ path }] = (await once(child, "message")) as [{ path: string }];
  return {
    path,
    tell: async (message) => {
      const done = once(child, "message");
      child.send(message);
      await done;
    },
  };
}
