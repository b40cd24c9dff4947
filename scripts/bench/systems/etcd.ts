import { findProgram } from "../../processes/find-program.js";
import { findFreePorts } from "../../processes/free-port.js";
import { waitUntil } from "../../processes/wait-until.js";
import { postJson } from "../clients/etcd-client.js";
import { type BenchSystem, sameForEach, upTo } from "./bench-system.js";

const START_TIMEOUT_MS = 30_000;
const NODES = 3;

/** What the maintenance status of a node tells. */
interface NodeStatus {
  readonly port: number;
  readonly isLeader: boolean;
  readonly version: string;
}

/** A put to a cluster of three; its revision is the number. */
export function etcd(): BenchSystem {
  return {
    id: "etcd",
    title: "etcd put, its revision",
    promise:
      "A number is on the disks of a majority of three when it is delivered: unique and in real-time order.",
    whyUnavailable: () =>
      findProgram("etcd") === undefined ? "not installed: apt-get install etcd-server" : undefined,
    async start(scope) {
      const ports = await findFreePorts(2 * NODES);
      const nodes = Array.from({ length: NODES }, (_, index) => ({
        name: `node${index + 1}`,
        port: ports[2 * index] as number,
        client: `http://127.0.0.1:${ports[2 * index]}`,
        peer: `http://127.0.0.1:${ports[2 * index + 1]}`,
      }));
      const cluster = nodes.map((node) => `${node.name}=${node.peer}`).join(",");
      const started = nodes.map((node) =>
        scope.start(findProgram("etcd") ?? "etcd", [
          ...[
            "--name",
            node.name,
            "--data-dir",
            scope.makeDirectory(),
            "--log-level",
            "error",
            "--logger",
            "zap",
          ],
          ...["--listen-client-urls", node.client, "--advertise-client-urls", node.client],
          ...["--listen-peer-urls", node.peer, "--initial-advertise-peer-urls", node.peer],
          ...["--initial-cluster", cluster, "--initial-cluster-state", "new"],
        ]),
      );
      const leader = await waitUntil(
        "etcd's leader",
        START_TIMEOUT_MS,
        async () =>
          (await Promise.all(nodes.map((node) => statusOf(node.port)))).find((node) => node.isLeader),
        started[0],
      );
      return {
        setUp: `etcd ${leader.version}, three nodes, JSON gateway of the leader, fsync on`,
        clients: sameForEach({ kind: "etcd", port: leader.port }),
        connectionChoices: (callers) => upTo(callers, [1024, 192, 96]),
      };
    },
  };
}

async function statusOf(port: number): Promise<NodeStatus> {
  const status = (await postJson(port, "/v3/maintenance/status", "{}")) as {
    header?: { member_id?: string };
    leader?: string;
    version?: string;
  };
  const isLeader = status.leader !== undefined && status.leader === status.header?.member_id;
  return { port, isLeader, version: status.version ?? "of unknown version" };
}
