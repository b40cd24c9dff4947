import type { Readable, Writable } from "node:stream";
import { isCancel, select } from "@clack/prompts";
import { SequenceError } from "../../host-bridge/errors.js";
import { cableName } from "./cable-ends.js";
import { connectorName } from "./connectors.js";
import type { Operator, Target } from "./operator.js";

/** Asks a person at the terminal. Throws NOT_CONFIRMED where that person has had enough. */
export class AskingOperator implements Operator {
  private readonly input: Readable;
  private readonly output: Writable;

  constructor(input: Readable, output: Writable) {
    this.input = input;
    this.output = output;
  }

  async pull(target: Target): Promise<bigint | undefined> {
    const isDone = await this.ask(
      `${pullText(target)} Then press Enter at once.`,
      "It is out",
      "Leave this step out",
    );
    return isDone ? process.hrtime.bigint() : undefined;
  }

  async restore(target: Target): Promise<string | undefined> {
    await this.ask(restoreText(target), "It is in again");
    return target.kind === "card" ? target.path : undefined;
  }

  private async ask(message: string, done: string, leaveOut?: string): Promise<boolean> {
    const options = [{ value: true, label: done }];
    if (leaveOut !== undefined) options.push({ value: false, label: leaveOut });
    const answer = await select<boolean>({ message, options, input: this.input, output: this.output });
    if (isCancel(answer)) {
      throw new SequenceError("NOT_CONFIRMED", "broken off; see that every plug is in again");
    }
    return answer;
  }
}

function pullText(target: Target): string {
  if (target.kind === "card") return `Take the power from card ${target.card} (${target.path}).`;
  return `Pull cable ${cableName(target.cable)} out of connector ${connectorName(target.cable.a)}.`;
}

function restoreText(target: Target): string {
  if (target.kind === "card") return `Give card ${target.card} its power back.`;
  return `Plug cable ${cableName(target.cable)} in again.`;
}
