import { serveAsWorker } from "../processes/worker-channel.js";
import { packHistogram } from "../statistics/latency-histogram.js";
import { openClient } from "./clients/open-client.js";
import { type LoadTimes, runLoad } from "./load.js";
import type { ClientSettings, ClientShape, NumberClient } from "./number-client.js";

/** To a client process: connect, then load. */
export type WorkerCommand =
  | { readonly type: "connect"; readonly settings: ClientSettings; readonly shape: ClientShape }
  | { readonly type: "load"; readonly times: LoadTimes };

/** From a client process. */
export type WorkerReport =
  | { readonly type: "connected" }
  | { readonly type: "done"; readonly histogram: string };

let client: NumberClient | undefined;
let callers = 0;

async function obey(command: WorkerCommand): Promise<WorkerReport> {
  if (command.type === "connect") {
    client = await openClient(command.settings, command.shape);
    callers = command.shape.callers;
    return { type: "connected" };
  }
  if (client === undefined) throw new Error("Asked for load before it was connected.");
  const histogram = await runLoad(client, callers, command.times);
  await client.close();
  return { type: "done", histogram: packHistogram(histogram) };
}

serveAsWorker(obey);
