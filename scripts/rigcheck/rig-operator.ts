import { realpathSync } from "node:fs";
import { askRig } from "../../boards/virtual/control-client.js";
import type { RigStatus } from "../../boards/virtual/rig-events.js";
import { SequenceError } from "../../host-bridge/errors.js";
import { commandRig } from "../processes/rig-control.js";
import type { Operator, Target } from "./operator.js";

/** Has a virtual rig pull its own plugs, by its control commands. */
export class RigOperator implements Operator {
  private readonly name: string;
  /** The rig's number of each card of the fabric: a rig counts from 1, a fabric's ids are anybody's choice. */
  private readonly rigIds: ReadonlyMap<number, number>;

  private constructor(name: string, rigIds: ReadonlyMap<number, number>) {
    this.name = name;
    this.rigIds = rigIds;
  }

  /**
   * @param cards each with the port that leads to it. Rejects with RIG_NOT_RUNNING, or BAD_OPTION where a port is not one
   * of that rig.
   */
  static async make(name: string, cards: readonly { card: number; path: string }[]): Promise<RigOperator> {
    const status = (await askRig(name, { command: "status" })) as RigStatus;
    const rigIds = new Map<number, number>();
    for (const { card, path } of cards) {
      const real = realpathSync(path);
      const found = status.cards.find((one) => one.path !== undefined && realpathSync(one.path) === real);
      if (found === undefined) {
        throw new SequenceError(
          "BAD_OPTION",
          `${path} is no port of the rig "${name}"; leave --auto out, or say which rig with --rig`,
        );
      }
      rigIds.set(card, found.id);
    }
    return new RigOperator(name, rigIds);
  }

  pull(target: Target): Promise<bigint> {
    if (target.kind === "card")
      return commandRig(this.name, { command: "kill", card: this.idOf(target.card) });
    return commandRig(this.name, { command: "cut", ...this.endsOf(target), oneWay: false });
  }

  async restore(target: Target): Promise<string | undefined> {
    if (target.kind === "cable") {
      await commandRig(this.name, { command: "mend", ...this.endsOf(target) });
      return undefined;
    }
    const started = await askRig(this.name, { command: "start", card: this.idOf(target.card) });
    const isPath = typeof started === "object" && started !== null && "path" in started;
    return isPath ? String(started.path) : target.path;
  }

  private endsOf({ cable }: Extract<Target, { kind: "cable" }>): { from: number; to: number } {
    return { from: this.idOf(cable.a.card), to: this.idOf(cable.a.neighbour) };
  }

  private idOf(card: number): number {
    return this.rigIds.get(card) ?? card;
  }
}
