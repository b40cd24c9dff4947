import { Card } from "../../firmware/card/card.js";
import { CardContext } from "../../firmware/card/card-context.js";
import { Coordinator } from "../../firmware/card/coordinator.js";
import { Member } from "../../firmware/card/member.js";
import { Promiser } from "../../firmware/card/promiser.js";
import { Promises } from "../../firmware/card/promises.js";
import type { View } from "../../firmware/card/view.js";
import type { FrameBuffer } from "../../firmware/wire/frame-buffer.js";
import { FRAME_BEACON, OFFSET_TYPE } from "../../firmware/wire/frame-types.js";
import { BeaconFields, decodeBeacon } from "../../firmware/wire/lease-frames.js";
import type { Uint64 } from "../../firmware/wire/uint64.js";
import { AcceptFields, decodeAccept, decodePromise, PromiseFields } from "../../firmware/wire/view-frames.js";
import type { Mutation } from "./mutation.js";
import { during, lookAtEveryFrame, replaceMethod } from "./replace-method.js";

interface Inside {
  readonly context: CardContext;
}

interface CardInside extends Inside {
  beginView(): void;
}

interface PromisesInside {
  readonly lastView: View;
}

interface PromiserInside extends Inside {
  onViewAccepted(): void;
}

interface CoordinatorInside extends Inside {
  readonly promises: Promises;
  readonly view: number;
  readonly chosen: boolean;
  choose(): void;
}

const beacon = new BeaconFields();

/** Whether a frame is a beacon of the view that the card has accepted. */
function isBeaconOf({ state }: CardContext, frame: FrameBuffer): boolean {
  const isBeacon = frame.bytes[OFFSET_TYPE] === FRAME_BEACON && decodeBeacon(frame, beacon);
  return isBeacon && beacon.view === state.accepted.number;
}

