import test from "ava";
import { commandRig } from "../../scripts/processes/rig-control.js";
import { BrowserBench, CHROMIUM, keepPart, keepPicture } from "./browser-bench.js";
import { untilShown, untilTrue } from "./until-shown.js";

const withChromium = CHROMIUM === undefined ? test.serial.skip : test.serial;
const needs = CHROMIUM === undefined ? " (needs chromium)" : "";

/** Runs in the page: pairs of text that lie on each other, and texts of the drawing that reach out of it. */
const COLLISIONS = `(() => {
  const texts = [...document.querySelectorAll("#drawing text")].filter((text) => text.textContent !== "");
  const boxes = texts.map((text) => [text.textContent, text.getBoundingClientRect()]);
  const frame = document.querySelector("#drawing").getBoundingClientRect();
  const found = [];
  boxes.forEach(([name, box], index) => {
    if (box.left < frame.left - 1 || box.right > frame.right + 1) found.push(name + " reaches out");
    for (const [other, its] of boxes.slice(index + 1)) {
      const apart = box.right <= its.left || its.right <= box.left || box.bottom <= its.top + 2 || its.bottom <= box.top + 2;
      if (!apart) found.push(name + " on " + other);
    }
  });
  return found;
})()`;

/** Runs in the page: what is drawn. Rows hold the cards beside each other, from the top row to the bottom, each from the left. */
const DRAWN = `(() => {
  const all = (what) => [...document.querySelectorAll("#drawing " + what)];
  const cards = all("[data-card]").map((card) => {
    const { x, y } = card.querySelector("rect").getBoundingClientRect();
    return { id: card.dataset.card, x, y };
  });
  const heights = [...new Set(cards.map(({ y }) => y))].sort((one, other) => one - other);
  return {
    state: document.querySelector("#state").textContent,
    cards: cards.map(({ id }) => id),
    rows: heights.map((height) =>
      cards.filter(({ y }) => y === height).sort((one, other) => one.x - other.x).map(({ id }) => id)),
    cables: all(".cable").length,
    trunks: all(".cable.trunk").map(({ dataset }) => dataset.cards),
    hasTrunkKey: !document.querySelector("#trunk-key").hidden,
    primaries: all('[data-role="primary"]').length,
    secondaries: all('[data-role="secondary"]').length,
  };
})()`;

/** Runs in the page: whether the roles stand on different sides, as the cards wish, and no cable is silent for a moment. */
const IS_AS_WISHED = `(() => {
  const side = (role) => Number(document.querySelector('#drawing [data-role~="' + role + '"]')?.dataset.card) > 3;
  const areAlive = document.querySelectorAll("#drawing .cable.alive").length === 9;
  return areAlive && side("primary") !== side("secondary");
})()`;

/** `DRAWN` without the rows: three cards stand as there is room. */
const DRAWN_ANYWHERE = `(({ rows, ...drawn }) => drawn)(${DRAWN})`;

/** Runs in the page: which cables are dead. */
const CUT = `(() => ({
  state: document.querySelector("#state").textContent,
  dead: [...document.querySelectorAll("#drawing .cable.dead")].map(({ dataset }) => dataset.cards).sort(),
}))()`;

/** Runs in the page: contrasts of its colours that are below what WCAG AA asks of text. */
const LOW_CONTRASTS = `(() => {
  const style = getComputedStyle(document.documentElement);
  const light = (name) => {
    const hex = style.getPropertyValue("--" + name).trim().slice(1);
    const parts = [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255);
    const [r, g, b] = parts.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const pairs = [["text", "panel"], ["text", "ground"], ["soft", "panel"], ["soft", "ground"], ["soft", "primary-fill"],
    ["soft", "secondary-fill"], ["primary", "panel"], ["primary", "primary-fill"], ["secondary", "secondary-fill"],
    ["good", "panel"], ["bad", "panel"], ["bad", "bad-fill"], ["text", "bad-fill"]];
  return pairs.map(([one, other]) => {
    const [dark, bright] = [light(one), light(other)].sort((a, b) => a - b);
    return [one + " on " + other, (bright + 0.05) / (dark + 0.05)];
  }).filter(([, contrast]) => !(contrast >= 4.5));
})()`;

