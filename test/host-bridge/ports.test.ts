import test from "ava";
import { openError } from "../../host-bridge/port-errors.js";
import { listPorts } from "../../host-bridge/ports.js";

test("only the vendors of supported boards look like cards", async (t) => {
  const ports = await listPorts(async () => [
    { path: "/dev/ttyS0" },
    { path: "/dev/ttyACM0", vendorId: "2E8A", productId: "000a", serialNumber: "E660" },
    { path: "/dev/ttyACM1", vendorId: "1d6b", productId: "0002" },
    { path: "/dev/ttyUSB0", vendorId: "10c4" },
  ]);
  t.deepEqual(ports, [
    {
      path: "/dev/ttyACM0",
      vendor: "Raspberry Pi",
      vendorId: "2e8a",
      productId: "000a",
      serialNumber: "E660",
    },
    {
      path: "/dev/ttyUSB0",
      vendor: "Silicon Labs CP210x",
      vendorId: "10c4",
      productId: undefined,
      serialNumber: undefined,
    },
  ]);
});

test("a system that cannot list its ports is PORT_FAILED", async (t) => {
  const cause = new Error("spawn udevadm ENOENT");
  const error = await t.throwsAsync(
    listPorts(async () => {
      throw cause;
    }),
    { code: "PORT_FAILED" },
  );
  t.is(error.cause, cause);
});

for (const [text, code] of [
  ["Error: No such file or directory, cannot open /dev/x", "PORT_NOT_FOUND"],
  ["Error: No such device or address, cannot open /dev/x", "PORT_NOT_FOUND"],
  ["Opening COM9: File not found", "PORT_NOT_FOUND"],
  ["Error: Permission denied, cannot open /dev/x", "PORT_DENIED"],
  ["Error Resource temporarily unavailable Cannot lock port", "PORT_BUSY"],
  ["Error: Device or resource busy, cannot open /dev/x", "PORT_BUSY"],
  ["Opening COM3: Access denied", "PORT_BUSY"],
  ["Error: Is a directory, cannot open /dev/x", "NOT_A_CARD"],
  ["Error: Input/output error, cannot open /dev/x", "PORT_FAILED"],
] as const) {
  test(`"${text}" is ${code}`, (t) => {
    const cause = new Error(text);
    t.like(openError("/dev/x", cause), { code, cause });
  });
}