export const viewMutations: readonly Mutation[] = [
  {
    name: "base from the accepted view alone",
    rule: "The new base is A's secondary's stored, else its primary's next, else the highest ceiling",
    seeds: 50,
    apply: () =>
      replaceMethod<PromisesInside>(
        Promises,
        "chooseBase",
        () => (self, base) => (base as Uint64).copy(self.lastView.base),
      ),
  },
  {
    name: "the base ignores the warm tail",
    rule: "It is warm: max(A.base, stored), max(A.base, next)",
    seeds: 50,
    apply: () =>
      replaceMethod<PromisesInside>(
        Promises,
        "baseFrom",
        () => (self, _index, base) => (base as Uint64).copy(self.lastView.base),
      ),
  },
  {
    name: "the base is the highest tail, where none is known too",
    rule: "Otherwise (absent or cold, both): the highest ceiling among the promises",
    seeds: 50,
    apply: () =>
      replaceMethod<PromisesInside & { highestCeiling: Uint64 }>(
        Promises,
        "chooseBase",
        (original) =>
          (self, ...rest) =>
            during(self, "highestCeiling", self.lastView.base, () => original(self, ...rest)),
      ),
  },
  {
    name: "memory is trusted after a reboot",
    rule: "A card that reboots inside a view is cold in it until the next view",
    seeds: 50,
    apply: () =>
      replaceMethod<Inside>(
        Promiser,
        "fillPromise",
        (original) =>
          (self, ...rest) =>
            during(self.context, "cold", false, () => original(self, ...rest)),
      ),
  },
  {
    name: "a restarted card acts as if it had not been",
    rule: "A cold primary assigns nothing, a cold secondary's stored is unknown",
    seeds: 50,
    apply: () =>
      replaceMethod<CardInside>(Card, "start", (original) => (self, nowUs) => {
        original(self, nowUs);
        if (self.context.cold) self.beginView();
      }),
  },
  {
    name: "a repeated ACCEPT resets memory",
    rule: "An ACCEPT of the view already accepted changes no RAM state",
    seeds: 300,
    apply: () => {
      const accept = new AcceptFields();
      replaceMethod<PromiserInside>(Promiser, "receiveAccept", (original) => (self, source, frame) => {
        const { state } = self.context;
        if (decodeAccept(frame as FrameBuffer, accept) && accept.view === state.accepted.number)
          self.onViewAccepted();
        return original(self, source, frame);
      });
    },
  },
  {
    name: "a repeated beacon resets memory",
    rule: "A beacon of the view already accepted changes no RAM state",
    seeds: 50,
    apply: () => {
      lookAtEveryFrame();
      replaceMethod<CardInside>(Card, "dispatch", (original) => (self, source, frame) => {
        if (isBeaconOf(self.context, frame as FrameBuffer)) self.beginView();
        return original(self, source, frame);
      });
    },
  },
  {
    name: "a beacon makes a cold card warm",
    rule: "A beacon of the view already accepted never makes a cold card warm",
    seeds: 300,
    apply: () => {
      lookAtEveryFrame();
      replaceMethod<CardInside>(Card, "dispatch", (original) => (self, source, frame) => {
        if (self.context.cold && isBeaconOf(self.context, frame as FrameBuffer)) self.beginView();
        return original(self, source, frame);
      });
    },
  },
  {
    name: "a promise is answered before it is in flash",
    rule: "Writes the promise to flash, and answers PROMISE",
    seeds: 3_000,
    apply: () =>
      replaceMethod<Inside>(
        Promiser,
        "tryPromise",
        (original) =>
          (self, ...rest) =>
            during(
              self.context,
              "save",
              () => {
                self.context.review();
                return true;
              },
              () => original(self, ...rest),
            ),
      ),
  },
  {
    name: "acts in a view below its promise",
    rule: "A card acts in a view only while that view is both its accepted and its promised view",
    seeds: 600,
    apply: () =>
      replaceMethod<CardContext>(
        CardContext,
        "actsIn",
        () => (self, view) => view === self.state.accepted.number,
      ),
  },
  {
    name: "follows a beacon below its promise",
    rule: "Nothing below promised is ever accepted (beacon)",
    seeds: 2_500,
    apply: () =>
      replaceMethod<Inside>(Member, "isCredible", (original) => (self, ...rest) => {
        const { state } = self.context;
        return during(state, "promised", state.accepted.number, () => original(self, ...rest));
      }),
  },
  {
    name: "accepts below its promise",
    rule: "Nothing below promised is ever accepted (ACCEPT)",
    seeds: 6_000,
    apply: () => {
      const accept = new AcceptFields();
      replaceMethod<Inside>(Promiser, "receiveAccept", (original) => (self, source, frame) => {
        const { state } = self.context;
        if (decodeAccept(frame as FrameBuffer, accept) && accept.view > state.accepted.number) {
          state.promised = Math.min(state.promised, accept.view);
        }
        return original(self, source, frame);
      });
    },
  },
  {
    name: "a view is chosen twice",
    rule: "It chooses, once for this v; ACCEPT never changes afterwards",
    seeds: 6_000,
    apply: () => {
      const promise = new PromiseFields();
      replaceMethod<CoordinatorInside>(Coordinator, "receivePromise", (original) => (self, source, frame) => {
        const { members, promised } = self.context.state;
        const index = members.indexOf(source as number);
        if (
          self.chosen &&
          promised === self.view &&
          decodePromise(frame as FrameBuffer, promise) &&
          promise.view === self.view &&
          !self.promises.has(index)
        ) {
          self.promises.add(index, promise);
          self.choose();
          return undefined;
        }
        return original(self, source, frame);
      });
    },
  },
  {
    name: "who has promised more is left outside",
    rule: "A primary whom a member outbids leads a new view above that, for the member follows no lower one any more",
    costsLife: true,
    seeds: 50,
    apply: () => replaceMethod(Coordinator, "isOutbid", () => () => false),
  },
  {
    name: "what was found about a frame outlives what it was checked against",
    rule: "A card acts in a view only while that is both its accepted and its promised view: so each write begins an epoch",
    seeds: 50,
    costsLife: true,
    apply: () =>
      replaceMethod<CardContext>(CardContext, "review", (original) => (self) => {
        const { epoch, readyUntilUs } = self;
        original(self);
        if (self.state.promised === 0) return;
        self.epoch = epoch;
        self.readyUntilUs = readyUntilUs;
      }),
  },
  {
    name: "what cables know outlives the epoch in which it was found",
    rule: "A card stores and acknowledges only in its view: so each epoch has every frame looked at anew",
    seeds: 600,
    apply: () => replaceMethod(CardContext, "expectNothing", () => () => undefined),
  },
];
