import { FrameBuffer } from "../../../firmware/wire/frame-buffer.js";
import { writeFabricHeader } from "../../../firmware/wire/header.js";
import { decodeHello, encodeHello, HelloFields } from "../../../firmware/wire/hello-frame.js";
import { checkLayout, filled, frameFrom, snapshot } from "../../support/layout.js";
import type { UnitCase } from "../../support/unit-case.js";

const HEADER = "01 01 03 ff 01 78563412";

function header(frame: FrameBuffer): void {
  writeFabricHeader(frame, 0x01, 3, 255, 1, 0x1234_5678);
}

function hello(
  heard: number,
  membersChecksum: number,
  routes: readonly [number, number, number][],
): HelloFields {
  const fields = filled(new HelloFields(), { heard, membersChecksum });
  for (const [card, cost, path] of routes) fields.addRoute(card, cost, path);
  return fields;
}

export const helloFrameCases: readonly UnitCase[] = [
  {
    title: "without routes",
    run(t) {
      const fields = hello(0, 0, []);
      checkLayout(t, {
        hex: `${HEADER} 00 00000000 00`,
        fields,
        make: () => new HelloFields(),
        encode(frame) {
          header(frame);
          encodeHello(frame, fields);
        },
        decode: decodeHello,
      });
    },
  },
  {
    title: "with three routes",
    run(t) {
      const fields = hello(7, 0xfedc_ba98, [
        [3, 0, 0x0001],
        [254, 255, 0x8002],
        [9, 12, 0xffff],
      ]);
      checkLayout(t, {
        hex: `${HEADER} 07 98badcfe 03  03 00 0100  fe ff 0280  09 0c ffff`,
        fields,
        make: () => new HelloFields(),
        encode(frame) {
          header(frame);
          encodeHello(frame, fields);
        },
        decode: decodeHello,
      });
    },
  },
  {
    title: "ten routes are the most",
    run(t) {
      const route = "05 02 0300";
      const into = new HelloFields();
      t.true(decodeHello(frameFrom(`${HEADER} 07 01000000 0a ${route.repeat(10)}`), into));
      t.is(into.routeCount, 10);
      t.deepEqual([...into.routePaths], new Array(10).fill(3));
      const before = snapshot(into);
      t.false(decodeHello(frameFrom(`${HEADER} 08 02000000 0b ${route.repeat(11)}`), into));
      t.false(decodeHello(frameFrom(`${HEADER} 08 02000000 ff ${route.repeat(10)}`), into));
      t.is(snapshot(into), before);
    },
  },
  {
    title: "decoding starts the list of routes anew",
    run(t) {
      const into = hello(1, 2, [[1, 1, 1]]);
      t.true(decodeHello(frameFrom(`${HEADER} 07 01000000 01 05 02 0300`), into));
      t.is(into.routeCount, 1);
      t.is(into.routeCards[0], 5);
      const frame = new FrameBuffer();
      encodeHello(frame, into);
      t.is(frame.length, 19);
    },
  },
];
