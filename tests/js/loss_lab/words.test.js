import assert from "node:assert/strict";
import { test } from "node:test";
import {
  flatSentence,
  indexOf,
  isFlat,
  signed,
  sureness,
  verdict,
  whereabouts,
} from "../../../gan_lesson/widgets/loss_lab/words.js";

const LOGITS = Float32Array.from({ length: 201 }, (_, at) => (at - 100) / 10);
const flatBelow = { name: "minimax", flat: [[0, 50]], values: LOGITS, gradients: LOGITS.map(() => -0.5) };
const flatAbove = { name: "non_saturating", flat: [[150, 200]], values: LOGITS, gradients: LOGITS.map(() => 0.25) };

test("a logit finds its place on the grid, also beyond its ends", () => {
  assert.deepEqual(
    [-10, 0, 0.04, 10, 99].map((t) => indexOf(LOGITS, t)),
    [0, 100, 100, 200, 200],
  );
});

test("a flat stretch holds both of its ends", () => {
  assert.deepEqual(
    [0, 50, 51].map((at) => isFlat(flatBelow, at)),
    [true, true, false],
  );
});

test("what a loss does is put into words", () => {
  assert.equal(verdict(flatBelow, 10, -9), "flat here: it teaches next to nothing");
  assert.equal(verdict(flatAbove, 190, 9), "flat here: the fake already fools D");
  assert.equal(verdict(flatBelow, 100, 0), "pushes the logit up, by 0.50");
  assert.equal(verdict(flatAbove, 100, 0), "pulls the logit back, by 0.25");
});

test("the losses that are flat are named", () => {
  const all = [flatBelow, flatAbove];
  assert.equal(flatSentence(all, LOGITS, 0), "None of the five is flat here.");
  assert.match(flatSentence(all, LOGITS, -8), /^Minimax is flat here: it teaches next to nothing/);
  assert.equal(flatSentence(all, LOGITS, 8), "Non-saturating is flat here: the fake already fools D.");
});

test("how sure D is, and where the fakes lie", () => {
  assert.equal(new Set([0.01, 0.2, 0.5, 0.8, 0.99].map(sureness)).size, 5);
  assert.equal(whereabouts(Float32Array.of(-1, -1)), "all lie at \u22121.0");
  assert.equal(whereabouts(Float32Array.of(-2, 4)), "lie between \u22122.0 and 4.0, 1.0 on average");
  assert.equal(signed(-0.5, 2), "\u22120.50");
});
