import assert from "node:assert/strict";
import { test } from "node:test";
import { isMeant, parsedNumber } from "../../../gan_lesson/widgets/quiz/numeric.js";

test("numbers as people type them", () => {
  assert.deepEqual(["1,386", "−3.5", " 12 ", "1e-3", ""].map(parsedNumber), [1386, -3.5, 12, 1e-3, NaN]);
  assert.ok(Number.isNaN(parsedNumber("about five")));
});

test("an answer is a value, give or take two in a thousand, a range, or any other number", () => {
  assert.ok(isMeant({ type: "value", value: 1.386 }, 1.388));
  assert.ok(!isMeant({ type: "value", value: 1.386 }, 1.39));
  assert.deepEqual(
    [1, 2, 3.1].map((number) => isMeant({ type: "range", range: [1, 3] }, number)),
    [true, true, false],
  );
  assert.ok(isMeant({ type: "default" }, 99));
});
