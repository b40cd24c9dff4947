import { execFileSync } from "node:child_process";

/** How many files, and connections, this process and those that it starts may have open each. */
export function openFilesLimit(): number {
  const limit = execFileSync("sh", ["-c", "ulimit -n"], { encoding: "utf8" }).trim();
  return limit === "unlimited" ? Number.POSITIVE_INFINITY : Number(limit);
}
