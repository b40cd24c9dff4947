import { subscribeRig } from "../../boards/virtual/control-client.js";
import type { TraceEvent } from "../../boards/virtual/trace.js";

/**
 * Records the frames on a running rig's lines while `body` runs.
 * @param name of the rig.
 * @param turns whether to record the turns of its cards too, which takes the rig more time.
 * @throws RigError where the rig is not running or ends meanwhile, and what `body` throws.
 */
export async function recordTrace(
  name: string,
  turns: boolean,
  body: () => Promise<void>,
): Promise<TraceEvent[]> {
  const events: TraceEvent[] = [];
  const end = new AbortController();
  let onEvent = (): void => {};
  const record = (event: unknown): void => {
    events.push(event as TraceEvent);
    onEvent();
  };
  const subscription = subscribeRig(name, { command: "trace", count: 0, turns }, record, end.signal);
  const over = subscription.then(() => {
    throw new Error("The rig ended while it was traced.");
  });
  // Beacons come a hundred times a second: after the next event, everything before it has come.
  const nextEvent = (): Promise<void> => {
    const come = new Promise<void>((resolve) => {
      onEvent = resolve;
    });
    return Promise.race([come, over]);
  };
  try {
    await nextEvent();
    events.length = 0;
    await Promise.race([body(), over]);
    await nextEvent();
    return events;
  } finally {
    end.abort();
    // Whichever way it ends now, it was ended on purpose.
    await over.catch(() => {});
  }
}