withChromium(
  `the page draws three cards in light, in dark and on a phone, without an error${needs}`,
  async (t) => {
    const bench = await BrowserBench.start(t, "picture-drawn");
    const looks = [
      ["light", { colorScheme: "light", viewport: { width: 1_180, height: 900 } }],
      ["dark", { colorScheme: "dark", viewport: { width: 1_180, height: 900 } }],
      ["phone", { colorScheme: "light", viewport: { width: 375, height: 800 } }],
    ] as const;
    for (const [name, options] of looks) {
      const { page, complaints } = await bench.open(t, options);
      // Traffic is known from the second survey on, and numbers from the second picture.
      await page.locator("#drawing .cable circle").first().waitFor();
      await page.locator("#latency-table", { hasText: /[1-9]/ }).waitFor({ state: "attached" });
      const drawn = {
        state: "ready",
        cards: ["1", "2", "3"],
        // Three cables, and the trunk that the daemon lends between its two cards.
        cables: 4,
        trunks: ["2-3"],
        hasTrunkKey: true,
        primaries: 1,
        secondaries: 1,
      };
      await untilShown(t, page, DRAWN_ANYWHERE, drawn, name);
      t.regex(
        (await page.locator("#drawing svg").getAttribute("aria-label")) ?? "",
        /^Fabric of 3 cards in view \d+\./,
      );
      t.regex(
        (await page.locator("#rate").getAttribute("aria-label")) ?? "",
        /Numbers a second over the last \d+ seconds/,
      );
      t.regex((await page.locator("#latency").getAttribute("aria-label")) ?? "", /half of them up to /);
      t.true(
        (await page.evaluate<number>("document.documentElement.scrollWidth")) <= options.viewport.width,
        name,
      );
      t.deepEqual(await page.evaluate(COLLISIONS), [], name);
      t.deepEqual(await page.evaluate(LOW_CONTRASTS), [], name);
      await keepPicture(page, name);
      t.deepEqual(complaints, [], name);
    }
  },
);

withChromium(
  `two fabrics are two columns with trunks between them, in light, in dark and on a phone; a cut one is red${needs}`,
  async (t) => {
    const bench = await BrowserBench.start(t, "picture-sides", { hasTwoFabrics: true });
    const looks = [
      ["sides-light", { colorScheme: "light", viewport: { width: 1_180, height: 900 } }],
      ["sides-dark", { colorScheme: "dark", viewport: { width: 1_180, height: 900 } }],
      ["sides-phone", { colorScheme: "light", viewport: { width: 375, height: 800 } }],
    ] as const;
    for (const [name, options] of looks) {
      const { page, complaints } = await bench.open(t, options);
      await page.locator("#drawing .side").nth(1).waitFor();
      await page.locator("#drawing .cable.trunk.alive:has(circle)").nth(2).waitFor();
      await untilTrue(page, IS_AS_WISHED);
      await keepPart(page, "#fabric", `${name}-drawing`);
      const drawn = {
        state: "ready",
        cards: ["1", "2", "3", "4", "5", "6"],
        rows: [
          ["1", "4"],
          ["2", "5"],
          ["3", "6"],
        ],
        cables: 9,
        trunks: ["1-4", "2-5", "3-6"],
        hasTrunkKey: true,
        primaries: 1,
        secondaries: 1,
      };
      await untilShown(t, page, DRAWN, drawn, name);
      t.regex(
        (await page.locator("#drawing svg").getAttribute("aria-label")) ?? "",
        /; trunk between 2 and 5: /,
      );
      t.true(await page.locator("#trunk-key").isVisible(), name);
      t.true(
        (await page.evaluate<number>("document.documentElement.scrollWidth")) <= options.viewport.width,
        name,
      );
      t.deepEqual(await page.evaluate(COLLISIONS), [], name);
      await keepPicture(page, name);
      t.deepEqual(complaints, [], name);
    }
    const { page, complaints } = await bench.open(t, { viewport: { width: 375, height: 800 } });
    await commandRig(bench.rigName, { command: "fabric", action: "cut", fabric: 2 });
    await page.locator("#drawing .cable.dead").nth(2).waitFor();
    // A trunk can look dead for a moment too, while its daemon gets no time.
    const cut = { state: "ready", dead: ["4-5", "4-6", "5-6"] };
    await untilShown(t, page, CUT, cut, "the cables of the cut fabric are dead, and no trunk is");
    t.deepEqual(await page.evaluate(COLLISIONS), []);
    await keepPicture(page, "sides-cut");
    t.deepEqual(complaints, []);
  },
);

