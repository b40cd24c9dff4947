import { randomInt } from "node:crypto";
import { type Command, InvalidArgumentError, Option } from "commander";
import { MAX_CARD_ID, MIN_CARD_ID } from "../../firmware/wire/constants.js";
import type { Member } from "../card-status.js";
import { SequenceError } from "../errors.js";
import { defaultVotes, initFields } from "../initialisation.js";
import { waitForFounding } from "../recovery.js";
import type { Sequence } from "../sequence.js";
import { hexadecimal } from "../session-errors.js";
import { addCardOptions, type CardOptions, openPort, wholeNumber, withCard } from "./card-options.js";
import { printJson, printLine } from "./output.js";
import { waitingText } from "./recover-command.js";

interface InitOptions extends CardOptions {
  readonly id?: number;
  readonly members?: readonly (number | Member)[];
  readonly ports?: readonly string[];
  readonly first: bigint;
  readonly fabricId: number;
}

interface Plan {
  readonly fabricId: number;
  readonly first: bigint;
  readonly members: readonly (number | Member)[];
}

/** `seqcard init`: makes blank cards members of a fabric. */
export function addInitCommand(program: Command): void {
  const id = wholeNumber(MIN_CARD_ID, MAX_CARD_ID);
  addCardOptions(program.command("init"))
    .description("make a blank card, or several, members of a fabric")
    .option("--id <id>", `this card's id, ${MIN_CARD_ID} to ${MAX_CARD_ID}`, id)
    .option("--members <ids>", "ids of all the cards, such as 1,2,3; or with votes, 1:2,2:1", parseMembers)
    .addOption(
      new Option("--ports <paths>", "initialise the cards at these ports, with the ids 1, 2, 3 and so on")
        .argParser((text: string) => text.split(","))
        .conflicts(["id", "members"]),
    )
    .addOption(
      new Option("--first <number>", "first number that the fabric gives")
        .argParser(parseFirst)
        // Its text is given too, as commander would write a default as JSON, which has no bigint.
        .default(1n, "1"),
    )
    .addOption(
      new Option("--fabric-id <hex>", "the fabric's id; the same for all its cards, and for no other fabric")
        .argParser(parseFabricId)
        .default(randomInt(1, 0x1_0000_0000), "random"),
    )
    .option("--no-wait", "with --ports: do not wait until the cards have found each other")
    .addHelpText(
      "after",
      `
The fabric begins when all its cards are initialised and connected. Each card gets one vote; with an even number of cards the one with the lowest id gets two.

Examples:
  seqcard init --ports /dev/ttyACM0,/dev/ttyACM1,/dev/ttyACM2
  seqcard init --port /dev/ttyACM0 --id 1 --members 1,2,3 --fabric-id 5eed1234
  seqcard init --port /dev/ttyACM0 --id 2 --members 1,2,3 --fabric-id 5eed1234 --first 1000`,
    )
    .action((options: InitOptions) =>
      options.ports === undefined ? initialiseOne(options) : initialiseAll(options, options.ports),
    );
}

async function initialiseOne(options: InitOptions): Promise<void> {
  const { id, members, first, fabricId } = options;
  if (id === undefined || members === undefined) {
    throw new SequenceError("BAD_OPTION", "give --id and --members for one card, or --ports for several");
  }
  const plan = { fabricId, first, members };
  initFields({ ...plan, cardId: id });
  await withCard(options, async (sequence, port) => {
    await sequence.initialise({ ...plan, cardId: id });
    tell(options, port, id, plan);
  });
}

/** Looks at all of them before it changes any: a fabric with half its cards is of no use. */
async function initialiseAll(options: InitOptions, ports: readonly string[]): Promise<void> {
  const ids = ports.map((_, index) => index + 1);
  const plan = { fabricId: options.fabricId, first: options.first, members: defaultVotes(ids) };
  initFields({ ...plan, cardId: 1 });
  const sequences: Sequence[] = [];
  try {
    for (const port of ports) {
      const sequence = await openPort(port, options);
      sequences.push(sequence);
      const { blank, removed, joining } = sequence.card;
      if (!blank && !removed && !joining) {
        throw new SequenceError(
          "CARD_NOT_BLANK",
          `the card at ${port} is card ${sequence.card.id} of fabric ${hexadecimal(sequence.card.fabricId)} already; no card was changed`,
        );
      }
    }
    for (const [index, sequence] of sequences.entries()) {
      const cardId = index + 1;
      await sequence.initialise({ ...plan, cardId });
      tell(options, ports[index] as string, cardId, plan);
    }
    if (options.wait !== false) await waitUntilFounded(options, sequences);
  } finally {
    await Promise.all(sequences.map((sequence) => sequence.close()));
  }
}

/** A fabric begins when its cards hear each other; whom the first of them lacks is told meanwhile. */
async function waitUntilFounded(options: InitOptions, sequences: readonly Sequence[]): Promise<void> {
  await waitForFounding(
    sequences,
    (cards) => {
      if (options.json) printJson({ event: "waiting-for", cards });
      else printLine(waitingText(cards));
    },
    { timeoutMs: options.timeoutMs },
  );
  if (options.json) printJson({ event: "ready" });
  else printLine("Numbers can be had.");
}

function tell(options: InitOptions, port: string, id: number, { fabricId, first, members }: Plan): void {
  if (options.json) {
    printJson({ port, card: id, fabricId: hexadecimal(fabricId), first, members });
    return;
  }
  const ids = members.map((member) => (typeof member === "number" ? member : member.card)).join(", ");
  printLine(
    `${port} is card ${id} of fabric ${hexadecimal(fabricId)} now; members ${ids}; first number ${first}`,
  );
}

function parseMembers(text: string): (number | Member)[] {
  return text.split(",").map((part) => {
    const match = /^(\d{1,3})(?::(\d{1,3}))?$/.exec(part.trim());
    if (match === null) throw new InvalidArgumentError("Give ids like 1,2,3 or ids and votes like 1:2,2:1.");
    const card = Number(match[1]);
    return match[2] === undefined ? card : { card, votes: Number(match[2]) };
  });
}

function parseFirst(text: string): bigint {
  if (!/^\d{1,20}$/.test(text)) throw new InvalidArgumentError("It must be a whole number from 1 to 2^63-1.");
  return BigInt(text);
}

function parseFabricId(text: string): number {
  if (text === "random") return randomInt(1, 0x1_0000_0000);
  if (!/^[0-9a-f]{1,8}$/i.test(text)) {
    throw new InvalidArgumentError("It must be one to eight hexadecimal digits, or random.");
  }
  return Number.parseInt(text, 16);
}
