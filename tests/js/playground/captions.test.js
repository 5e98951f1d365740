import assert from "node:assert/strict";
import { test } from "node:test";
import { captionOf, measured, PARTS } from "../../../gan_lesson/widgets/playground/captions.js";

const BEFORE = { real_loss: 0.7, fake_loss: 0.6, generator_loss: 0.9, real_score: 0.5, fake_score: 0.4 };
const NOW = { real_loss: 0.5, fake_loss: 0.4, generator_loss: 0.8, real_score: 0.6, fake_score: 0.3 };

test("a step has ten parts, five of each player", () => {
  assert.equal(PARTS.length, 10);
  assert.deepEqual(
    [4, 9].map((at) => PARTS[at].title),
    ["D learns", "G learns"],
  );
});

test("a player that rests or has several updates is told of", () => {
  assert.equal(captionOf(1, { updates_d: 1, updates_g: 0 }), PARTS[0].text);
  assert.match(captionOf(9, { updates_d: 1, updates_g: 0 }), /^G rests/);
  assert.match(captionOf(2, { updates_d: 3, updates_g: 1 }), /D has 3 updates a step: all of them are done at part 5/);
  assert.match(captionOf(6, { updates_d: 1, updates_g: 2 }), /G has 2 updates a step: all of them are done at part 10/);
});

test("the numbers of a part are those of its loss, before and after where a player learns", () => {
  const numbers = (part) => measured(part, { before: BEFORE, now: NOW });
  assert.match(numbers(3), /reals 0\.600, of these fakes 0\.300/);
  assert.match(numbers(4), /0\.900 \(0\.500 on reals, 0\.400 on fakes\)/);
  assert.match(numbers(5), /1\.300 \u2192 0\.900\.$/);
  assert.match(numbers(8), /0\.300/);
  assert.match(numbers(9), /G on this noise: 0\.800\.$/);
  assert.match(numbers(10), /0\.900 \u2192 0\.800\.$/);
  assert.deepEqual([1, 2, 6, 7].map(numbers), ["", "", "", ""]);
});
