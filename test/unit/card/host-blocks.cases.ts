import { type HostBlock, HostBlocks } from "../../../firmware/card/host-blocks.js";
import { MAX_BLOCK_COUNT, MAX_BLOCKS_IN_FLIGHT } from "../../../firmware/wire/constants.js";
import { Uint64 } from "../../../firmware/wire/uint64.js";
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
    title: "the newest answered blocks are remembered, by tag and count",
    run(t) {
      const blocks = new HostBlocks();
      const first = new Uint64();
      t.false(blocks.recall(0, 0, first), "nothing was answered yet");
      blocks.add(0xffff_ffff, 5, 0);
      t.false(blocks.recall(0xffff_ffff, 5, first), "it is open");
      blocks.answer(blocks.take(true), 1, -2);
      t.is(blocks.openCount, 0);
      t.true(blocks.recall(0xffff_ffff, 5, first));
      t.deepEqual([first.high, first.low], [1, 0xffff_fffe]);
      t.false(blocks.recall(0xffff_ffff, 4, first));
      t.false(blocks.recall(0xffff_fffe, 5, first));
      blocks.add(7, 5, 0);
      blocks.close(blocks.take(true));
      t.false(blocks.recall(7, 5, first), "it got no numbers");
      blocks.clear();
      t.false(blocks.recall(0xffff_ffff, 5, first), "the session is over");
    },
  },
  {
    title: "a block that is the only one is taken without waiting, and remembered like others",
    run(t) {
      const blocks = new HostBlocks();
      const first = new Uint64();
      for (let tag = 1; tag <= MAX_BLOCKS_IN_FLIGHT + 1; tag += 1) {
        const block = blocks.addOnly(tag, tag, 10 * tag);
        t.deepEqual([block.tag, block.count, block.openedUs, block.next], [tag, tag, 10 * tag, null]);
        t.deepEqual([blocks.openCount, blocks.oldest], [1, null]);
        t.true(blocks.isOpen(tag));
        blocks.answer(block, 0, 100 * tag);
      }
      t.false(blocks.recall(1, 1, first), "the ninth has its place");
      for (let tag = 2; tag <= MAX_BLOCKS_IN_FLIGHT + 1; tag += 1) {
        t.true(blocks.recall(tag, tag, first));
        t.is(first.low, 100 * tag);
      }
      blocks.addOnly(20, 1, 0);
      blocks.add(21, 2, 0);
      t.deepEqual([tagsOf(blocks.take(true)), blocks.openCount], [[21], 2]);
    },
  },
  {
    title: "as long as no answer is lost, a host waits for no block that was forgotten",
    run(t) {
      const first = new Uint64();
      for (let batch = 1; batch <= MAX_BLOCKS_IN_FLIGHT; batch += 1) {
        for (let open = 1; open <= MAX_BLOCKS_IN_FLIGHT; open += 1) {
          const blocks = new HostBlocks();
          let tag = 0;
          for (; tag < 3 * batch; tag += 1) {
            blocks.add(tag, 1, 0);
            if (blocks.openCount === batch) answerAll(blocks);
          }
          for (let more = 0; more < open; more += 1) blocks.add(tag + more, 1, 0);
          // It waits for eight: those that are open, and the newest of the others, whose answers are on their way.
          for (let more = 1; more <= Math.min(MAX_BLOCKS_IN_FLIGHT - open, 3 * batch); more += 1) {
            t.true(
              blocks.recall(tag - more, 1, first),
              `${more} before ${open} open ones, answered by ${batch}`,
            );
            t.is(first.low, 100 + tag - more);
          }
        }
      }
    },
  },
];

/** Answers each open block with a number that tells its tag. */
function answerAll(blocks: HostBlocks): void {
  for (let block: HostBlock | null = blocks.take(true); block !== null; block = block.next)
    blocks.answer(block, 0, 100 + block.tag);
}
