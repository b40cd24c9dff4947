import { readFileSync } from "node:fs";
import test from "ava";
import { FIRMWARE_VERSION } from "../../firmware/wire/constants.js";

test("the firmware's version is that of the package", (t) => {
  const text = readFileSync(new URL("../../../package.json", import.meta.url), "utf8");
  const { version } = JSON.parse(text) as { version: string };
  const [major = 0, minor = 0, patch = 0] = version.split(".").map(Number);
  t.is(FIRMWARE_VERSION, (major << 16) | (minor << 8) | patch);
});
