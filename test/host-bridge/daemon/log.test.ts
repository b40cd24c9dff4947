import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { Logs } from "../../../host-bridge/daemon/log.js";
import { temporaryDirectory } from "./daemon-bench.js";

test("each namespace has its own level, others the common one; lines are JSON", (t) => {
  const path = join(temporaryDirectory(t), "log");
  const file = openSync(path, "w");
  const logs = new Logs({ level: "warn", levels: { socket: "debug", card: "silent" } }, file);
  for (const name of ["daemon", "socket", "card"] as const) {
    const log = logs.for(name);
    log.debug("small");
    log.info({ clients: 3 }, "plain");
    log.error("bad");
  }
  closeSync(file);
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  t.deepEqual(
    lines.map((line) => {
      const { name, msg, clients } = JSON.parse(line);
      return [name, msg, clients];
    }),
    [
      ["daemon", "bad", undefined],
      ["socket", "small", undefined],
      ["socket", "plain", 3],
      ["socket", "bad", undefined],
    ],
  );
});
