import assert from "node:assert/strict";
import { test } from "node:test";
import { count, duration, toPower } from "../../../gan_lesson/widgets/training_studio/numbers.js";

test("counts and durations as a person says them", () => {
  assert.deepEqual([12.3, 1.234, 3661].map(count), ["12", "1.2", "3,661"]);
  assert.deepEqual([3.21, 75, 7325].map(duration), ["3.2 s", "1 min 15 s", "2 h 2 min"]);
});

test("a rate lies on the slider, at its ends where it is beyond them", () => {
  assert.deepEqual([1e-3, 1, 0, 1e-9].map(toPower), [-3, -1, -6, -6]);
});
