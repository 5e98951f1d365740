import assert from "node:assert/strict";
import { test } from "node:test";
import { short, sigmoid, spread } from "../../../gan_lesson/widgets/shared/numbers.js";

test("sigmoid", () => {
  assert.equal(sigmoid(0), 0.5);
  assert.ok(Math.abs(sigmoid(2) - 0.8807970779778823) < 1e-15);
  assert.deepEqual([sigmoid(-1000), sigmoid(1000)], [0, 1]);
});

test("the spread of curves leaves out what is not finite, and is never empty", () => {
  assert.deepEqual(spread([[1, NaN, 3], new Float32Array([-2, Infinity])], [5]), [-2, 5]);
  assert.deepEqual(spread([], []), [0, 1]);
  assert.deepEqual(spread([[7, 7]], []), [6.5, 7.5]);
});

test("an axis shows numbers in few characters", () => {
  const shown = [12345, -20000, 300, 3, 123.4, 0.25, 0.0345, 0.0002].map(short);
  assert.deepEqual(shown, ["12k", "-20k", "300", "3", "123", "0.25", "0.03", "2e-4"]);
});
