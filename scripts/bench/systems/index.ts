import type { BenchSystem } from "./bench-system.js";
import { daemon } from "./daemon.js";
import { etcd } from "./etcd.js";
import { postgres } from "./postgres.js";
import { redis, redisBlock } from "./redis.js";
import { seqcard } from "./seqcard.js";

/** Every system of the bench, in the order of the table. */
export function allSystems(): BenchSystem[] {
  return [
    seqcard("xs"),
    seqcard("node"),
    daemon("xs"),
    daemon("node"),
    redis(),
    redisBlock(),
    postgres(),
    etcd(),
  ];
}
