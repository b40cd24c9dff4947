/**
 * What a card counts, in the order of the HOST_COUNTERS frame. Names may be added at the end only. `freeWrites` is no
 * count: it is what is left now, 2^32-1 where the store needs no erase. `hostBadFrames` and `hostFramesForgotten` are the
 * port's counts, as they were when the host asked last.
 */
export const COUNTER_NAMES = [
  // Originator
  "blocksAsked",
  "blocksAnswered",
  "blocksRefused",
  "numbersDelivered",
  "requestRetries",
  "answersLate",
  // Primary
  "requestsReceived",
  "numbersAssigned",
  "numbersSkipped",
  "requestsWaited",
  "requestsRefused",
  "beaconsSent",
  // Secondary
  "storesReceived",
  "storesRefused",
  // Members
  "beaconsReceived",
  "ceilingWrites",
  // Frames that were dropped, by kind
  "dropVersion",
  "dropType",
  "dropLength",
  "dropFabric",
  "dropSource",
  "dropDestination",
  "dropRole",
  "dropHops",
  "dropNoRoute",
  "dropSession",
  "dropSendFull",
  // Frames passed on for others
  "framesForwarded",
  // View changes
  "viewChangesStarted",
  "viewsAccepted",
  "promisesLate",
  // Numbers that views chosen by this card skip at their begin, at the most; in `numbersSkipped` are those of repeats
  "numbersSkippedByViews",
  // Flash
  "freeWrites",
  "sectorErases",
  "erasesInRole",
  "handoversForErase",
  "handoversWithoutTaker",
  // The line to the host: frames that came damaged; and frames that were sent, and nobody was there to read them
  "hostBadFrames",
  "hostFramesForgotten",
] as const;

export type CounterName = (typeof COUNTER_NAMES)[number];
