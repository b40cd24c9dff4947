import { type HostBlock, HostBlocks } from "../../../firmware/card/host-blocks.js";
import { MAX_BLOCK_COUNT, MAX_BLOCKS_IN_FLIGHT } from "../../../firmware/wire/constants.js";
import type { UnitCase } from "../../support/unit-case.js";

function tagsOf(first: HostBlock | null): number[] {
  const tags = [];
  for (let block = first; block !== null; block = block.next) tags.push(block.tag);
  return tags;
}

function waiting(...counts: number[]): HostBlocks {
  const blocks = new HostBlocks();
  for (const count of counts) blocks.add(blocks.openCount + 1, count, 10 * blocks.openCount);
  return blocks;
}

export const hostBlocksCases: readonly UnitCase[] = [
  {
    title: "all that waits is taken together, in the order of its coming",
    run(t) {
      const blocks = waiting(5, 1, 7);
      const taken = blocks.take(true);
      t.deepEqual([tagsOf(taken), blocks.takenCount, taken.openedUs], [[1, 2, 3], 13, 0]);
      t.is(blocks.oldest, null);
      t.is(blocks.openCount, 3, "they are open until they are closed");
      blocks.add(9, 2, 50);
      t.deepEqual([tagsOf(blocks.take(true)), blocks.takenCount], [[9], 2]);
    },
  },
  {
    title: "no more is taken than one request may ask for, and nothing is passed over",
    run(t) {
      const blocks = waiting(MAX_BLOCK_COUNT - 5, 5, 1, MAX_BLOCK_COUNT, 3);
      t.deepEqual([tagsOf(blocks.take(true)), blocks.takenCount], [[1, 2], MAX_BLOCK_COUNT]);
      t.deepEqual(
        [tagsOf(blocks.take(true)), blocks.takenCount],
        [[3], 1],
        "the fifth waits behind the fourth",
      );
      t.deepEqual([tagsOf(blocks.take(true)), blocks.takenCount], [[4], MAX_BLOCK_COUNT]);
      t.deepEqual([tagsOf(blocks.take(true)), blocks.takenCount], [[5], 3]);
    },
  },
  {
    title: "one can be taken alone",
    run(t) {
      const blocks = waiting(5, 6);
      t.deepEqual([tagsOf(blocks.take(false)), blocks.takenCount], [[1], 5]);
      t.deepEqual([tagsOf(blocks.take(false)), blocks.takenCount], [[2], 6]);
    },
  },
  {
    title: "what is put back waits in front of all others",
    run(t) {
      const blocks = waiting(1, 1);
      const taken = blocks.take(true);
      blocks.putBack(taken);
      t.deepEqual(tagsOf(blocks.oldest), [1, 2]);
      blocks.add(3, 1, 0);
      const first = blocks.take(false);
      blocks.add(4, 1, 0);
      blocks.putBack(first);
      blocks.add(5, 1, 0);
      t.deepEqual(tagsOf(blocks.take(true)), [1, 2, 3, 4, 5]);
    },
  },
  {
    title: "as many are open as may be, each under its tag until it is closed",
    run(t) {
      const blocks = new HostBlocks();
      t.false(blocks.isOpen(0), "a tag of zero is a tag like any other");
      for (let tag = 0; tag < MAX_BLOCKS_IN_FLIGHT; tag += 1) {
        t.false(blocks.isFull);
        blocks.add(tag, 1, 0);
        t.true(blocks.isOpen(tag));
        t.false(blocks.isOpen(tag + 1));
      }
      t.true(blocks.isFull);
      const second = blocks.take(true).next as HostBlock;
      blocks.close(second);
      t.deepEqual([blocks.isFull, blocks.isOpen(1), blocks.isOpen(2)], [false, false, true]);
      blocks.add(99, 3, 7);
      t.deepEqual([blocks.isFull, blocks.isOpen(99), tagsOf(blocks.oldest)], [true, true, [99]]);
      blocks.clear();
      t.deepEqual([blocks.openCount, blocks.oldest, blocks.isOpen(99)], [0, null, false]);
      blocks.add(1, 1, 0);
      t.deepEqual(tagsOf(blocks.take(true)), [1]);
    },
  },
  {
    title: "tags come in any order, and one that was answered may come again",
    run(t) {
      const blocks = new HostBlocks();
      for (const tag of [7, 3, 0xffff_ffff, 5]) blocks.add(tag, 1, 0);
      const open = (): boolean[] => [0, 3, 4, 5, 7, 0xffff_ffff].map((tag) => blocks.isOpen(tag));
      t.deepEqual(open(), [false, true, false, true, true, true]);
      let block: HostBlock | null = blocks.take(true);
      const tags = [];
      while (block !== null) {
        tags.push(block.tag);
        block = blocks.close(block);
      }
      t.deepEqual(tags, [7, 3, 0xffff_ffff, 5]);
      t.deepEqual(open(), [false, false, false, false, false, false]);
      blocks.add(5, 1, 0);
      t.deepEqual(open(), [false, false, false, true, false, false]);
    },
  },
];
