import { once } from "node:events";
import { connect as connectSocket } from "node:net";
import { FRAME_HOST_REQUEST, FRAME_HOST_WELCOME } from "../../../../firmware/wire/frame-types.js";
import { encodeEmptyBody, encodeHostRequest } from "../../../../firmware/wire/host-frames.js";
import { connect } from "../../../../host-bridge/index.js";
import { asOther, NOBODY, OTHER_USER_NEEDS } from "../../../support/other-user.js";
import { RawClient } from "../raw-client.js";
import type { Abuse } from "./abuse.js";
import { CROWD_NEEDS, Crowd, TEN_THOUSAND } from "./crowd.js";

const SESSION = 0x5e55_0001;

export const SOCKET_ABUSES: readonly Abuse[] = [
  {
    name: "half frames, of which the rest never comes",
    async commit(t, { socket }) {
      for (let index = 0; index < 50; index += 1) {
        const client = await RawClient.connect(t, socket);
        client.open(SESSION);
        await client.first(FRAME_HOST_WELCOME);
        const whole = client.bytesOf(FRAME_HOST_REQUEST, SESSION, (frame) => encodeHostRequest(frame, 1, 9));
        client.socket.write(whole.subarray(0, 1 + (index % (whole.length - 1))));
        t.teardown(() => client.socket.destroy());
      }
    },
  },
  {
    name: "a line of a megabyte, and then a frame",
    async commit(t, { socket }) {
      const client = await RawClient.connect(t, socket);
      client.socket.write(Buffer.alloc(1_000_000, 0x41));
      client.socket.write(Uint8Array.of(0));
      client.open(SESSION);
      await client.first(FRAME_HOST_WELCOME);
      client.socket.destroy();
      t.pass();
    },
  },
  {
    name: "noise without end: the client is sent away",
    async commit(t, { socket }) {
      const client = await RawClient.connect(t, socket);
      client.socket.write(Buffer.from("\u0000rubbish".repeat(2_000)));
      await once(client.socket, "close");
      t.true(client.isClosed);
    },
  },
  {
    name: "clients that vanish with requests in flight",
    async commit(t, { socket }) {
      for (let index = 0; index < 100; index += 1) {
        const client = await RawClient.connect(t, socket);
        client.open(SESSION);
        for (let tag = 0; tag < 8; tag += 1) client.request(SESSION, tag, 100);
        // Some at once, some when the daemon has begun, some when answers are on their way.
        if (index % 3 > 0) await client.first(FRAME_HOST_WELCOME);
        if (index % 3 > 1) await new Promise((resolve) => setImmediate(resolve));
        client.socket.destroy();
      }
    },
  },
  {
    name: "ten thousand connections: all stay, and one that comes behind them is served",
    needs: CROWD_NEEDS,
    async commit(t, served) {
      const crowd = await Crowd.gather(t, TEN_THOUSAND, { path: served.socket });
      await served.judge(t);
      const late = await connect({ socket: served.socket, timeoutMs: 60_000, openTimeoutMs: 60_000 });
      const askedNs = process.hrtime.bigint();
      served.deliveries.append(100, 0, askedNs, process.hrtime.bigint(), await late.next());
      await late.close();
      t.is(crowd.closed, 0);
      // Half of them ask for something as they go.
      const client = await RawClient.connect(t, served.socket);
      crowd.say(client.bytesOf(FRAME_HOST_REQUEST, SESSION, (frame) => encodeHostRequest(frame, 1, 1)));
      crowd.leave();
      client.socket.destroy();
    },
  },
  {
    name: "a user who may not: DAEMON_DENIED",
    needs: OTHER_USER_NEEDS,
    async commit(t, { socket, directory }) {
      const { chmodSync } = await import("node:fs");
      chmodSync(directory, 0o755);
      await asOther({ userId: NOBODY }, () => t.throwsAsync(connect({ socket }), { code: "DAEMON_DENIED" }));
      chmodSync(directory, 0o700);
    },
  },
  {
    name: "questions to the card, as many as can be written",
    async commit(t, { socket }) {
      const client = await RawClient.connect(t, socket);
      client.open(SESSION);
      await client.first(FRAME_HOST_WELCOME);
      const question = client.bytesOf(0x5a, SESSION, encodeEmptyBody);
      client.socket.write(Buffer.concat(Array<Buffer>(20_000).fill(question)));
      await once(client.socket, "drain");
      client.socket.destroy();
    },
  },
  {
    name: "connections that are closed as soon as they are made",
    async commit(_t, { socket }) {
      for (let index = 0; index < 500; index += 1) {
        const client = connectSocket(socket);
        client.on("error", () => {});
        if (index % 2 === 0) await once(client, "connect");
        client.destroy();
      }
    },
  },
];
