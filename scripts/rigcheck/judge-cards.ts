import { hexadecimal } from "../../host-bridge/session-errors.js";
import { type Finding, fault, warning } from "./finding.js";
import { type AnsweringPort, isAnswering, ownReport, type RigPort } from "./rig-port.js";

/** Says what is wrong with ports and cards, before anything is measured. */
export function judgeCards(ports: readonly RigPort[]): Finding[] {
  const answering = ports.filter(isAnswering);
  const fabricId = commonFabric(answering);
  return [
    ...ports.flatMap(judgePort),
    ...answering.flatMap((port) => judgeCard(port, fabricId)),
    ...judgeIds(answering, fabricId),
    ...judgeMembers(answering, fabricId),
    ...judgeFirmware(answering),
  ];
}

/** @returns the fabric that most of the cards are of, the first of those that are equally many; 0 where none is of any. */
export function commonFabric(ports: readonly AnsweringPort[]): number {
  const counts = new Map<number, number>();
  for (const { status } of ports) {
    if (status.fabricId !== 0) counts.set(status.fabricId, (counts.get(status.fabricId) ?? 0) + 1);
  }
  let best = 0;
  for (const [fabricId, count] of counts) if (count > (counts.get(best) ?? 0)) best = fabricId;
  return best;
}

/** @returns the ports whose cards are members of `fabricId`, and may be measured. */
export function membersOf(ports: readonly RigPort[], fabricId: number): AnsweringPort[] {
  return ports
    .filter(isAnswering)
    .filter(
      ({ status }) => status.fabricId === fabricId && !status.blank && !status.removed && !status.joining,
    );
}

function judgePort({ path, error }: RigPort): Finding[] {
  if (error === undefined) return [];
  return [
    fault(
      "PORT_UNUSABLE",
      `${path}: ${error.code}: ${error.message}.`,
      "Look at the card's light and its USB plug; give the path of its port.",
    ),
  ];
}

function judgeCard({ path, status }: AnsweringPort, fabricId: number): Finding[] {
  const { card, blank, joining, removed, storageFailed, forgot } = status;
  const who = `The card at ${path}`;
  if (storageFailed) {
    return [fault("STORAGE_FAILED", `${who} cannot use its flash.`, "Exchange the board.")];
  }
  if (blank) {
    return [
      fault(
        "BLANK_CARD",
        `${who} is blank.`,
        "Initialise it, or add it to the fabric: seqcard init, seqcard add.",
      ),
    ];
  }
  if (joining || removed) {
    const what = removed ? "was removed from its fabric" : "waits for its fabric";
    return [
      fault(
        "CARD_WAITS",
        `${who} (card ${card}) ${what}.`,
        "See seqcard status for what it waits for; seqcard add takes it in.",
      ),
    ];
  }
  if (status.fabricId !== fabricId) {
    return [
      fault(
        "FOREIGN_CARD",
        `${who} is card ${card} of fabric ${hexadecimal(status.fabricId)}; the others are of ${hexadecimal(fabricId)}.`,
        "Take it off these cables; a fabric only knows its own cards.",
      ),
    ];
  }
  if (forgot) {
    return [fault("CARD_FORGOT", `${who} (card ${card}) lost its flash.`, "Replace it: seqcard replace.")];
  }
  return [];
}

function judgeIds(ports: readonly AnsweringPort[], fabricId: number): Finding[] {
  const seen = new Map<number, AnsweringPort>();
  const findings: Finding[] = [];
  for (const port of membersOf(ports, fabricId)) {
    const { card, chipId } = port.status;
    const other = seen.get(card);
    seen.set(card, port);
    if (other === undefined) continue;
    const isSame = other.status.chipId === chipId;
    findings.push(
      fault(
        "SAME_ID",
        `${other.path} and ${port.path} both lead to card ${card}${isSame ? "" : ", and it is two boards"}.`,
        isSame
          ? "Name each port once."
          : "Take one of them off at once and initialise it under an id of its own.",
      ),
    );
  }
  return findings;
}

function judgeMembers(ports: readonly AnsweringPort[], fabricId: number): Finding[] {
  const members = membersOf(ports, fabricId);
  const direct = new Set(members.map(({ status }) => status.card));
  const listed = new Set(members.flatMap(({ status }) => status.members.map(({ card }) => card)));
  return [...listed]
    .filter((card) => !direct.has(card))
    .sort((one, other) => one - other)
    .map((card) => {
      const answers = members.some(({ survey }) =>
        survey.cards.some((one) => one.card === card && one.answered),
      );
      return answers
        ? warning(
            "CARD_WITHOUT_PORT",
            `Card ${card} answers the others; none of the ports leads to it.`,
            "Give its port too: numbers are only tried at cards with one.",
          )
        : fault(
            "DEAD_CARD",
            `Card ${card} is a member and answers nobody.`,
            "Look at its power and its light, then at its cables.",
          );
    });
}

function judgeFirmware(ports: readonly AnsweringPort[]): Finding[] {
  const versions = new Set(
    ports.map(ownReport).flatMap((report) => (report === undefined ? [] : [report.firmware])),
  );
  if (versions.size < 2) return [];
  return [
    warning(
      "MIXED_FIRMWARE",
      `The cards have firmware ${[...versions].sort().join(" and ")}.`,
      "Flash them all with the newest.",
    ),
  ];
}
