import { once } from "node:events";
import { createServer, connect as netConnect, type Socket } from "node:net";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { writeAtOnce } from "../../host-bridge/socket-descriptor.js";
import { temporaryDirectory } from "./daemon/daemon-bench.js";

/** @returns both ends of a Unix socket. */
async function socketPair(t: ExecutionContext): Promise<[Socket, Socket]> {
  const path = join(temporaryDirectory(t), "s");
  const server = createServer();
  server.listen(path);
  await once(server, "listening");
  const other = netConnect(path);
  const [socket] = (await once(server, "connection")) as [Socket];
  server.close();
  t.teardown(() => {
    socket.destroy();
    other.destroy();
  });
  return [socket, other];
}

test("bytes arrive in order, whether the system takes them at once or not", async (t) => {
  const [socket, other] = await socketPair(t);
  const piece = Buffer.alloc(50_000);
  const pieces = 40;
  // Nobody reads yet: some of this finds no room.
  for (let at = 0; at < pieces; at += 1) writeAtOnce(socket, Buffer.from(piece.fill(at)));
  t.true(socket.writableLength > 0);
  const received: Buffer[] = [];
  let length = 0;
  for await (const bytes of other as AsyncIterable<Buffer>) {
    received.push(bytes);
    length += bytes.length;
    if (length === pieces * piece.length) break;
  }
  const all = Buffer.concat(received);
  for (let at = 0; at < pieces; at += 1) {
    const part = all.subarray(at * piece.length, (at + 1) * piece.length);
    t.true(part.equals(Buffer.alloc(piece.length, at)), `piece ${at}`);
  }
});

test("a peer that is gone, and a socket that was destroyed, are the stream's to tell", async (t) => {
  const [socket, other] = await socketPair(t);
  other.destroy();
  await once(other, "close");
  const errors: Error[] = [];
  socket.on("error", (error) => errors.push(error));
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  writeAtOnce(socket, Buffer.from("x"));
  await closed;
  t.is(errors.length, 1);
  t.notThrows(() => writeAtOnce(socket, Buffer.from("x")));
});
