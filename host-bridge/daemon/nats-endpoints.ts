import type { Service, ServiceMsg } from "@nats-io/services";

/** What `nats micro info seqcard` tells people of each endpoint. */
export const ENDPOINT_METADATA = {
  next: {
    description: "The next number, or several in a row",
    request: 'nothing for one; a count, 1 to 32768; or {"count":n,"timeoutMs":ms}',
    reply: '{"first":"4711","last":"4711"}',
  },
  info: {
    description: "This bridge's card, its view, and the newest number that it knows",
    request: "nothing",
    reply: '{"card":n,"fabricId":n,"chipId":"n","newest":"n","view":{...}}',
  },
  survey: {
    description: "The whole fabric: cards, roles, view, cables, votes",
    request: 'nothing, or {"version":1,"timeoutMs":ms}',
    reply: '{"version":1,"fabric":{...}}',
  },
  status: {
    description: "Everything about a card of any bridge",
    request: 'nothing, or {"version":1,"timeoutMs":ms}',
    reply: '{"version":1,"status":{...}}',
  },
} as const;

export function addEndpoint(
  service: Service,
  name: string,
  subject: string,
  metadata: Readonly<Record<string, string>>,
  handle: (message: ServiceMsg) => void,
): void {
  service.addEndpoint(name, {
    subject,
    metadata: { ...metadata },
    handler: (error, message) => {
      if (error === null) handle(message);
    },
  });
}
