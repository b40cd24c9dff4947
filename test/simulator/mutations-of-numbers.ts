import { AssignedBlocks } from "../../firmware/card/assigned-blocks.js";
import { Card } from "../../firmware/card/card.js";
import type { CardContext } from "../../firmware/card/card-context.js";
import { HostBlocks } from "../../firmware/card/host-blocks.js";
import { Originator } from "../../firmware/card/originator.js";
import { Secondary } from "../../firmware/card/secondary.js";
import type { FrameBuffer } from "../../firmware/wire/frame-buffer.js";
import { FRAME_STORE, OFFSET_TYPE } from "../../firmware/wire/frame-types.js";
import { AnswerFields, decodeAnswer, decodeStore, StoreFields } from "../../firmware/wire/number-frames.js";
import { Uint64 } from "../../firmware/wire/uint64.js";
import { measureReboots } from "./measurements.js";
import type { Mutation } from "./mutation.js";
import { lookAtEveryFrame, replaceMethod } from "./replace-method.js";

interface SecondaryInside {
  readonly stored: Uint64;
}

interface OriginatorInside {
  sequence: number;
  readonly open: { readonly isOpen: boolean; requestId: number };
}

interface CardInside {
  readonly context: CardContext;
  readonly originator: Originator;
}

export const numberMutations: readonly Mutation[] = [
  {
    name: "a secondary of an older view forwards",
    rule: "The secondary stores only if it is secondary of exactly that view",
    seeds: 600,
    apply: () => replaceMethod(Secondary, "isOfView", () => () => true),
  },
  {
    name: "the secondary does not store",
    rule: "The secondary records stored = max(stored, first + n), then sends ANSWER",
    seeds: 50,
    apply: () => {
      const before = new Uint64();
      replaceMethod<SecondaryInside>(Secondary, "receiveStore", (original) => (self, ...rest) => {
        before.copy(self.stored);
        original(self, ...rest);
        self.stored.copy(before);
      });
    },
  },
  {
    name: "the originator takes a STORE for an ANSWER",
    rule: "An originator takes only an ANSWER; a card that is secondary and originator at once stores first",
    seeds: 50,
    apply: () => {
      const store = new StoreFields();
      lookAtEveryFrame();
      replaceMethod<CardInside>(Card, "dispatch", (original) => (self, source, frame) => {
        const { state } = self.context;
        const buffer = frame as FrameBuffer;
        const isOwn =
          buffer.bytes[OFFSET_TYPE] === FRAME_STORE &&
          decodeStore(buffer, store) &&
          store.originator === state.cardId;
        if (!isOwn) return original(self, source, frame);
        // A STORE is an ANSWER with the originator behind it.
        buffer.length -= 1;
        self.originator.receiveAnswer(state.accepted.secondary, buffer, false);
        return undefined;
      });
    },
  },
  {
    name: "request ids start at the same value after a boot",
    rule: "requestId starts at random at each boot of the card",
    seeds: 0,
    measure: () => measureReboots(1).violation,
    apply: () => {
      const started = new WeakSet<object>();
      replaceMethod<OriginatorInside>(Originator, "request", (original) => (self, ...rest) => {
        if (!started.has(self)) self.sequence = 4_711;
        started.add(self);
        return original(self, ...rest);
      });
    },
  },
  {
    name: "the numbers of a request outlive their view",
    rule: "A repeated request gets its numbers again in the view in which they were assigned, in no other",
    seeds: 600,
    apply: () => replaceMethod(AssignedBlocks, "endView", () => () => undefined),
  },
  {
    name: "a card forgets the blocks that it has answered",
    rule: "A block that its host asks for again gets its numbers again, and skips nothing",
    costsBound: true,
    seeds: 600,
    apply: () => replaceMethod(HostBlocks, "recall", () => () => false),
  },
  {
    name: "an answer's request id is not compared",
    rule: "The originator matches requestId; first answer wins, later ones are dropped",
    seeds: 300,
    apply: () => {
      const answer = new AnswerFields();
      replaceMethod<OriginatorInside>(Originator, "receiveAnswer", (original) => (self, source, frame) => {
        if (decodeAnswer(frame as FrameBuffer, answer)) {
          if (self.open.isOpen) self.open.requestId = answer.requestId | 0;
        }
        return original(self, source, frame);
      });
    },
  },
];
