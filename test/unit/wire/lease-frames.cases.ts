import type { FrameBuffer } from "../../../firmware/wire/frame-buffer.js";
import { writeFabricHeader } from "../../../firmware/wire/header.js";
import {
  ACK_FLAG_COLD,
  BeaconAckFields,
  BeaconFields,
  decodeBeacon,
  decodeBeaconAck,
  encodeBeacon,
  encodeBeaconAck,
} from "../../../firmware/wire/lease-frames.js";
import { checkLayout, filled, uint64 } from "../../support/layout.js";
import type { UnitCase } from "../../support/unit-case.js";

function header(frame: FrameBuffer, type: number): void {
  writeFabricHeader(frame, type, 2, 1, 16, 0xffff_ffff);
}

export const leaseFramesCases: readonly UnitCase[] = [
  {
    title: "BEACON",
    run(t) {
      const fields = filled(new BeaconFields(), {
        view: 0x80_0000_0102,
        sequence: 0xffff_fffe,
        ceiling: uint64(2n ** 63n),
        windowLog2: 30,
        state: 11,
      });
      checkLayout(t, {
        hex: "01 06 02 01 10 ffffffff  0201000080 feffffff 0000000000000080 1e 0b",
        fields,
        make: () => new BeaconFields(),
        encode(frame) {
          header(frame, 0x06);
          encodeBeacon(frame, fields);
        },
        decode: decodeBeacon,
      });
    },
  },
  {
    title: "BEACON_ACK, warm and cold",
    run(t) {
      for (const flags of [0, ACK_FLAG_COLD]) {
        checkLayout(t, {
          hex: `01 07 02 01 10 ffffffff  ffffffffff 04030201 ffffffffffffff7f 0${flags}`,
          fields: filled(new BeaconAckFields(), {
            view: 2 ** 40 - 1,
            sequence: 0x0102_0304,
            ceiling: uint64(2n ** 63n - 1n),
            flags,
          }),
          make: () => new BeaconAckFields(),
          encode(frame) {
            header(frame, 0x07);
            encodeBeaconAck(frame, 2 ** 40 - 1, 0x0102_0304, uint64(2n ** 63n - 1n), flags);
          },
          decode: decodeBeaconAck,
        });
      }
      t.is(ACK_FLAG_COLD, 1);
    },
  },
];
