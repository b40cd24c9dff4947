import test from "ava";
import { duration, grouped, short } from "../../../host-bridge/page/format.js";
import { curveOf, labelPlace, layoutOf, placesOf, pointOn } from "../../../host-bridge/page/layout.js";
import type { FabricCable } from "../../../host-bridge/page/snapshot.js";

test("numbers keep all their digits, rates are short", (t) => {
  t.is(grouped("9223372036854775807").replaceAll("\u202f", " "), "9 223 372 036 854 775 807");
  t.is(grouped(0), "0");
  t.deepEqual(
    [0, 0.44, 9.94, 9.96, 999.4, 999.6, 1_000, 4_250, 9_949, 9_951, 123_456, 999_499, 999_600, 1_300_000].map(
      short,
    ),
    ["0", "0.4", "9.9", "10", "999", "1k", "1k", "4.3k", "9.9k", "10k", "123k", "999k", "1M", "1.3M"],
  );
  t.deepEqual([0, 119_000, 121_000, 7_300_000, 200_000_000].map(duration), [
    "0 s",
    "119 s",
    "2 min",
    "2 h",
    "2 d",
  ]);
});

for (const width of [320, 347, 560, 1_000]) {
  for (let cards = 1; cards <= 10; cards += 1) {
    test(`${cards} cards in ${width} pixels lie inside the drawing, and none on another`, (t) => {
      const { centres, cardWidth, cardHeight, height } = layoutOf(cards, width);
      t.is(centres.length, cards);
      centres.forEach((one, index) => {
        t.true(one.x - cardWidth / 2 >= 0 && one.x + cardWidth / 2 <= width);
        t.true(one.y - cardHeight / 2 >= 0 && one.y + cardHeight / 2 <= height);
        for (const other of centres.slice(index + 1)) {
          t.true(Math.abs(one.x - other.x) >= cardWidth || Math.abs(one.y - other.y) >= cardHeight);
        }
      });
    });
  }
}

for (const width of [320, 347, 560]) {
  for (let cards = 3; cards <= 10; cards += 1) {
    test(`labels of a ring of ${cards} in ${width} pixels lie on no card`, (t) => {
      const layout = layoutOf(cards, width);
      const { centres, cardWidth, cardHeight } = layout;
      centres.forEach((from, index) => {
        const to = centres[(index + 1) % cards] as typeof from;
        const label = labelPlace(curveOf(from, to, 0, 1), layout);
        t.true(label.x > 20 && label.x < width - 20);
        for (const { x, y } of centres) {
          t.true(Math.abs(label.x - x) >= cardWidth / 2 + 20 || Math.abs(label.y - y) >= cardHeight / 2 + 7);
        }
      });
    });
  }
}

test("two cables between the same cards are bent apart, and both begin and end at the cards", (t) => {
  const cables = [
    [1, 2],
    [1, 3],
    [1, 2],
  ].map((cards) => ({ cards }) as unknown as FabricCable);
  t.deepEqual(placesOf(cables), [
    { nth: 0, all: 2 },
    { nth: 0, all: 1 },
    { nth: 1, all: 2 },
  ]);
  const [from, to] = [
    { x: 0, y: 0 },
    { x: 100, y: 0 },
  ];
  t.deepEqual(pointOn(curveOf(from, to, 0, 1), 0.5), { x: 50, y: 0 });
  const curve = curveOf(from, to, 0, 2);
  t.not(pointOn(curve, 0.5).y, pointOn(curveOf(from, to, 1, 2), 0.5).y);
  t.deepEqual([pointOn(curve, 0), pointOn(curve, 1)], [from, to]);
});
