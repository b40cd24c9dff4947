import { HttpListener } from "../http/http-listener.js";
import type { DaemonConfig } from "./config.js";
import type { ListenerMaker } from "./listener.js";

/** The listeners that a configuration asks for, beside the Unix socket that every daemon has. A line each. */
export function listenersOf({ http, httpHosts }: DaemonConfig): ListenerMaker[] {
  const makers: ListenerMaker[] = [];
  if (http !== null) {
    makers.push({
      name: "http",
      make: (environment) => new HttpListener({ address: http, hosts: httpHosts }, environment),
    });
  }
  return makers;
}
