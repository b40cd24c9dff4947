import type { MemberList } from "../../../firmware/card/member-list.js";
import { Quorum } from "../../../firmware/card/quorum.js";
import { BEACONS_REMEMBERED } from "../../../firmware/wire/constants.js";
import { ACK_FLAG_COLD, BeaconAckFields } from "../../../firmware/wire/lease-frames.js";
import { toBigInt, uint64 } from "../../support/layout.js";
import { memberList } from "../../support/member-lists.js";
import type { Assertions, UnitCase } from "../../support/unit-case.js";

const NEVER = Number.NEGATIVE_INFINITY;
const SELF = 0;

/** A quorum and its members, card 0 of which is the primary. */
class Ballot {
  readonly quorum = new Quorum();
  readonly members: MemberList;

  /** @param before the votes before the list changed, where they differ. */
  constructor(votes: readonly number[], before = votes) {
    this.members = memberList(votes.map((now, index) => [index + 1, now, before[index]] as const));
  }

  beacon(atUs: number, ceiling = 0n): number {
    this.quorum.noteOwn(SELF, uint64(ceiling), this.members, atUs);
    return this.quorum.noteBeacon(atUs, SELF, this.members.count);
  }

  ack(index: number, sequence: number, nowUs: number, ceiling = 0n, flags = 0): void {
    const ack = new BeaconAckFields();
    ack.sequence = sequence;
    ack.ceiling.copy(uint64(ceiling));
    ack.flags = flags;
    this.quorum.noteAck(index, ack, SELF, this.members, nowUs);
  }

  get ceiling(): bigint {
    return toBigInt(this.quorum.ceiling);
  }
}

function checkNothingGranted(t: Assertions, { quorum }: Ballot, why?: string): void {
  t.is(quorum.grantedFromUs, NEVER, why);
  t.true(quorum.ceiling.isZero(), why);
}

