import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { Logs } from "../../../host-bridge/daemon/log.js";
import { HttpListener } from "../../../host-bridge/http/http-listener.js";
import { DaemonBench, temporaryDirectory } from "../daemon/daemon-bench.js";

interface Outcome {
  readonly failure: string | null;
  readonly warnings: readonly string[];
}

/** Starts a daemon with a listener there, and ends it. */
async function listenAt(t: ExecutionContext, address: string): Promise<Outcome> {
  const path = join(temporaryDirectory(t), "log");
  const file = openSync(path, "w");
  const logs = new Logs({ level: "warn", levels: {} }, file);
  const listeners = [
    {
      name: "http" as const,
      make: (environment: ConstructorParameters<typeof HttpListener>[1]) =>
        new HttpListener({ address, hosts: [] }, environment),
    },
  ];
  const bench = new DaemonBench(t, [{}], { listeners, logs });
  const failure = await bench.daemon.start().then(
    () => null,
    (error) => error.code,
  );
  await bench.daemon.stop();
  closeSync(file);
  const lines = readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "");
  return { failure, warnings: lines.map((line) => JSON.parse(line).msg) };
}

test("an address that others reach is told in the log, before anybody can be served there", async (t) => {
  // An address that no computer has: it is told, and cannot be listened at.
  const { warnings } = await listenAt(t, "192.0.2.1:0");
  t.deepEqual(warnings, ["others can read; there is no password and no TLS"]);
});

test("loopback, by its address or as a port alone, is nobody else's concern", async (t) => {
  for (const address of ["127.0.0.1:0", "0"]) {
    t.deepEqual(await listenAt(t, address), { failure: null, warnings: [] }, address);
  }
});
