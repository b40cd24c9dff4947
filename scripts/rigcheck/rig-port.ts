import type { CardReport } from "../../host-bridge/card-report.js";
import type { CardStatus } from "../../host-bridge/card-status.js";
import { asSequenceError, type SequenceError } from "../../host-bridge/errors.js";
import type { FabricSurvey } from "../../host-bridge/fabric-survey.js";
import { open } from "../../host-bridge/open.js";
import type { Sequence } from "../../host-bridge/sequence.js";

export interface PortOptions {
  /** How long a call may take, in milliseconds. */
  readonly timeoutMs: number;
  /** Speed of a board behind a USB bridge. */
  readonly baudRate?: number;
}

/** A port that was asked who is behind it: a card, or what was wrong. */
export interface RigPort {
  readonly path: string;
  readonly sequence?: Sequence;
  readonly status?: CardStatus;
  /** What all cards of its fabric say by way of this one. */
  readonly survey?: FabricSurvey;
  readonly error?: SequenceError;
}

/** A port with a card behind it that answers. */
export type AnsweringPort = Required<Omit<RigPort, "error">>;

export function isAnswering(port: RigPort): port is AnsweringPort {
  return port.sequence !== undefined && port.status !== undefined && port.survey !== undefined;
}

/** What the card says of itself, with the version of its firmware. */
export function ownReport({ status, survey }: AnsweringPort): CardReport | undefined {
  return survey.cards.find(({ chipId, answered }) => answered && chipId === status.chipId);
}

/** Opens a port and asks its card. Never rejects: a rig that is being checked may have dead cards. */
export async function openRigPort(path: string, options: PortOptions): Promise<RigPort> {
  let sequence: Sequence | undefined;
  try {
    sequence = await open({ path, ...options });
    const survey = await sequence.survey();
    return { path, sequence, survey, status: await sequence.status() };
  } catch (thrown) {
    await sequence?.close();
    return { path, error: asSequenceError(thrown, "PORT_FAILED", `the card at ${path} does not answer`) };
  }
}
