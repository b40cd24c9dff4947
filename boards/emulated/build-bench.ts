import { join } from "node:path";
import { Cable } from "../virtual/cable.js";
import { HostLine } from "../virtual/host-line.js";
import { createRandom } from "../virtual/random.js";
import type { RigBuilder, RigParts } from "../virtual/rig-builder.js";
import { RigCard } from "../virtual/rig-card.js";
import { RigError } from "../virtual/rig-error.js";
import type { RigSettings } from "../virtual/rig-options.js";
import { linksOf } from "../virtual/topology.js";
import type { Trace } from "../virtual/trace.js";
import { ByteWire } from "./cable/byte-wire.js";
import { prepareBootRom, readBootRom } from "./chip/boot-rom.js";
import { type FirmwarePart, readFirmware } from "./chip/firmware-image.js";
import { FlashFile } from "./chip/flash-file.js";
import { UART_WIRING } from "./chip/uart.js";
import { EmulatedCard, type EmulatedLink } from "./emulated-card.js";
import { Emulation } from "./emulation.js";

/** A bench before its cards are made: `emulated` has them once `build` was called, in the order of their ids. */
export interface BenchBuilder extends RigBuilder {
  readonly scheduler: Emulation;
  readonly emulated: readonly EmulatedCard[];
}

/**
 * Reads firmware and boot ROM for a bench of emulated boards.
 * @throws RigError BAD_OPTION, BAD_FIRMWARE, BAD_BOOTROM.
 */
export function buildBench(settings: RigSettings): BenchBuilder {
  const { bootRom, firmware } = settings;
  if (firmware === undefined || bootRom === undefined) {
    const advice =
      "Name the .uf2 of npm run build:pico with --firmware, and a boot ROM image with --bootrom.";
    throw new RigError("BAD_OPTION", `The engine rp2040 needs a firmware and a boot ROM. ${advice}`);
  }
  return new EmulatedRigBuilder(settings, readFirmware(firmware), prepareBootRom(readBootRom(bootRom)));
}

class EmulatedRigBuilder implements BenchBuilder {
  readonly scheduler = new Emulation();
  readonly emulated: EmulatedCard[] = [];
  private readonly settings: RigSettings;
  private readonly firmware: readonly FirmwarePart[];
  private readonly bootRom: Uint32Array;

  constructor(settings: RigSettings, firmware: readonly FirmwarePart[], bootRom: Uint32Array) {
    this.settings = settings;
    this.firmware = firmware;
    this.bootRom = bootRom;
  }

  build(trace: Trace, onDeath: (id: number, reason: string) => void): RigParts {
    const { settings } = this;
    const random = createRandom(settings.seed);
    const cables = settings.pairs.map(([a, b]) => {
      const wire = (from: number, to: number): ByteWire =>
        new ByteWire({ settings: settings.cable, random, from: `card${from}`, to: `card${to}`, trace });
      return new Cable(a, b, wire(a, b), wire(b, a));
    });
    const cards: RigCard[] = [];
    for (let id = 1; id <= settings.cards; id += 1) {
      const line = new HostLine(id, trace, () => this.scheduler.now());
      const links = linksOf(id, settings.pairs).map((index): EmulatedLink => {
        const cable = cables[index] as Cable<ByteWire>;
        const output = cable.from(id);
        return { output, input: output === cable.aToB ? cable.bToA : cable.aToB };
      });
      if (links.length > UART_WIRING.length) {
        const advice = "An RP2040 has two UARTs: choose triangle, ring or line.";
        throw new RigError("BAD_TOPOLOGY", `Card ${id} would have ${links.length} cables. ${advice}`);
      }
      const path = settings.stateDir === undefined ? undefined : join(settings.stateDir, `board${id}.flash`);
      const card = new EmulatedCard({
        id,
        chipId: chipIdOf(settings.fabricId, id),
        bootRom: this.bootRom,
        firmware: this.firmware,
        flashTimes: settings.flashTimes,
        random: createRandom(settings.seed + id),
        links,
        line,
        now: () => this.scheduler.nanos,
        onDeath: (reason) => onDeath(id, reason),
        ...(path === undefined ? {} : { openFile: (bytes) => FlashFile.open(path, bytes) }),
      });
      this.emulated.push(card);
      this.scheduler.add(card);
      cards.push(new RigCard(card, line, settings.linkDir));
    }
    return { cards, cables, random };
  }
}

/** As a flash chip has one: eight bytes, no two the same. */
function chipIdOf(fabricId: number, card: number): Uint8Array {
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, card);
  view.setUint32(4, fabricId);
  return bytes;
}
