import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import test from "ava";
import { type ListedPort, listPorts } from "../../host-bridge/ports.js";

const SCRIPTS = fileURLToPath(new URL("../../../scripts/", import.meta.url));
const unit = readFileSync(join(SCRIPTS, "systemd/seqcard.service"), "utf8");
const rules = readFileSync(join(SCRIPTS, "udev/70-seqcard.rules"), "utf8");

const hasSystemd = spawnSync("systemd-analyze", ["--version"], { stdio: "ignore" }).status === 0;

(hasSystemd ? test : test.skip)("systemd understands the unit (needs systemd-analyze)", (t) => {
  const directory = mkdtempSync(join(tmpdir(), "seqcard-unit-"));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  const path = join(directory, "seqcard.service");
  copyFileSync(join(SCRIPTS, "systemd/seqcard.service"), path);
  const { stderr } = spawnSync("systemd-analyze", ["verify", "--man=no", path], { encoding: "utf8" });
  const about = stderr.split("\n").filter((line) => line.includes("seqcard.service:"));
  t.deepEqual(about, []);
});

// Of systemd 254 and newer.
const hasVerify = spawnSync("udevadm", ["verify", "--help"], { stdio: "ignore" }).status === 0;

(hasVerify ? test : test.skip)("udev understands the rules (needs udevadm verify, of systemd 254)", (t) => {
  // Names of groups are this computer's concern.
  const command = ["verify", "--resolve-names=never", join(SCRIPTS, "udev/70-seqcard.rules")];
  const { status, stdout, stderr } = spawnSync("udevadm", command, { encoding: "utf8" });
  t.is(status, 0, `${stdout}${stderr}`);
});

test("the unit gives the daemon longer to end than it drains, and its two directories", (t) => {
  t.true(Number(/^TimeoutStopSec=(\d+)$/m.exec(unit)?.[1]) > 5);
  t.regex(unit, /^RuntimeDirectory=seqcard$/m);
  t.regex(unit, /^StateDirectory=seqcard$/m);
});

test("the rules know the vendors that `seqcard ports` knows, and no other", async (t) => {
  const vendors = [
    ...new Set([...rules.matchAll(/idVendor\}=="([0-9a-f]{4})"/g)].map(([, id]) => id as string)),
  ];
  t.is(vendors.length, 5);
  const listed: ListedPort[] = vendors.map((vendorId) => ({ path: `/dev/${vendorId}`, vendorId }));
  t.is((await listPorts(async () => listed)).length, vendors.length);
});

test("each rule matches, or jumps to a label that is there", (t) => {
  const lines = rules.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const labels = lines.flatMap((line) => /^LABEL="(.+)"$/.exec(line)?.[1] ?? []);
  for (const line of lines) {
    for (const part of line.split(", ")) t.regex(part, /^[A-Z]+(\{[\w]+\})?(==|!=|=|\+=)"[^"]*"$/, line);
    const goto = /GOTO="(.+)"/.exec(line)?.[1];
    if (goto !== undefined) t.true(labels.includes(goto), line);
  }
});
