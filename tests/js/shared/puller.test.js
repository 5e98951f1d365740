// The browser pulls: one request after the other, with hands on the page or not, and what a pause still draws.

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

/** A puller whose requests are answered by `answer(frame)`. */
function playing() {
  const seen = { open: [], drawn: [], askedWhenDrawn: [], failed: [], told: [] };
  const request = (hands) =>
    new Promise((resolve, reject) => {
      seen.told.push(hands);
      seen.open.push({ resolve, reject });
    });
  const draw = (frame) => {
    seen.drawn.push(frame);
    seen.askedWhenDrawn.push(seen.told.length);
  };
  const pull = puller(request, draw, (error) => seen.failed.push(error.message));
  pull.play();
  return { pull, seen, answer: (frame) => seen.open.shift().resolve(frame) };
}

test("one request is under way, and the next is asked for before a frame is drawn", async () => {
  const { pull, seen, answer } = playing();
  assert.equal(seen.open.length, 1);
  answer("a");
  await until(() => seen.drawn.length === 1);
  assert.deepEqual([seen.open.length, seen.askedWhenDrawn, seen.told], [1, [2], [false, false]]);
  pull.pause();
});

test("while hands are on the page a pause follows each answer, as long as that took", async (context) => {
  let now = 1000;
  const pauses = [];
  const { setTimeout } = globalThis;
  context.mock.method(performance, "now", () => now);
  const { pull, seen, answer } = playing();
  document.dispatchEvent(new Event("input"));
  context.mock.method(globalThis, "setTimeout", (then, milliseconds) => {
    if (milliseconds !== 2) pauses.push([milliseconds, seen.told.length]); // not those of `until`
    return setTimeout(then, 0);
  });
  now += 120;
  answer("a");
  await until(() => seen.told.length === 2);
  now += 3;
  document.dispatchEvent(new Event("input"));
  answer("b");
  await until(() => seen.told.length === 3);
  const betweenFrames = pauses.filter(([milliseconds]) => ![1, 200].includes(milliseconds)); // see nextFrame
  assert.deepEqual(betweenFrames, [
    [120, 1],
    [50, 2],
  ]);
  assert.deepEqual(seen.drawn, ["a", "b"]);
  assert.deepEqual(seen.told, [false, true, true]);
  pull.pause();
});

test("a pause draws the last frame under way and asks no more", async () => {
  const { pull, seen, answer } = playing();
  pull.pause();
  answer("a");
  await until(() => seen.drawn.length === 1);
  assert.deepEqual([seen.told.length, seen.drawn], [1, ["a"]]);
});

test("an error ends the playing and is told once", async () => {
  const { pull, seen } = playing();
  seen.open[0].reject(new Error("no such thing"));
  await until(() => seen.failed.length > 0);
  assert.deepEqual([pull.playing, seen.failed, seen.drawn], [false, ["no such thing"], []]);
});

test("who plays again after a pause gets frames of the new round alone", async () => {
  const { pull, seen } = playing();
  const [old] = seen.open;
  pull.pause();
  pull.play();
  old.resolve("old");
  seen.open[1].resolve("new");
  await until(() => seen.drawn.length === 1);
  assert.deepEqual(seen.drawn, ["new"]);
  pull.pause();
});
