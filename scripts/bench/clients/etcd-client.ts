import { Agent, request } from "node:http";
import type { ClientShape, NumberClient } from "../number-client.js";
import { integerFrom } from "./integer-from.js";

/** The body of a put of key "seqcard", value "n"; the gateway wants both in base64. */
const PUT_BODY = JSON.stringify({
  key: Buffer.from("seqcard").toString("base64"),
  value: Buffer.from("n").toString("base64"),
});

/** A put through etcd's JSON gateway; the revision that it makes is the number. */
export function openEtcd(port: number, shape: ClientShape): NumberClient {
  const agent = new Agent({ keepAlive: true, maxSockets: shape.connections, noDelay: true });
  return {
    async next() {
      return revisionOf(await postJson(port, "/v3/kv/put", PUT_BODY, agent));
    },
    async close() {
      agent.destroy();
    },
  };
}

/** Posts to etcd on 127.0.0.1. @returns the answer's JSON. @throws on any status but 200. */
export function postJson(port: number, path: string, body: string, agent?: Agent): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const options = { host: "127.0.0.1", port, path, method: "POST", headers, ...(agent && { agent }) };
    const sent = request(options, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => {
        text += part;
      });
      response.once("error", reject);
      response.once("end", () => {
        if (response.statusCode !== 200) {
          reject(new Error(`etcd answered ${response.statusCode}: ${text.slice(0, 200)}`));
          return;
        }
        try {
          resolve(JSON.parse(text));
        } catch (error) {
          reject(error);
        }
      });
    });
    sent.once("error", reject);
    sent.end(body);
  });
}

function revisionOf(answer: unknown): bigint {
  const header =
    typeof answer === "object" && answer !== null && "header" in answer ? answer.header : undefined;
  const revision =
    typeof header === "object" && header !== null && "revision" in header ? header.revision : undefined;
  return integerFrom(revision);
}
