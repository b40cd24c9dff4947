import { createRequire } from "node:module";

const load = createRequire(import.meta.url);

/**
 * NATS's packages, loaded by who uses NATS and nobody else. By `require`, which they are made for: where their directory is
 * reached by a link, `import()` in Node 20 can hand out a package that is empty.
 */
export function loadTransport(): typeof import("@nats-io/transport-node") {
  return load("@nats-io/transport-node") as typeof import("@nats-io/transport-node");
}

export function loadServices(): typeof import("@nats-io/services") {
  return load("@nats-io/services") as typeof import("@nats-io/services");
}
