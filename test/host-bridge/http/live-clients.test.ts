import test from "ava";
import { type LiveClient, LiveClients, MAX_LIVE_CLIENTS } from "../../../host-bridge/http/live-clients.js";

class TestClient {
  readonly heard: string[] = [];
  destroyed = false;
  private release: () => void = () => {};
  readonly client: LiveClient = {
    send: (_event, data) => {
      this.heard.push(data);
      return new Promise((resolve) => {
        this.release = resolve;
      });
    },
    outgoing: {
      destroy: () => {
        this.destroyed = true;
      },
    } as unknown as LiveClient["outgoing"],
  };

  /** Reads what was sent. */
  async read(): Promise<void> {
    this.release();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test("a page that does not read misses pictures, holds up nobody, and is sent away after 15 s", async (t) => {
  const clients = new LiveClients();
  const quick = new TestClient();
  const slow = new TestClient();
  for (const { client } of [quick, slow]) clients.add(client, 0, () => Promise.resolve());
  await quick.read();
  for (let second = 1; second <= 14; second += 1) {
    clients.tell("snapshot", `${second}`, second * 1_000);
    await quick.read();
  }
  t.is(quick.heard.length, 14);
  t.deepEqual(slow.heard, ["1"], "one picture is under way to it, and no more");
  t.false(slow.destroyed);
  clients.tell("snapshot", "17", 17_000);
  t.true(slow.destroyed);
  t.false(quick.destroyed);
  await slow.read();
  clients.remove(slow.client);
  t.is(clients.count, 1);
  clients.closeAll();
  t.true(quick.destroyed);
});

test("there is room for so many pages, and no more", (t) => {
  const clients = new LiveClients();
  for (let index = 0; index < MAX_LIVE_CLIENTS; index += 1) {
    t.false(clients.isFull);
    clients.add(new TestClient().client, 0, () => Promise.resolve());
  }
  t.true(clients.isFull);
});
