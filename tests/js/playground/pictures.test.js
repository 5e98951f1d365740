import assert from "node:assert/strict";
import { test } from "node:test";
import { shadesOf } from "../../../gan_lesson/widgets/playground/heat.js";
import { area } from "../../../gan_lesson/widgets/playground/manifold.js";
import { scoreAt } from "../../../gan_lesson/widgets/playground/readout.js";
import { nearestRate, RATES } from "../../../gan_lesson/widgets/playground/settings.js";
import { stroke } from "../../../gan_lesson/widgets/playground/sketch.js";

test("strokes have no gaps", () => {
  const points = stroke([0, 0], [3, 4], 1);
  assert.equal(points.length, 5);
  assert.deepEqual(points.at(-1), [3, 4]);
  assert.ok(Math.hypot(points[0][0] - 0.6, points[0][1] - 0.8) < 1e-12);
  assert.deepEqual(stroke([1, 1], [1, 1], 1), [[1, 1]]);
});

test("the heat map goes from the fakes' tint over the paper to the reals' tint", () => {
  const shades = shadesOf([200, 0, 0], [100, 100, 100], [0, 200, 0]);
  assert.equal(shades.length, 256);
  assert.deepEqual(shades[0].map(Math.round), [160, 40, 40]);
  assert.deepEqual(shades[255].map(Math.round), [40, 160, 40]);
  assert.ok(shades[127].every((value) => Math.abs(value - 100) < 1));
});

test("the area of a cell", () => {
  assert.equal(
    area([
      [0, 0],
      [2, 0],
      [2, 3],
      [0, 3],
    ]),
    6,
  );
  assert.equal(
    area([
      [0, 3],
      [2, 3],
      [2, 0],
      [0, 0],
    ]),
    6,
  );
  assert.equal(
    area([
      [1, 1],
      [1, 1],
      [1, 1],
      [1, 1],
    ]),
    0.5,
  );
});

test("the score under the pointer is that of the nearest cell, row 0 at the bottom", () => {
  const map = Object.assign(new Uint8Array([0, 51, 102, 153, 204, 255]), { shape: [2, 3] });
  assert.equal(scoreAt(map, [-1, -1], 1), 0);
  assert.equal(scoreAt(map, [0.1, -0.9], 1), 0.2);
  assert.equal(scoreAt(map, [9, 9], 1), 1);
});

test("a rate finds its place on the slider by ratio", () => {
  assert.equal(RATES[nearestRate(2e-3)], 2e-3);
  assert.equal(RATES[nearestRate(3.2e-3)], 5e-3);
  assert.deepEqual([nearestRate(1e-9), nearestRate(9)], [0, RATES.length - 1]);
});
