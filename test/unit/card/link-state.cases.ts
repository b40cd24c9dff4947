import { LinkState } from "../../../firmware/card/link-state.js";
import type { MemberList } from "../../../firmware/card/member-list.js";
import { UNREACHABLE_COST } from "../../../firmware/wire/constants.js";
import { FrameBuffer } from "../../../firmware/wire/frame-buffer.js";
import { encodeHello, HelloFields } from "../../../firmware/wire/hello-frame.js";
import { LINK_ALIVE, LINK_DEAD, LINK_STALE } from "../../../firmware/wire/host-status-frames.js";
import { memberList } from "../../support/member-lists.js";
import { TestCable } from "../../support/test-cable.js";
import type { UnitCase } from "../../support/unit-case.js";

const SELF = 1;
const STALE_US = 75;
const DEAD_US = 250;

function members(): MemberList {
  return memberList([
    [1, 1],
    [2, 1],
    [3, 1],
  ]);
}

function hello(heard = SELF, routes: readonly [number, number, number][] = []): HelloFields {
  const fields = new HelloFields();
  fields.heard = heard;
  fields.membersChecksum = members().checksum;
  for (const [card, cost, path] of routes) fields.addRoute(card, cost, path);
  return fields;
}

export const linkStateCases: readonly UnitCase[] = [
  {
    title: "a cable is dead until the first hello, and time alone changes nothing",
    run(t) {
      const link = new LinkState(new TestCable());
      t.is(link.state, LINK_DEAD);
      t.is(link.neighbour, 0);
      t.false(link.age(1_000_000, STALE_US, DEAD_US));
      t.is(link.state, LINK_DEAD);
    },
  },
  {
    title: "is alive where both ends hear each other, stale where only this one does",
    run(t) {
      const link = new LinkState(new TestCable());
      t.true(link.hear(2, hello(0), SELF, members(), 10));
      t.is(link.state, LINK_STALE);
      t.false(link.heardBack);
      t.true(link.hear(2, hello(SELF), SELF, members(), 20));
      t.is(link.state, LINK_ALIVE);
      t.true(link.heardBack);
      t.is(link.neighbour, 2);
      t.is(link.lastHeardUs, 20);
      t.true(link.hear(2, hello(3), SELF, members(), 30), "the other end hears somebody else");
      t.is(link.state, LINK_STALE);
    },
  },
  {
    title: "the same hello again is no news",
    run(t) {
      const link = new LinkState(new TestCable());
      const say = hello(SELF, [[3, 1, 0b110]]);
      t.true(link.hear(2, say, SELF, members(), 10));
      t.false(link.hear(2, say, SELF, members(), 20));
      t.is(link.lastHeardUs, 20);
    },
  },
  {
    title: "another neighbour, another cost and another path are news",
    run(t) {
      const link = new LinkState(new TestCable());
      link.hear(2, hello(SELF, [[3, 1, 0b110]]), SELF, members(), 10);
      t.true(link.hear(2, hello(SELF, [[3, 2, 0b110]]), SELF, members(), 20));
      t.true(link.hear(2, hello(SELF, [[3, 2, 0b111]]), SELF, members(), 30));
      t.true(link.hear(3, hello(SELF, [[3, 2, 0b111]]), SELF, members(), 40));
      t.is(link.neighbour, 3);
      t.deepEqual([link.costs[2], link.paths[2]], [2, 0b111]);
      t.true(link.hear(3, hello(SELF), SELF, members(), 50), "a way has gone");
      t.deepEqual([link.costs[2], link.paths[2]], [UNREACHABLE_COST, 0]);
    },
  },
  {
    title: "ways of another member list, and to cards of none, are not taken",
    run(t) {
      const link = new LinkState(new TestCable());
      const other = hello(SELF, [[3, 1, 0b110]]);
      other.membersChecksum += 1;
      link.hear(2, other, SELF, members(), 10);
      t.is(link.state, LINK_ALIVE);
      t.is(link.costs[2], UNREACHABLE_COST);
      link.hear(2, hello(SELF, [[9, 1, 0b110]]), SELF, members(), 20);
      t.true(link.costs.every((cost) => cost === UNREACHABLE_COST));
    },
  },
  {
    title: "ways count in the order of the list, and each card's once",
    run(t) {
      const link = new LinkState(new TestCable());
      link.hear(
        2,
        hello(SELF, [
          [1, 5, 0b011],
          [2, 1, 0b010],
          [3, 2, 0b110],
        ]),
        SELF,
        members(),
        10,
      );
      t.deepEqual([...link.costs.subarray(0, 3)], [5, 1, 2]);
      t.deepEqual([...link.paths.subarray(0, 3)], [0b011, 0b010, 0b110]);
      link.hear(
        2,
        hello(SELF, [
          [3, 2, 0b110],
          [1, 5, 0b011],
        ]),
        SELF,
        members(),
        20,
      );
      t.deepEqual([...link.costs.subarray(0, 3)], [UNREACHABLE_COST, UNREACHABLE_COST, 2]);
      link.hear(
        2,
        hello(SELF, [
          [3, 2, 0b110],
          [3, 4, 0b110],
        ]),
        SELF,
        members(),
        30,
      );
      t.is(link.costs[2], 2);
    },
  },
  {
    title: "turns stale, then dead, each at its time and once",
    run(t) {
      const link = new LinkState(new TestCable());
      link.hear(2, hello(SELF, [[3, 1, 0b110]]), SELF, members(), 1000);
      t.false(link.age(1000 + STALE_US - 1, STALE_US, DEAD_US));
      t.is(link.state, LINK_ALIVE);
      t.true(link.age(1000 + STALE_US, STALE_US, DEAD_US));
      t.is(link.state, LINK_STALE);
      t.false(link.age(1000 + DEAD_US - 1, STALE_US, DEAD_US));
      t.is(link.costs[2], 1, "a stale cable still leads there");
      t.true(link.age(1000 + DEAD_US, STALE_US, DEAD_US));
      t.is(link.state, LINK_DEAD);
      t.is(link.costs[2], UNREACHABLE_COST);
      t.false(link.heardBack);
      t.false(link.age(1000 + 9 * DEAD_US, STALE_US, DEAD_US));
    },
  },
  {
    title: "dies even where nobody looked while it was stale",
    run(t) {
      const link = new LinkState(new TestCable());
      link.hear(2, hello(SELF), SELF, members(), 0);
      t.true(link.age(DEAD_US, STALE_US, DEAD_US));
      t.is(link.state, LINK_DEAD);
      t.true(link.hear(2, hello(SELF), SELF, members(), 2 * DEAD_US), "and comes back");
      t.is(link.state, LINK_ALIVE);
    },
  },
  {
    title: "a neighbour that is no member any more is forgotten with all that it told",
    run(t) {
      const link = new LinkState(new TestCable());
      link.hear(2, hello(SELF, [[3, 1, 0b110]]), SELF, members(), 10);
      link.framesIn = 7;
      const others = memberList([
        [1, 1],
        [3, 1],
      ]);
      link.remap(members(), others);
      t.is(link.state, LINK_DEAD);
      t.is(link.neighbour, 0);
      t.deepEqual([link.costs[0], link.costs[1]], [UNREACHABLE_COST, UNREACHABLE_COST]);
      t.is(link.framesIn, 7, "what was counted stays");
    },
  },
  {
    title: "what the cable expects holds no longer than the cable is alive, and its neighbour a member",
    run(t) {
      const cable = new TestCable();
      const link = new LinkState(cable);
      const frame = new FrameBuffer();
      encodeHello(frame, hello());
      const changes: readonly (() => void)[] = [
        () => link.age(10 + STALE_US, STALE_US, DEAD_US),
        () => link.age(10 + DEAD_US, STALE_US, DEAD_US),
        () => link.forget(),
        () => link.remap(members(), members()),
      ];
      for (const change of changes) {
        link.hear(2, hello(), SELF, members(), 10);
        cable.expect(frame);
        link.age(10 + STALE_US - 1, STALE_US, DEAD_US);
        t.true(cable.expected.takes(frame, 10));
        change();
        t.false(cable.expected.takes(frame, 10));
      }
    },
  },
];
