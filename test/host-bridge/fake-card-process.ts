import { FakeCard, type FakeCardSettings } from "./fake-card.js";
import { FakePort } from "./fake-port.js";

/**
 * A fake card in a process of its own, for hosts that block their thread. Its settings come as JSON in the first
 * argument, and later ones as messages; it tells its port's path in a message, and what requests it heard when asked.
 */
const port = new FakePort();
const settings = JSON.parse(process.argv[2] ?? "{}", (key, value) =>
  key === "next" ? BigInt(value) : value,
) as Partial<FakeCardSettings>;
const card = new FakeCard((frame) => port.send(frame), settings);
port.onFrame = (frame) => card.receive(frame);

process.on(
  "message",
  (message: { set?: Partial<FakeCardSettings>; unplugAfterMs?: number; viewAfterMs?: number }) => {
    Object.assign(card.settings, message.set);
    if (message.unplugAfterMs !== undefined) setTimeout(() => port.unplug(), message.unplugAfterMs);
    if (message.viewAfterMs !== undefined) {
      setTimeout(() => {
        card.settings.refuseWith = 0;
        card.settings.state = 0;
        card.sendView();
      }, message.viewAfterMs);
    }
    process.send?.({ done: true });
  },
);
process.on("disconnect", () => {
  port.destroy();
  process.exit();
});
process.send?.({ path: port.path });
