import type { CardContext } from "../../firmware/card/card-context.js";
import { Lease } from "../../firmware/card/lease.js";
import { Member } from "../../firmware/card/member.js";
import type { MemberList } from "../../firmware/card/member-list.js";
import { MemberList as MemberListClass } from "../../firmware/card/member-list.js";
import { Primary } from "../../firmware/card/primary.js";
import { Promiser } from "../../firmware/card/promiser.js";
import { Quorum } from "../../firmware/card/quorum.js";
import { SilenceWatch } from "../../firmware/card/silence-watch.js";
import { coordinatorOf } from "../../firmware/card/view.js";
import { BEACONS_REMEMBERED } from "../../firmware/wire/constants.js";
import type { BeaconAckFields } from "../../firmware/wire/lease-frames.js";
import { NUMBER_LIMIT, type Uint64 } from "../../firmware/wire/uint64.js";
import type { Mutation } from "./mutation.js";
import { during, replaceMethod } from "./replace-method.js";

const NEVER = Number.NEGATIVE_INFINITY;
/** By how much the watch is too eager where a mutation takes its patience away. */
const EAGER_US = 45_000;

/** How much too long the lease is where a mutation lets it outlast the grants. */
const OUTLASTS_US = 20_000;

interface LeaseInside {
  readonly context: CardContext;
  grantUs: number;
  readonly quorum: { grantedFromUs: number; readonly ceiling: Uint64 };
}

interface PrimaryInside {
  readonly lease: LeaseInside;
  readonly ceiling: Uint64;
}

interface PromiserInside {
  readonly context: CardContext;
  readonly member: { grantUntilUs: number };
}

interface QuorumInside {
  readonly ceiling: Uint64;
  readonly ceilings: readonly Uint64[];
  readonly sentUs: Float64Array;
}

interface WatchInside {
  readonly member: { lastSignUs: number };
}

interface MemberInside {
  readonly context: CardContext;
}

/** Lets every card start a change long before the lease is over, and all at the same time. */
function makeWatchEager(): void {
  replaceMethod(SilenceWatch, "rank", () => () => 0);
  replaceMethod<WatchInside>(
    SilenceWatch,
    "watchPrimary",
    (original) => (self) =>
      during(self.member, "lastSignUs", self.member.lastSignUs - EAGER_US, () => original(self)),
  );
}

/** What must not be seen: an eager watch alone breaks no promise, since every promise still waits for its grants. */
export const eagerWatch: Mutation = {
  name: "eager watch",
  rule: "none: a change may be tried at any time",
  seeds: 0,
  apply: makeWatchEager,
};

export const leaseMutations: readonly Mutation[] = [
  {
    name: "no lease",
    rule: "The primary may assign until (time it sent the newest beacon that a quorum has acknowledged) + LEASE - margin",
    seeds: 300,
    apply: () => {
      for (const method of ["assignState", "leaseLeftUs", "noteReady"]) {
        replaceMethod<LeaseInside>(Lease, method, (original) => (self) => {
          const granted = self.quorum.grantedFromUs === NEVER ? NEVER : Number.POSITIVE_INFINITY;
          return during(self.quorum, "grantedFromUs", granted, () => original(self));
        });
      }
    },
  },
  {
    name: "no wait after boot",
    rule: "A card refuses for one LEASE after its own boot",
    seeds: 600,
    apply: () =>
      replaceMethod<PromiserInside>(
        Promiser,
        "tryPromise",
        (original) => (self, view) => during(self.context, "bootUs", NEVER, () => original(self, view)),
      ),
  },
  {
    name: "grants bind nobody",
    rule: "A card refuses if a grant that it gave to any card other than v's coordinator still runs",
    seeds: 300,
    apply: () => {
      makeWatchEager();
      replaceMethod(Promiser, "grantsAnother", () => () => false);
    },
  },
  {
    name: "the coordinator's own promise skips its grant",
    rule: "The coordinator promises v itself by the rules of step 2",
    seeds: 1_500,
    apply: () => {
      // The watch waits for the lease anyway, which hides this: so its patience goes too. It alone does no harm.
      makeWatchEager();
      replaceMethod<PromiserInside>(
        Promiser,
        "tryPromise",
        (original) => (self, view) =>
          coordinatorOf(view as number) === self.context.cardId
            ? during(self.member, "grantUntilUs", NEVER, () => original(self, view))
            : original(self, view),
      );
    },
  },
  {
    name: "the lease counts from the acknowledgement",
    rule: "The lease counts from the time the primary sent the beacon",
    seeds: 1_000,
    apply: () => {
      // Every acknowledgement is counted in one place.
      replaceMethod(Quorum, "noteNewest", () => () => false);
      replaceMethod<QuorumInside>(
        Quorum,
        "noteAck",
        (original) => (self, index, ack, own, members, nowUs) => {
          self.sentUs[(ack as BeaconAckFields).sequence % BEACONS_REMEMBERED] = nowUs as number;
          return original(self, index, ack, own, members, nowUs);
        },
      );
    },
  },
  {
    name: "the lease outlasts the grants",
    rule: "The primary's LEASE - margin ends before the LEASE of those who granted it, on whatever clock",
    // A few milliseconds alone would not show: a coordinator that hears neither holder waits longer than that to choose.
    seeds: 300,
    apply: () => {
      for (const method of ["assignState", "leaseLeftUs", "noteReady"]) {
        replaceMethod<LeaseInside>(Lease, method, (original) => (self) => {
          const grantUs = self.context.timing.leaseUs + OUTLASTS_US;
          return during(self, "grantUs", grantUs, () => original(self));
        });
      }
    },
  },
  {
    name: "half is a quorum",
    rule: "quorum: cards holding more than half of the configured votes",
    seeds: 50,
    apply: () =>
      replaceMethod<MemberList>(MemberListClass, "isQuorum", () => (self, mask) => {
        let now = 0;
        let all = 0;
        for (let index = 0; index < self.count; index += 1) {
          all += self.votesAt(index);
          if (((mask as number) & (1 << index)) !== 0) now += self.votesAt(index);
        }
        return now > 0 && 2 * now >= all - 1;
      }),
  },
  {
    name: "one card's ceiling counts for a quorum's",
    rule: "It may assign up to the highest ceiling that a quorum has acknowledged, never one card's",
    seeds: 2_000,
    apply: () =>
      replaceMethod<QuorumInside>(Quorum, "count", (original) => (self, ...rest) => {
        original(self, ...rest);
        for (const ceiling of self.ceilings) self.ceiling.raiseTo(ceiling);
      }),
  },
  {
    name: "the primary assigns above the ceiling",
    rule: "The primary assigns only if the whole block lies below the acknowledged ceiling",
    seeds: 2_000,
    apply: () =>
      replaceMethod<PrimaryInside>(
        Primary,
        "serve",
        (original) =>
          (self, ...rest) =>
            during(self, "ceiling", NUMBER_LIMIT, () => original(self, ...rest)),
      ),
  },
  {
    name: "a ceiling is acknowledged before it is in flash",
    rule: "A card writes the ceiling to flash, then answers BEACON_ACK",
    seeds: 300,
    apply: () =>
      replaceMethod<MemberInside & { beacon: { view: number } }>(
        Member,
        "follow",
        (original) => (self) =>
          self.beacon.view === self.context.state.accepted.number
            ? during(
                self.context,
                "save",
                () => true,
                () => original(self),
              )
            : original(self),
      ),
  },
];
