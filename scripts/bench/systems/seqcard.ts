import { startRigProcess } from "../../processes/rig-process.js";
import { type BenchSystem, CARD_PROCESSES } from "./bench-system.js";

/** Three cards in a triangle on the virtual rig, one client process at each. */
export function seqcard(engine: "xs" | "node"): BenchSystem {
  return {
    id: `seqcard-${engine}`,
    title: `seqcard on ${engine === "xs" ? "XS" : "Node"}`,
    promise:
      "A number is held by two cards and lies below a ceiling that a quorum has in flash when it is delivered: unique " +
      "and in real-time order, across failovers and cold starts.",
    whyUnavailable: () => undefined,
    async start(scope) {
      const rig = await startRigProcess(scope, { engine, cards: CARD_PROCESSES });
      return {
        setUp: `three cards in a triangle on the virtual rig, firmware in ${engine === "xs" ? "XS" : "Node"}, pty each`,
        clients: rig.cards.map(({ path }) => ({ kind: "seqcard", path })),
        connectionChoices: () => [CARD_PROCESSES],
      };
    },
  };
}
