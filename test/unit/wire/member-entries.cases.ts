import { MAX_MEMBERS } from "../../../firmware/wire/constants.js";
import {
  encodeMembers,
  endsWithMembers,
  MemberFields,
  packVotes,
  readMembers,
  votesBefore,
  votesNow,
} from "../../../firmware/wire/member-entries.js";
import { frameFrom, payloadOf, snapshot } from "../../support/layout.js";
import type { UnitCase } from "../../support/unit-case.js";

export const memberEntriesCases: readonly UnitCase[] = [
  {
    title: "votes of now and before share a byte",
    run(t) {
      for (let packed = 0; packed < 256; packed += 1) {
        t.is(packVotes(votesNow(packed), votesBefore(packed)), packed);
      }
      t.deepEqual([packVotes(1, 2), votesNow(0x21), votesBefore(0x21)], [0x21, 1, 2]);
    },
  },
  {
    title: "a list is the end of its frame, and the whole of it",
    run(t) {
      const fields = new MemberFields();
      fields.lastCardId = 9;
      fields.addMember(2, 0x11, 0xffff_fffe);
      fields.addMember(9, 0x01, 5);
      const frame = frameFrom("aabb");
      encodeMembers(frame, 2, fields);
      t.is(payloadOf(frame), "aabb0902" + "0211feffffff" + "090105000000");
      t.true(endsWithMembers(frame, 2));
      const read = new MemberFields();
      read.addMember(77, 0, 0);
      readMembers(frame, 2, read);
      t.is(snapshot(read), snapshot(fields));
      for (const length of [0, 2, 3, frame.length - 1, frame.length + 1]) {
        frame.length = length;
        t.false(endsWithMembers(frame, 2), `${length} bytes`);
      }
    },
  },
  {
    title: "none is a list, and eleven are not",
    run(t) {
      const none = frameFrom("0000");
      t.true(endsWithMembers(none, 0));
      t.true(endsWithMembers(frameFrom(`090a${"010100000000".repeat(MAX_MEMBERS)}`), 0));
      t.false(endsWithMembers(frameFrom(`090b${"010100000000".repeat(11)}`), 0));
    },
  },
];