export const quorumCases: readonly UnitCase[] = [
  {
    title: "grants nothing before anybody has acknowledged",
    run(t) {
      const ballot = new Ballot([1, 1, 1]);
      checkNothingGranted(t, ballot);
      ballot.beacon(100, 500n);
      checkNothingGranted(t, ballot, "one card's word is not a quorum's");
      t.false(ballot.quorum.hears(1, NEVER));
    },
  },
  {
    title:
      "one of two others is enough in a fabric of three: from when the beacon was sent, not when the answer came",
    run(t) {
      const ballot = new Ballot([1, 1, 1]);
      const sequence = ballot.beacon(100, 500n);
      ballot.ack(1, sequence, 130, 500n);
      t.is(ballot.quorum.grantedFromUs, 100);
      t.is(ballot.ceiling, 500n);
      ballot.ack(2, sequence, 140, 500n);
      t.is(ballot.quorum.grantedFromUs, 100);
    },
  },
  {
    title: "half of the votes is no quorum",
    run(t) {
      const even = new Ballot([1, 1, 1, 1]);
      const sequence = even.beacon(100, 500n);
      even.ack(1, sequence, 130, 500n);
      checkNothingGranted(t, even);
      even.ack(2, sequence, 140, 500n);
      t.is(even.quorum.grantedFromUs, 100);
      t.is(even.ceiling, 500n);
    },
  },
  {
    title: "votes are counted, not cards",
    run(t) {
      const alone = new Ballot([2, 1]);
      alone.beacon(100, 500n);
      t.is(alone.quorum.grantedFromUs, 100, "two of three votes are the primary's own");
      t.is(alone.ceiling, 500n);
      const heavy = new Ballot([1, 1, 1, 4]);
      const sequence = heavy.beacon(100, 500n);
      heavy.ack(1, sequence, 110, 500n);
      heavy.ack(2, sequence, 110, 500n);
      checkNothingGranted(t, heavy, "three of seven votes");
      heavy.ack(3, sequence, 110, 500n);
      t.is(heavy.quorum.grantedFromUs, 100);
    },
  },
  {
    title: "in a joint list nothing goes without a quorum of either kind of votes",
    run(t) {
      const ballot = new Ballot([1, 1, 0, 1], [1, 1, 1, 0]);
      const sequence = ballot.beacon(100, 500n);
      ballot.ack(3, sequence, 110, 500n);
      checkNothingGranted(t, ballot, "two of three now, one of three before");
      ballot.ack(2, sequence, 120, 500n);
      t.is(ballot.quorum.grantedFromUs, 100);
      t.is(ballot.ceiling, 500n);
      const other = new Ballot([1, 0, 0, 1, 1], [1, 1, 1, 0, 0]);
      const again = other.beacon(100, 500n);
      other.ack(1, again, 110, 500n);
      other.ack(2, again, 110, 500n);
      checkNothingGranted(t, other, "all before, one of three now");
    },
  },
  {
    title: "in a fabric of five the grant is as old as the third newest word",
    run(t) {
      const ballot = new Ballot([1, 1, 1, 1, 1]);
      const first = ballot.beacon(100);
      const second = ballot.beacon(200);
      ballot.ack(1, second, 210);
      t.is(ballot.quorum.grantedFromUs, NEVER);
      ballot.ack(2, first, 220);
      t.is(ballot.quorum.grantedFromUs, 100);
      ballot.ack(3, second, 230);
      t.is(ballot.quorum.grantedFromUs, 200);
    },
  },
  {
    title: "the ceiling of a quorum is what more than half have, whatever one card says",
    run(t) {
      const ballot = new Ballot([1, 1, 1, 1, 1]);
      const sequence = ballot.beacon(100, 500n);
      ballot.ack(1, sequence, 110, 900n);
      ballot.ack(2, sequence, 110, 300n);
      t.is(ballot.ceiling, 300n);
      ballot.ack(3, sequence, 110, 500n);
      t.is(ballot.ceiling, 500n);
      ballot.ack(4, sequence, 110, 900n);
      t.is(ballot.ceiling, 500n);
      ballot.ack(2, sequence, 110, 900n);
      t.is(ballot.ceiling, 900n, "three of five have it, though the primary itself does not");
      ballot.ack(2, sequence, 110, 100n);
      t.is(ballot.ceiling, 900n, "an older word does not lower it");
    },
  },
  {
    title: "ceilings compare exactly above 2^53",
    run(t) {
      const ballot = new Ballot([1, 1, 1]);
      const sequence = ballot.beacon(100, 2n ** 62n + 1n);
      ballot.ack(1, sequence, 110, 2n ** 62n);
      t.is(ballot.ceiling, 2n ** 62n);
    },
  },
  {
    title: "an old word never makes the grant older, and takes nothing back",
    run(t) {
      const ballot = new Ballot([1, 1, 1]);
      const first = ballot.beacon(100);
      const second = ballot.beacon(200);
      ballot.ack(1, second, 210);
      ballot.ack(1, first, 220);
      ballot.ack(2, first, 230);
      t.is(ballot.quorum.grantedFromUs, 200);
      t.true(ballot.quorum.hears(1, 199));
      t.false(ballot.quorum.hears(1, 200));
    },
  },
  {
    title: "words about beacons that are forgotten, or were never sent, do nothing",
    run(t) {
      const ballot = new Ballot([1, 1, 1]);
      const first = ballot.beacon(100, 500n);
      for (const sequence of [0, first - 1, first + 1, first + 2, 0xffff_ffff, first - BEACONS_REMEMBERED]) {
        ballot.ack(1, sequence >>> 0, 110, 500n, ACK_FLAG_COLD);
        checkNothingGranted(t, ballot, `sequence ${sequence}`);
      }
      for (let sent = 1; sent < BEACONS_REMEMBERED; sent += 1) ballot.beacon(100 + sent, 500n);
      const oldest = new Ballot([1, 1, 1]);
      const remembered = oldest.beacon(100, 500n);
      for (let sent = 1; sent < BEACONS_REMEMBERED; sent += 1) oldest.beacon(100 + sent, 500n);
      oldest.ack(1, remembered, 120, 500n);
      t.is(oldest.quorum.grantedFromUs, 100, "the oldest one that is remembered counts");
      ballot.beacon(200, 500n);
      ballot.ack(1, first, 210, 500n);
      checkNothingGranted(t, ballot, "forgotten");
      ballot.ack(1, first + 1, 220, 500n);
      t.is(ballot.quorum.grantedFromUs, 101, "none of them has made the member cold or silent");
      t.true(ballot.quorum.hears(1, 100));
    },
  },
  {
    title: "sequence numbers wrap at 2^32 and nobody notices",
    run(t) {
      const ballot = new Ballot([1, 1, 1]);
      let wrapped = false;
      let previous = ballot.beacon(0);
      for (let atUs = 1; atUs <= 2000; atUs += 1) {
        const sequence = ballot.beacon(atUs);
        if (sequence === 0) wrapped = true;
        else t.is(sequence, previous + 1);
        if (sequence > 0xffff_ffff) t.fail("more than 32 bits");
        ballot.ack(1, sequence, atUs);
        if (ballot.quorum.grantedFromUs !== atUs) t.fail(`not granted at sequence ${sequence}`);
        previous = sequence;
      }
      t.true(wrapped, "each view passes the wrap, so that no year-old one is the first to");
    },
  },
  {
    title: "a member that was cold stays cold in this view, even where a warm word comes later",
    run(t) {
      const ballot = new Ballot([1, 1, 1]);
      const first = ballot.beacon(100, 500n);
      const second = ballot.beacon(200, 500n);
      ballot.ack(1, second, 210, 500n, ACK_FLAG_COLD);
      t.is(ballot.quorum.grantedFromUs, 200, "a cold member grants and keeps ceilings like any other");
      t.is(ballot.ceiling, 500n);
      t.false(ballot.quorum.hears(1, 0));
      ballot.ack(1, first, 220, 500n);
      ballot.ack(1, second, 230, 500n);
      t.false(ballot.quorum.hears(1, 0), "these were said before, and were late");
    },
  },
  {
    title: "a reset forgets all",
    run(t) {
      const ballot = new Ballot([1, 1, 1]);
      const sequence = ballot.beacon(100, 500n);
      ballot.ack(1, sequence, 110, 500n, ACK_FLAG_COLD);
      ballot.quorum.reset();
      checkNothingGranted(t, ballot);
      ballot.ack(1, sequence, 120, 500n);
      checkNothingGranted(t, ballot, "a word about a beacon of the view before");
      const next = ballot.beacon(300, 400n);
      t.is(next, sequence);
      ballot.ack(1, next, 310, 400n);
      t.is(ballot.quorum.grantedFromUs, 300);
      t.is(ballot.ceiling, 400n);
      t.true(ballot.quorum.hears(1, 299), "warm again");
    },
  },
];
