import { setTimeout } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import type { ExecutionContext } from "ava";
import type { Page } from "playwright-core";
import { PATIENCE_MS } from "./browser-bench.js";

const LOOK_EVERY_MS = 50;
const WISH_MS = 10_000;

/** Waits for what is nice to have in a picture, and goes on without it where it does not come. */
export async function untilTrue(page: Page, script: string): Promise<void> {
  const endMs = performance.now() + WISH_MS;
  while (!(await page.evaluate<boolean>(script)) && performance.now() < endMs)
    await setTimeout(LOOK_EVERY_MS);
}

/**
 * Asserts that the page comes to show what is expected, all of it at one moment. On a busy computer cards fall silent and come
 * back while somebody looks, so what is read piece by piece need never have been there together.
 * @param script runs in the page and tells what it shows.
 */
export async function untilShown<Shown>(
  t: ExecutionContext,
  page: Page,
  script: string,
  expected: Shown,
  name: string,
): Promise<void> {
  const endMs = performance.now() + PATIENCE_MS;
  for (;;) {
    const shown = await page.evaluate<Shown>(script);
    if (isDeepStrictEqual(shown, expected) || performance.now() >= endMs) {
      t.deepEqual(shown, expected, name);
      return;
    }
    await setTimeout(LOOK_EVERY_MS);
  }
}
