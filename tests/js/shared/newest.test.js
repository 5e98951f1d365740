import assert from "node:assert/strict";
import { test } from "node:test";
import { newest } from "../../../gan_lesson/widgets/shared/newest.js";

function heldBack(merge) {
  const sent = [];
  const release = [];
  const queue = newest((value) => {
    sent.push(value);
    return new Promise((resolve, reject) => release.push({ resolve, reject }));
  }, merge);
  return { queue, sent, release };
}

test("of many values the newest arrives last and few are sent", async () => {
  const { queue, sent, release } = heldBack();
  const offers = [1, 2, 3, 4].map((value) => queue.offer(value));
  assert.ok(queue.busy && queue.waits);
  release[0].resolve();
  assert.deepEqual(await Promise.all(offers.slice(1)), [false, false, false]);
  release[1].resolve();
  assert.equal(await offers[0], true);
  assert.deepEqual(sent, [1, 4]);
  assert.ok(!queue.busy && !queue.waits);
});

test("what waits can be merged with what comes", async () => {
  const { queue, sent, release } = heldBack((waiting, value) => ({ ...waiting, ...value }));
  const first = queue.offer({ a: 1 });
  queue.offer({ b: 1, c: 1 });
  queue.offer({ b: 2 });
  release[0].resolve();
  await Promise.resolve();
  await Promise.resolve();
  release[1].resolve();
  await first;
  assert.deepEqual(sent, [{ a: 1 }, { b: 2, c: 1 }]);
});

test("a failure is told to who sent, drops what waits, and leaves the queue usable", async () => {
  const { queue, sent, release } = heldBack();
  const first = queue.offer(1);
  queue.offer(2);
  release[0].reject(new Error("no"));
  await assert.rejects(first, /no/);
  const next = queue.offer(3);
  release[1].resolve();
  assert.equal(await next, true);
  assert.deepEqual(sent, [1, 3]);
});
