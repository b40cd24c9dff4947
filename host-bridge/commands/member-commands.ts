import type { Command } from "commander";
import { MAX_CARD_ID, MIN_CARD_ID } from "../../firmware/wire/constants.js";
import {
  addMember,
  type MemberChangeResult,
  type MemberProgress,
  removeMember,
  replaceMember,
} from "../member-changes.js";
import { addCardOptions, type CardOptions, openPort, wholeNumber, withCard } from "./card-options.js";
import { printJson, printLine } from "./output.js";

interface AddCommandOptions extends CardOptions {
  readonly new: string;
  readonly id?: number;
}

const cardId = wholeNumber(MIN_CARD_ID, MAX_CARD_ID);

/** `seqcard add`: takes a new card into a fabric. */
export function addAddCommand(program: Command): void {
  addNewCardOptions(addCardOptions(program.command("add")))
    .description("take a new card into the fabric; numbers go on meanwhile")
    .addHelpText(
      "after",
      `
--port is a member's, --new the new card's: a blank one, or one that was removed. Connect it to the others first.
Given again after it was broken off, the command goes on where it stopped.

Examples:
  seqcard add --port /dev/ttyACM0 --new /dev/ttyACM3`,
    )
    .action((options: AddCommandOptions) =>
      withNewCard(options, async (member, newCard, onProgress) => {
        const result = await addMember(member, newCard, { ...changeOptions(options), onProgress });
        tellDone(options, "added", result);
      }),
    );
}

/** `seqcard replace`: takes a new card in for one that goes. */
export function addReplaceCommand(program: Command): void {
  addNewCardOptions(addCardOptions(program.command("replace")))
    .description("take a new card into the fabric in place of one that is lost, erased, or to go")
    .argument("<old>", "the card that goes", cardId)
    .addHelpText(
      "after",
      `
--port is a member's, --new the new card's. The new card gets an id that was never used before.
Given again after it was broken off, the command goes on where it stopped.

Examples:
  seqcard replace 2 --port /dev/ttyACM0 --new /dev/ttyACM3`,
    )
    .action((old: number, options: AddCommandOptions) =>
      withNewCard(options, async (member, newCard, onProgress) => {
        const result = await replaceMember(old, member, newCard, { ...changeOptions(options), onProgress });
        tellDone(options, `added in place of card ${old}`, result);
      }),
    );
}

/** `seqcard remove`: drops a card from a fabric. */
export function addRemoveCommand(program: Command): void {
  addCardOptions(program.command("remove"))
    .description("drop a card from the fabric, whether it answers or not; its id is never used again")
    .argument("<card>", "the card that goes", cardId)
    .addHelpText(
      "after",
      `
A card that is primary hands its role over first. --port may be any member's.

Examples:
  seqcard remove 3 --port /dev/ttyACM0`,
    )
    .action((card: number, options: CardOptions) =>
      withCard(options, async (member) => {
        const onProgress = (progress: MemberProgress): void => tell(options, progress);
        tellDone(
          options,
          "removed",
          await removeMember(card, member, { ...changeOptions(options), onProgress }),
        );
      }),
    );
}

function addNewCardOptions(command: Command): Command {
  return command
    .requiredOption("--new <path>", "serial port of the new card")
    .option("--id <id>", "the new card's id; without it the next that was never used", cardId);
}

type Sequences = Parameters<typeof addMember>;

async function withNewCard(
  options: AddCommandOptions,
  action: (
    member: Sequences[0],
    newCard: Sequences[1],
    onProgress: (progress: MemberProgress) => void,
  ) => Promise<void>,
): Promise<void> {
  await withCard(options, async (member) => {
    const newCard = await openPort(options.new, options);
    try {
      await action(member, newCard, (progress) => tell(options, progress));
    } finally {
      await newCard.close();
    }
  });
}

function changeOptions({ timeoutMs, id }: CardOptions & { id?: number }): { timeoutMs: number; id?: number } {
  return { timeoutMs: Math.max(timeoutMs, 30_000), ...(id === undefined ? {} : { id }) };
}

function tell({ json }: CardOptions, progress: MemberProgress): void {
  if (json) printJson({ event: "progress", ...progress });
  else if (progress.step !== "waiting") printLine(progressText(progress));
}

function progressText(progress: Exclude<MemberProgress, { step: "waiting" }>): string {
  switch (progress.step) {
    case "initialised":
      return progress.again
        ? `The new card is card ${progress.card} already; going on.`
        : `The new card is card ${progress.card} and waits to be taken in.`;
    case "handing-over":
      return `Card ${progress.from} is primary; card ${progress.to} takes over.`;
    case "changing":
      return "Changing the list of members, one view after the other.";
    case "settled":
      return `Members are ${membersText(progress.members)}.`;
  }
}

function tellDone({ json }: CardOptions, what: string, { card, members }: MemberChangeResult): void {
  if (json) printJson({ event: "done", card, what, members });
  else printLine(`Card ${card} is ${what}.`);
}

function membersText(members: MemberChangeResult["members"]): string {
  return members.map(({ card, votes }) => (votes === 1 ? `${card}` : `${card} (${votes} votes)`)).join(", ");
}
