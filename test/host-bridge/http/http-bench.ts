import { request } from "node:http";
import type { ExecutionContext } from "ava";
import type { DaemonSettings } from "../../../host-bridge/daemon/daemon.js";
import { HttpListener } from "../../../host-bridge/http/http-listener.js";
import { DaemonBench } from "../daemon/daemon-bench.js";
import type { FakeCardSettings } from "../fake-card-settings.js";

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** A daemon in this process whose HTTP listener is at a port of the system's choice. */
export class HttpBench extends DaemonBench {
  constructor(
    t: ExecutionContext,
    cards: readonly Partial<FakeCardSettings>[] = [{}],
    overrides: Partial<DaemonSettings> = {},
  ) {
    const listeners: DaemonSettings["listeners"] = [
      {
        name: "http",
        make: (environment) =>
          new HttpListener({ address: "127.0.0.1:0", hosts: ["Picture.lan"] }, environment),
      },
    ];
    super(t, cards, { ...overrides, listeners });
  }

  get url(): string {
    return this.daemon.listeners[1]?.address ?? "";
  }

  /** Asks; unlike `fetch` with whatever headers a stranger may send. */
  ask(path: string, method = "GET", headers: Record<string, string> = {}): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const asked = request(`${this.url}${path}`, { method, headers, agent: false }, (response) => {
        let body = "";
        response.setEncoding("utf8");
        response.on("data", (text) => {
          body += text;
        });
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
        );
      });
      asked.on("error", reject);
      asked.end();
    });
  }

  /** Listens to /events until `isEnough`. @returns what came, or the status where it is no stream. */
  async events(isEnough: (text: string) => boolean, signal?: AbortSignal): Promise<string> {
    const enough = new AbortController();
    const signals = signal === undefined ? [enough.signal] : [enough.signal, signal];
    const response = await fetch(`${this.url}/events`, { signal: AbortSignal.any(signals) });
    if (response.status !== 200 || response.body === null) return `${response.status}`;
    const reader = response.body.getReader();
    let text = "";
    while (!isEnough(text)) {
      const { done, value } = await reader.read();
      if (done) break;
      text += Buffer.from(value).toString();
    }
    enough.abort();
    return text;
  }
}
