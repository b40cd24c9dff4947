import { join } from "node:path";
import { startDaemonProcess } from "../../processes/daemon-process.js";
import { startRigProcess } from "../../processes/rig-process.js";
import { type BenchSystem, CARD_PROCESSES, CLIENT_PROCESSES, sameForEach } from "./bench-system.js";

/** Three cards in a triangle on the virtual rig, and one daemon at one of them that serves all client processes. */
export function daemon(engine: "xs" | "node"): BenchSystem {
  return {
    id: `daemon-${engine}`,
    title: `seqcard daemon, cards on ${engine === "xs" ? "XS" : "Node"}`,
    promise: "As seqcard's own, for every process of a host that has one card.",
    whyUnavailable: () => undefined,
    async start(scope) {
      const rig = await startRigProcess(scope, { engine, cards: CARD_PROCESSES });
      // The last card holds no role, so that its numbers make all three one-way trips.
      const port = rig.cards.at(-1)?.path ?? "";
      const directory = scope.makeDirectory();
      const socket = join(directory, "daemon.sock");
      await startDaemonProcess(scope, {
        ports: [port],
        socket,
        // As it is by default.
        durableMirror: join(directory, "durable.mirror"),
        more: ["--log-level", "warn"],
      });
      return {
        setUp: `one daemon at the third of three cards on the virtual rig, ${CLIENT_PROCESSES} processes at its Unix socket`,
        clients: sameForEach({ kind: "seqcard-daemon", socket }),
        connectionChoices: () => [CLIENT_PROCESSES],
      };
    },
  };
}
