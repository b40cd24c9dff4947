import type { CardProcessMessage } from "./card-process.js";
import { FakeCard } from "./fake-card.js";
import type { FakeCardSettings } from "./fake-card-settings.js";
import { FakePort } from "./fake-port.js";

/**
 * A fake card in a process of its own, for hosts that block their thread. Its settings come as JSON in the first
 * argument, and later ones as messages; it tells its port's path in its first message.
 */
const port = new FakePort();
const settings = JSON.parse(process.argv[2] ?? "{}", (key, value) =>
  key === "next" ? BigInt(value) : value,
) as Partial<FakeCardSettings>;
const card = new FakeCard((frame) => port.send(frame), settings);
port.onFrame = (frame) => card.receive(frame);

process.on("message", ({ set, unplugAfterMs, viewAfterMs }: CardProcessMessage) => {
  Object.assign(card.settings, set);
  if (unplugAfterMs !== undefined) setTimeout(() => port.unplug(), unplugAfterMs);
  if (viewAfterMs !== undefined) {
    setTimeout(() => {
      card.settings.refuseWith = 0;
      card.settings.state = 0;
      card.sendView();
    }, viewAfterMs);
  }
  process.send?.({ done: true });
});
process.on("disconnect", () => {
  port.destroy();
  process.exit();
});
process.send?.({ path: port.path });
