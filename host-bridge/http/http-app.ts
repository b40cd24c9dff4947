import type { HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";
import { type SSEStreamingApi, streamSSE } from "hono/streaming";
import { isHostAllowed } from "./host-guard.js";
import type { LiveClient, LiveClients } from "./live-clients.js";
import type { PageFile } from "./page-files.js";
import type { NotReady } from "./readiness.js";

export interface HttpAppSettings {
  /** Further names that a Host header may have, in lower case. */
  readonly hosts: readonly string[];
  readonly files: ReadonlyMap<string, PageFile>;
  readonly clients: LiveClients;
  readonly nowMs: () => number;
  /** What a page is told when it begins to look. */
  readonly history: () => string;
  /** The newest picture, as JSON. */
  readonly snapshot: () => string;
  readonly metricsType: string;
  readonly metrics: () => Promise<string>;
  /** null where numbers can be had. */
  readonly notReady: () => NotReady | null;
  readonly onRefused: (reason: string) => void;
}

const OWN = ["'self'"];
const NONE = ["'none'"];

/** What is served over HTTP: reading, and nothing else. */
export function makeHttpApp(settings: HttpAppSettings): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: NONE,
        scriptSrc: OWN,
        styleSrc: OWN,
        imgSrc: OWN,
        connectSrc: OWN,
        baseUri: NONE,
        formAction: NONE,
        frameAncestors: NONE,
      },
      // There is no TLS here, and a name that is used for other things too must stay reachable without it.
      strictTransportSecurity: false,
      xFrameOptions: "DENY",
    }),
  );
  app.use(async (context, next) => {
    const { method } = context.req;
    if (!isHostAllowed(context.req.header("host"), settings.hosts)) {
      settings.onRefused("host");
      return context.text("This name is not served here; ask by address, or name it in httpHosts.\n", 403);
    }
    if (method !== "GET" && method !== "HEAD") {
      settings.onRefused("method");
      return context.text("Here one can only read.\n", 405, { Allow: "GET, HEAD" });
    }
    context.header("Cache-Control", "no-cache");
    return next();
  });
  app.get("/healthz", (context) => {
    const notReady = settings.notReady();
    return notReady === null
      ? context.json({ status: "ready" })
      : context.json({ status: "not-ready", ...notReady }, 503);
  });
  app.get("/metrics", async (context) =>
    context.body(await settings.metrics(), 200, { "Content-Type": settings.metricsType }),
  );
  app.get("/state.json", (context) =>
    context.body(settings.snapshot(), 200, { "Content-Type": "application/json" }),
  );
  app.get("/events", (context) => {
    const { clients } = settings;
    if (context.req.method === "HEAD")
      return context.body(null, 200, { "Content-Type": "text/event-stream" });
    if (clients.isFull) {
      settings.onRefused("live-clients");
      return context.text("Too many pages look already; close one.\n", 503, { "Retry-After": "10" });
    }
    return streamSSE(context, (stream) => look(stream, context.env, settings));
  });
  app.get("*", (context) => {
    const file = settings.files.get(context.req.path);
    if (file === undefined) return context.text("There is nothing here.\n", 404);
    return context.body(new Uint8Array(file.body), 200, { "Content-Type": file.type });
  });
  return app;
}

/** Resolves when the page has gone. */
async function look(
  stream: SSEStreamingApi,
  { outgoing }: HttpBindings,
  settings: HttpAppSettings,
): Promise<void> {
  if (outgoing.destroyed) return;
  const client: LiveClient = {
    send: (event, data) => stream.writeSSE({ event, data }),
    outgoing: outgoing as LiveClient["outgoing"],
  };
  const gone = new Promise<void>((resolve) => {
    stream.onAbort(resolve);
    outgoing.once("close", resolve);
  });
  settings.clients.add(client, settings.nowMs(), async () => {
    await stream.writeSSE({ event: "history", data: settings.history(), retry: 1_000 });
    await client.send("snapshot", settings.snapshot());
  });
  await gone;
  settings.clients.remove(client);
}
