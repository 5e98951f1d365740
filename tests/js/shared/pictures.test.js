import assert from "node:assert/strict";
import { test } from "node:test";
import { paintImage, sizeOf } from "../../../gan_lesson/widgets/shared/pictures.js";

const sheetOf = (width, height) => ({ width, data: new Uint8ClampedArray(width * height * 4).fill(255) });

test("an image in grey has dark ink, wherever it is placed", () => {
  const sheet = sheetOf(4, 3);
  paintImage(sheet, [9, 9, 0, 255, 100, 200], [2, 2], { from: 2, left: 2, top: 1 });
  const at = (x, y) => [...sheet.data.slice((y * 4 + x) * 4, (y * 4 + x) * 4 + 4)];
  assert.deepEqual(at(2, 1), [255, 255, 255, 255]);
  assert.deepEqual(at(3, 1), [0, 0, 0, 255]);
  assert.deepEqual(at(2, 2), [155, 155, 155, 255]);
  assert.deepEqual(at(3, 2), [55, 55, 55, 255]);
  assert.deepEqual(at(1, 1), [255, 255, 255, 255]);
});

test("an image in colour keeps its colours, wide or tall", () => {
  const sheet = sheetOf(3, 1);
  paintImage(sheet, [1, 2, 3, 10, 20, 30, 100, 200, 250], [3, 1, 3], { from: 0, left: 0, top: 0 });
  assert.deepEqual([...sheet.data], [1, 10, 100, 255, 2, 20, 200, 255, 3, 30, 250, 255]);
  assert.equal(sizeOf([3, 1, 3]), 9);
});
