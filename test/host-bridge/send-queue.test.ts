import test from "ava";
import { MAX_QUEUED_BYTES, SendQueue } from "../../host-bridge/send-queue.js";

test("bytes leave in order, however little the line takes at a time", (t) => {
  const queue = new SendQueue();
  t.true(queue.add(Uint8Array.of(9, 1, 2, 3, 9), 1, 4));
  t.true(queue.add(Uint8Array.of(4, 5), 0, 2));
  const sent: number[] = [];
  for (let most = 1; !queue.isEmpty; most += 1) {
    let room = most;
    queue.drain((piece) => {
      const taken = Math.min(room, piece.length);
      sent.push(...piece.subarray(0, taken));
      room -= taken;
      return taken;
    });
  }
  t.deepEqual(sent, [1, 2, 3, 4, 5]);
});

test("a full queue takes no part of a frame, and room comes back", (t) => {
  const queue = new SendQueue();
  const bytes = new Uint8Array(MAX_QUEUED_BYTES);
  t.true(queue.add(bytes, 0, MAX_QUEUED_BYTES - 1));
  t.false(queue.add(bytes, 0, 2));
  t.true(queue.add(bytes, 0, 1));
  queue.drain((piece) => piece.length);
  t.true(queue.isEmpty);
  t.true(queue.add(bytes, 0, MAX_QUEUED_BYTES));
});

test("what was handed in may be used again", (t) => {
  const queue = new SendQueue();
  const bytes = Uint8Array.of(1);
  queue.add(bytes, 0, 1);
  bytes[0] = 2;
  queue.drain((piece) => {
    t.is(piece[0], 1);
    return piece.length;
  });
});
