import { Alarm } from "../../firmware/native/alarm.js";
import { Device } from "../../firmware/native/device.js";
import { Pixel } from "../../firmware/native/esp32-pixel/pixel.js";
import { FlashRegion } from "../../firmware/native/flash-region.js";
import { UartPort } from "../../firmware/native/uart-port.js";
import { UsbPort } from "../../firmware/native/usb-port.js";
import { startBoard } from "../board-card.js";
import { showOnPixel } from "../pixel-light.js";
import { PINS, SECTOR_COUNT, WATCHDOG_MS } from "./pins.js";

const device = new Device();
// First of all: a start that hangs is to be tried again too.
device.startWatchdog(WATCHDOG_MS);
startBoard({
  device,
  alarm: new Alarm(),
  flash: new FlashRegion(SECTOR_COUNT),
  links: PINS.links.map((wiring) => new UartPort(wiring)),
  host: new UsbPort(),
  showColor: showOnPixel(new Pixel(PINS.light.pin)),
});
