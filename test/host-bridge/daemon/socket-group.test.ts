import { chmodSync, statSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { connect } from "../../../host-bridge/index.js";
import { startDaemonProcess } from "../../../scripts/processes/daemon-process.js";
import { ProcessScope } from "../../../scripts/processes/process-scope.js";
import { asOther, NOBODY, OTHER_USER_NEEDS } from "../../support/other-user.js";
import { startCardProcess } from "../card-process.js";
import { temporaryDirectory } from "./daemon-bench.js";

const PATIENCE_MS = 120_000;

(OTHER_USER_NEEDS.isMet ? test.serial : test.serial.skip)(
  "a member of the daemon's group is served, and whoever is none is DAEMON_DENIED (needs root)",
  async (t) => {
    t.timeout(240_000);
    const scope = new ProcessScope();
    t.teardown(() => scope.close());
    const { path } = await startCardProcess(t, { next: 7n });
    const directory = temporaryDirectory(t);
    // Else it is the directory that keeps others out.
    chmodSync(directory, 0o755);
    const socket = join(directory, "s");
    await startDaemonProcess(scope, { ports: [path], socket, more: ["--group", `${NOBODY}`] });
    t.is(statSync(socket).mode & 0o777, 0o660);
    const take = async (): Promise<bigint> => {
      const sequence = await connect({ socket, openTimeoutMs: PATIENCE_MS, timeoutMs: PATIENCE_MS });
      try {
        return await sequence.next();
      } finally {
        await sequence.close();
      }
    };
    t.is(await asOther({ userId: NOBODY, groupId: NOBODY }, take), 7n);
    await asOther({ userId: NOBODY }, () => t.throwsAsync(take(), { code: "DAEMON_DENIED" }));
    t.is(await take(), 8n, "root always may, and is asked as root again");
  },
);
