import assert from "node:assert/strict";
import { test } from "node:test";
import { small } from "../../../gan_lesson/widgets/six_steps/numbers.js";

test("small numbers are readable", () => {
  assert.deepEqual([0, 0.0001999, 0.00654, 0.91, 12.34].map(small), ["0", "2.0e-4", "0.00654", "0.910", "12.3"]);
});