withChromium(
  `the keyboard reaches what can be opened and scrolled, and motion stops for who wants none${needs}`,
  async (t) => {
    const bench = await BrowserBench.start(t, "picture-keys");
    const { page, complaints } = await bench.open(t, { reducedMotion: "reduce" });
    await page.locator("#drawing .cable circle").first().waitFor();
    const reached: string[] = [];
    for (let press = 0; press < 12; press += 1) {
      await page.keyboard.press("Tab");
      reached.push(
        await page.evaluate<string>(
          "document.activeElement.id || document.activeElement.textContent.slice(0, 30)",
        ),
      );
    }
    t.is(reached[0], "To the fabric");
    t.true(reached.includes("Cards and cables as tables"), reached.join());
    t.true(reached.includes("time-line"), reached.join());
    await page.locator("#fabric summary").focus();
    await page.keyboard.press("Enter");
    await page.locator("#cards tbody tr").nth(2).waitFor();
    t.is(await page.locator("#cards tbody tr").count(), 3);
    t.true(await page.locator("#cards").isVisible());
    t.true(
      await page.evaluate<boolean>(`(() => {
    const place = () => document.querySelector("#drawing .cable circle").getAttribute("cx");
    const before = place();
    return new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve(place() === before))));
  })()`),
    );
    t.deepEqual(complaints, []);
  },
);

withChromium(`the page follows a failover, a silent card and a cut cable${needs}`, async (t) => {
  const bench = await BrowserBench.start(t, "picture-failover");
  const { page, complaints } = await bench.open(t, {});
  const primary = Number(await page.locator('[data-role~="primary"]').getAttribute("data-card"));
  await commandRig(bench.rigName, { command: "kill", card: primary });
  await page.locator(`[data-card="${primary}"].silent`).waitFor();
  await page.locator(`[data-role~="primary"]:not([data-card="${primary}"])`).waitFor();
  const entries = page.locator("#time-line li");
  await entries
    .filter({ hasText: /View \d+: primary [^0]/ })
    .nth(1)
    .waitFor();
  await entries.filter({ hasText: `Card ${primary} is silent` }).waitFor();
  t.true((await page.locator("#strip path").count()) >= 2);
  await keepPicture(page, "failover");
  await commandRig(bench.rigName, { command: "start", card: primary });
  await page.locator(`[data-card="${primary}"]:not(.silent)`).waitFor();
  await commandRig(bench.rigName, { command: "cut", from: 1, to: 2, oneWay: false });
  await page.locator("#drawing .cable.dead").waitFor();
  await entries
    .filter({ hasText: /Cable between 1 and 2 is/ })
    .first()
    .waitFor();
  await keepPicture(page, "failover-and-cut");
  t.deepEqual(complaints, []);
});

withChromium(
  `the page tells when the daemon is gone, and finds the next one by itself${needs}`,
  async (t) => {
    const bench = await BrowserBench.start(t, "picture-restart");
    const { page, complaints } = await bench.open(t, {});
    bench.daemon.child.kill("SIGKILL");
    await page.locator("#state", { hasText: "daemon gone" }).waitFor();
    t.regex((await page.locator("#notice").textContent()) ?? "", /^The daemon does not answer/);
    t.true(await page.locator("#drawing [data-card]").first().isVisible(), "what was known stays");
    await keepPicture(page, "gone");
    await bench.restartDaemon();
    await page.locator("#state", { hasText: /^ready$/ }).waitFor();
    t.false(await page.locator("#notice").isVisible());
    await page.locator("#drawing .cable circle").first().waitFor();
    // A browser notes itself that nobody answered.
    const own = complaints.filter((text) => !text.includes("net::ERR_"));
    t.deepEqual(own, []);
  },
);
