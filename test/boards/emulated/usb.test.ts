import type { UsbHost } from "../../../boards/emulated/chip/usb-host.js";
import { check, describeResult } from "../../../scripts/checker/index.js";
import { BenchFabric } from "../../../scripts/emulated-bench/bench-fabric.js";
import { LoadRun } from "../../../scripts/emulated-bench/load.js";
import { hostStatusRequest } from "../../support/host-frames.js";
import { Asker, scarceCard } from "./erasing-card.js";
import { because, benchSettings, withFirmware } from "./firmware.js";
import { encode, LoneCard } from "./lone-card.js";

const MS = 1e6;

withFirmware(`USB that is pulled in mid-frame and put back gives its host numbers again${because}`, (t) => {
  const fabric = BenchFabric.start(benchSettings(t, { seed: 5 }));
  const run = new LoadRun(fabric, { hosts: [1, 2, 3], inFlight: 2, count: 3 }).start();
  const host = fabric.host(2);
  const line = fabric.parts.cards[1]?.line;
  const half = encode(hostStatusRequest(1)).subarray(0, 6);
  for (let pull = 0; pull < 4; pull += 1) {
    fabric.pass(5 * MS);
    const usb = fabric.card(2).board?.usb;
    line?.receive(half);
    fabric.passUntil(() => usb?.isCarrying ?? false, "a packet on the bus");
    usb?.unplug();
    host.disconnect();
    // Shorter than the card takes to find its bus asleep, and longer.
    fabric.pass(pull % 2 === 0 ? MS : 10 * MS);
    usb?.plugIn();
    host.connect();
    const before = run.deliveries.length;
    fabric.passUntil(() => host.isReady, "a view for the host", 2e9);
    run.startHost(2);
    fabric.passUntil(() => run.deliveries.length > before + 30, "numbers");
  }
  run.finish();
  const result = check(run.deliveries);
  t.log(describeResult(result));
  t.true(result.held);
  t.is(fabric.card(2).resets, 0);
  t.true(run.deliveries.hostIds.includes(2));
});

withFirmware(
  `a computer that resets the bus while the flash is erased finds the card after it${because}`,
  (t) => {
    const lone = scarceCard(t, 45_000);
    const asker = new Asker(lone);
    const usb = lone.card.board?.usb as UsbHost;
    // An answer of several packets: the first one goes, and the bus is reset, before the card can look.
    usb.asks = false;
    lone.sendHost(encode(hostStatusRequest(1)));
    lone.pass(20 * MS);
    asker.askUntilErase(t);
    usb.asks = true;
    lone.pass(MS);
    usb.plugIn();
    lone.pass(20 * MS);
    t.true(lone.card.flash.isErasing);
    lone.passUntil(() => usb.isOpen, 500 * MS);
    lone.openSession();
    t.is(lone.reception().bad, 0);
    t.is(lone.card.resets, 0);
  },
);

withFirmware(`no program that opens or closes the port, at any speed, restarts the card${because}`, (t) => {
  const lone = new LoneCard(t);
  const usb = lone.card.board?.usb;
  // A program that drops its lines closes the port; others set one line at a time.
  for (const [dtr, rts] of [
    [false, false],
    [true, true],
    [false, true],
    [false, false],
    [true, true],
  ] as const) {
    usb?.setLines(dtr, rts);
    lone.pass(5 * MS);
  }
  for (const baud of [1_200, 9_600, 921_600]) {
    usb?.setBaudRate(baud);
    lone.pass(5 * MS);
  }
  lone.pass(50 * MS);
  t.deepEqual(lone.deaths, []);
  t.is(lone.card.resets, 0);
  lone.openSession();
  t.is(lone.reception().bad, 0);
});

withFirmware(
  `half a frame from a host, and answers that it leaves unread, show in the card's counters${because}`,
  (t) => {
    const lone = new LoneCard(t);
    const usb = lone.card.board?.usb as UsbHost;
    lone.reception();
    const counters = [lone.host.counter("hostBadFrames"), lone.host.counter("hostFramesForgotten")];
    usb.asks = false;
    lone.sendHost(encode(hostStatusRequest(1)));
    lone.sendHost(encode(hostStatusRequest(1)).subarray(0, 6));
    lone.pass(50 * MS);
    usb.setLines(false, false);
    lone.pass(5 * MS);
    usb.asks = true;
    usb.setLines(true, true);
    lone.pass(5 * MS);
    lone.openSession();
    lone.reception();
    t.deepEqual([lone.host.counter("hostBadFrames"), counters[0]], [1, 0]);
    t.is(counters[1], 0);
    const forgotten = lone.host.counter("hostFramesForgotten");
    // Of status, links and counters, what the first packet did not take along.
    t.true(forgotten >= 1 && forgotten <= 3, `${forgotten}`);
  },
);

withFirmware(
  `RTS that falls while DTR stands leads into the boot loader: so a card is flashed${because}`,
  (t) => {
    const lone = new LoneCard(t);
    lone.card.board?.usb.setLines(true, false);
    lone.pass(5 * MS);
    t.regex(lone.deaths.join(), /boot loader/);
  },
);
