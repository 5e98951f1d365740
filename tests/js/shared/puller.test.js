// The browser pulls: how many requests are under way, with hands on the page or not, and what a pause still draws.

import assert from "node:assert/strict";
import { test } from "node:test";
import { puller } from "../../../gan_lesson/widgets/shared/puller.js";
import { fakeDocument } from "../fakes.js";

globalThis.document = fakeDocument();
globalThis.requestAnimationFrame = (draw) => setTimeout(draw, 1);

const until = async (test) => {
  for (let turn = 0; turn < 400 && !test(); turn += 1) await new Promise((resolve) => setTimeout(resolve, 2));
  assert.ok(test(), "it never came to that");
};

/** A puller whose requests are answered by `answer(frame)`, oldest first. */
function playing(ahead) {
  const seen = { open: [], drawn: [], askedWhenDrawn: [], failed: [], asked: 0 };
  const request = () =>
    new Promise((resolve, reject) => {
      seen.asked += 1;
      seen.open.push({ resolve, reject });
    });
  const draw = (frame) => {
    seen.drawn.push(frame);
    seen.askedWhenDrawn.push(seen.asked);
  };
  const pull = puller(request, draw, (error) => seen.failed.push(error.message), ahead);
  pull.play();
  return { pull, seen, answer: (frame) => seen.open.shift().resolve(frame) };
}

for (const ahead of [1, 2]) {
  test(`${ahead} requests are under way`, async () => {
    const { pull, seen, answer } = playing(ahead);
    assert.equal(seen.open.length, ahead);
    answer("a");
    await until(() => seen.asked === ahead + 1);
    assert.deepEqual([seen.open.length, seen.drawn], [ahead, ["a"]]);
    pull.pause();
  });
}

test("while hands are on the page one request is under way", async () => {
  const { pull, seen, answer } = playing(2);
  document.dispatchEvent(new Event("input"));
  answer("a");
  await until(() => seen.drawn.length === 1);
  document.dispatchEvent(new Event("input"));
  answer("b");
  await until(() => seen.drawn.length === 2);
  // the second was under way already; a third is asked for only when that has come and been drawn
  assert.deepEqual(seen.askedWhenDrawn, [2, 2]);
  await until(() => seen.asked === 3);
  assert.equal(seen.open.length, 1);
  pull.pause();
});

test("a pause draws the last frame under way and asks no more", async () => {
  const { pull, seen, answer } = playing(2);
  pull.pause();
  answer("a");
  answer("b");
  await until(() => seen.drawn.length === 1);
  assert.deepEqual([seen.asked, seen.drawn], [2, ["b"]]);
});

test("an error ends the playing and is told once", async () => {
  const { pull, seen } = playing(2);
  for (const { reject } of seen.open) reject(new Error("no such thing"));
  await until(() => seen.failed.length > 0);
  assert.deepEqual([pull.playing, seen.failed, seen.drawn], [false, ["no such thing"], []]);
});

test("who plays again after a pause gets frames of the new round alone", async () => {
  const { pull, seen } = playing(1);
  const [old] = seen.open;
  pull.pause();
  pull.play();
  old.resolve("old");
  seen.open[1].resolve("new");
  await until(() => seen.drawn.length === 1);
  assert.deepEqual(seen.drawn, ["new"]);
  pull.pause();
});
