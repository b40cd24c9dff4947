/** Payloads that a card must drop, each with the counter that must rise. Written by hand. */
interface RejectedSource {
  readonly name: string;
  readonly from: "link" | "host";
  readonly payload: string;
  readonly counter: string;
}

const LINK_HEADER = "01 02 01 02 10 07000000";
/** Cards 1 to 3, of one vote each, initialised as 1, 3 and 2. */
const LIST = "03 03  01 11 01000000  02 11 03000000  03 11 02000000";
const REQUEST_BODY = "2a000000 6400";

export const REJECTED_PAYLOADS: readonly RejectedSource[] = [
  {
    name: "version 2",
    from: "link",
    payload: `02 02 01 02 10 07000000 ${REQUEST_BODY}`,
    counter: "dropVersion",
  },
  {
    name: "version 0",
    from: "link",
    payload: `00 02 01 02 10 07000000 ${REQUEST_BODY}`,
    counter: "dropVersion",
  },
  { name: "one byte", from: "link", payload: "01", counter: "dropLength" },
  {
    name: "a header that lacks its last byte",
    from: "link",
    payload: "01 02 01 02 10 070000",
    counter: "dropLength",
  },
  { name: "a header without a body", from: "link", payload: LINK_HEADER, counter: "dropLength" },
  { name: "a byte too few", from: "link", payload: `${LINK_HEADER} 2a000000 64`, counter: "dropLength" },
  {
    name: "a byte too many",
    from: "link",
    payload: `${LINK_HEADER} ${REQUEST_BODY} 00`,
    counter: "dropLength",
  },
  {
    name: "a hello that promises one route more than it has",
    from: "link",
    payload: "01 01 01 ff 01 07000000 02 00000000 02 01 00 0100",
    counter: "dropLength",
  },
  {
    name: "a hello with eleven routes",
    from: "link",
    payload: `01 01 01 ff 01 07000000 02 00000000 0b ${"01000100".repeat(11)}`,
    counter: "dropLength",
  },
  {
    name: "an unknown type",
    from: "link",
    payload: `01 3f 01 02 10 07000000 ${REQUEST_BODY}`,
    counter: "dropType",
  },
  { name: "type 0", from: "link", payload: `01 00 01 02 10 07000000 ${REQUEST_BODY}`, counter: "dropType" },
  {
    name: "a host's frame on a cable",
    from: "link",
    payload: "01 41 01 02 10 07000000",
    counter: "dropType",
  },
  {
    name: "a request to the other end of the cable",
    from: "link",
    payload: `01 02 01 ff 01 07000000 ${REQUEST_BODY}`,
    counter: "dropType",
  },
  {
    name: "another fabric",
    from: "link",
    payload: `01 02 01 02 10 08000000 ${REQUEST_BODY}`,
    counter: "dropFabric",
  },
  {
    name: "a stranger",
    from: "link",
    payload: `01 02 04 02 10 07000000 ${REQUEST_BODY}`,
    counter: "dropSource",
  },
  {
    name: "source 0",
    from: "link",
    payload: `01 02 00 02 10 07000000 ${REQUEST_BODY}`,
    counter: "dropSource",
  },
  {
    name: "the card itself",
    from: "link",
    payload: `01 02 02 02 10 07000000 ${REQUEST_BODY}`,
    counter: "dropSource",
  },
  {
    name: "to a stranger",
    from: "link",
    payload: `01 02 01 04 10 07000000 ${REQUEST_BODY}`,
    counter: "dropDestination",
  },
  {
    name: "to card 0",
    from: "link",
    payload: `01 02 01 00 10 07000000 ${REQUEST_BODY}`,
    counter: "dropDestination",
  },
  {
    name: "no hop left",
    from: "link",
    payload: `01 02 01 03 01 07000000 ${REQUEST_BODY}`,
    counter: "dropHops",
  },
  {
    name: "hop count 0",
    from: "link",
    payload: `01 02 01 03 00 07000000 ${REQUEST_BODY}`,
    counter: "dropHops",
  },
  {
    name: "more hops than members",
    from: "link",
    payload: `01 02 01 03 11 07000000 ${REQUEST_BODY}`,
    counter: "dropHops",
  },
  {
    name: "no way there",
    from: "link",
    payload: `01 02 01 03 10 07000000 ${REQUEST_BODY}`,
    counter: "dropNoRoute",
  },
  {
    name: "a beacon that is not its primary's",
    from: "link",
    payload: "01 06 03 02 10 07000000 0101000000 01000000 0100010000000000 10 00",
    counter: "dropRole",
  },
  {
    name: "a beacon with a window out of range",
    from: "link",
    payload: "01 06 01 02 10 07000000 0101000000 01000000 0100010000000000 1f 00",
    counter: "dropRole",
  },
  {
    name: "a beacon of an older view",
    from: "link",
    payload: "01 06 01 02 10 07000000 0100000000 01000000 0100010000000000 10 00",
    counter: "dropRole",
  },
  {
    name: "an acknowledgement to a card that is not primary",
    from: "link",
    payload: "01 07 01 02 10 07000000 0101000000 01000000 0100010000000000 00",
    counter: "dropRole",
  },
  {
    name: "a store in another view",
    from: "link",
    payload: "01 03 01 02 10 07000000 0102000000 2a000000 0100000000000000 0100 01",
    counter: "storesRefused",
  },
  {
    name: "a store that is not the primary's",
    from: "link",
    payload: "01 03 03 02 10 07000000 0101000000 2a000000 0100000000000000 0100 01",
    counter: "storesRefused",
  },
  {
    name: "a store of no number",
    from: "link",
    payload: "01 03 01 02 10 07000000 0101000000 2a000000 0100000000000000 0000 01",
    counter: "storesRefused",
  },
  {
    name: "a store beyond the last number",
    from: "link",
    payload: "01 03 01 02 10 07000000 0101000000 2a000000 ffffffffffffff7f 0200 01",
    counter: "storesRefused",
  },
  {
    name: "an answer of an older view that nobody waits for",
    from: "link",
    payload: "01 04 03 02 10 07000000 0100000000 2a000000 0100000000000000 0100",
    counter: "answersLate",
  },
  {
    name: "a prepare that is not its coordinator's",
    from: "link",
    payload: "01 08 01 02 10 07000000 0302000000",
    counter: "dropRole",
  },
  {
    name: "an accept with a stranger for primary",
    from: "link",
    payload: `01 0b 03 02 10 07000000 0302000000 04 03 0100000000000000 0100010000000000 10 ${LIST}`,
    counter: "dropRole",
  },
  {
    name: "an accept with a base above its ceiling",
    from: "link",
    payload: `01 0b 03 02 10 07000000 0302000000 02 03 0200010000000000 0100010000000000 10 ${LIST}`,
    counter: "dropRole",
  },
  {
    name: "an accept with a ceiling beyond the numbers",
    from: "link",
    payload: `01 0b 03 02 10 07000000 0302000000 02 03 0100000000000000 0100000000000080 10 ${LIST}`,
    counter: "dropRole",
  },
  {
    name: "an accept with a window too small",
    from: "link",
    payload: `01 0b 03 02 10 07000000 0302000000 02 03 0100000000000000 0100010000000000 0f ${LIST}`,
    counter: "dropRole",
  },
  {
    name: "an accept with a window too large",
    from: "link",
    payload: `01 0b 03 02 10 07000000 0302000000 02 03 0100000000000000 0100010000000000 1f ${LIST}`,
    counter: "dropRole",
  },
  {
    name: "an accept whose source is not in its list",
    from: "link",
    payload: `01 0b 04 02 10 07000000 0402000000 02 03 0100000000000000 0100010000000000 10 ${LIST}`,
    counter: "dropRole",
  },
  {
    name: "an accept with a secondary without a vote",
    from: "link",
    payload:
      "01 0b 03 02 10 07000000 0302000000 02 03 0100000000000000 0100010000000000 10 03 03 01 11 01000000 02 11 03000000 03 10 02000000",
    counter: "dropRole",
  },
  {
    name: "an accept whose list has a card more than it says",
    from: "link",
    payload: `01 0b 03 02 10 07000000 0302000000 02 03 0100000000000000 0100010000000000 10 ${LIST} 04 11 04000000`,
    counter: "dropLength",
  },
  {
    name: "a join, too short",
    from: "link",
    payload: "01 0e 03 02 10 07000000 02000000 00000000 00000000",
    counter: "dropLength",
  },
  {
    name: "a promise that nobody asked for",
    from: "link",
    payload: `01 09 03 02 10 07000000 0202000000 0101000000 01 02 0100000000000000 0100010000000000 10 0000000000000000 00 ${LIST}`,
    counter: "promisesLate",
  },
  {
    name: "a prepare, too short",
    from: "link",
    payload: "01 08 03 02 10 07000000 03020000",
    counter: "dropLength",
  },
  {
    name: "a plan with a byte too many",
    from: "link",
    payload: "01 0c 03 02 10 07000000 2a000000 01 00 00 0100000000000000 00 00 00000000 00",
    counter: "dropLength",
  },
  {
    name: "a host's plan, too short",
    from: "host",
    payload: "01 45 05000000 2a000000 01 00 00 0100000000000000 00 00 000000",
    counter: "dropLength",
  },
  {
    name: "a query, too short",
    from: "link",
    payload: "01 0f 03 02 10 07000000 2a0000",
    counter: "dropLength",
  },
  {
    name: "a report whose link is missing",
    from: "link",
    payload:
      "01 10 03 02 10 07000000 2a000000 00 03 0102030405060708 00010000 00 00 0101000000 0101000000 01 02" +
      "0100010000000000 0000000000000000 01000000 ffffffff 01",
    counter: "dropLength",
  },
  {
    name: "a host's survey with a byte too many",
    from: "host",
    payload: "01 46 05000000 2a000000 00",
    counter: "dropLength",
  },
  {
    name: "an echo that lacks a byte of its tag",
    from: "link",
    payload: "01 11 01 ff 01 07000000 2a0000",
    counter: "dropLength",
  },
  {
    name: "an echo for a card by its id",
    from: "link",
    payload: "01 11 01 02 01 07000000 2a000000",
    counter: "dropType",
  },
  {
    name: "an echo that nobody waits for comes back",
    from: "link",
    payload: "01 12 01 ff 01 07000000 2a000000 55",
    counter: "dropRole",
  },
  {
    name: "a host's echo with a byte too many",
    from: "host",
    payload: "01 4a 05000000 2a000000 00 00 01 6400 00",
    counter: "dropLength",
  },
  {
    name: "a cable's test, too short",
    from: "link",
    payload: "01 13 01 ff 01 07000000 2a000000 40420f00 64",
    counter: "dropLength",
  },
  {
    name: "an agreement to a test that nobody asked for",
    from: "link",
    payload: "01 14 01 ff 01 07000000 2a000000 01 80841e00 c0c62d00",
    counter: "dropRole",
  },
  {
    name: "a host's test of a cable with a byte too many",
    from: "host",
    payload: "01 4b 05000000 2a000000 00 40420f00 6400 00",
    counter: "dropLength",
  },
  { name: "a host of version 2", from: "host", payload: "02 43 05000000", counter: "dropVersion" },
  { name: "a host's header that lacks a byte", from: "host", payload: "01 43 050000", counter: "dropLength" },
  { name: "a status request with a body", from: "host", payload: "01 43 05000000 00", counter: "dropLength" },
  { name: "an open with a body", from: "host", payload: "01 40 05000000 00", counter: "dropLength" },
  {
    name: "a host's request, too short",
    from: "host",
    payload: "01 41 05000000 07000000 01",
    counter: "dropLength",
  },
  { name: "another session", from: "host", payload: "01 41 06000000 07000000 0100", counter: "dropSession" },
  { name: "a card's frame from the host", from: "host", payload: "01 66 05000000", counter: "dropType" },
];
