import assert from "node:assert/strict";
import { test } from "node:test";
import { momentsOf } from "../../../gan_lesson/widgets/time_machine/moments.js";

const column = (value) => Float32Array.of(value);
const CONTENT = {
  steps: Int32Array.of(0, 1200),
  labels: ["start", "epoch 2"],
  curves: {
    moments: Int32Array.of(1),
    real_score: column(0.75),
    fake_score: column(0.25),
    discriminator_loss: column(1.25),
    generator_loss: column(1.5),
  },
  equilibrium: null,
  stepsPerEpoch: 600,
};

test("a moment has a name, a place on the curves and its numbers in words", () => {
  const { nameOf, along, inWords } = momentsOf(CONTENT);
  assert.deepEqual([0, 1].map(nameOf), ["start · step 0", "epoch 2 · step 1,200"]);
  assert.deepEqual([0, 1].map(along), [0, 2]);
  assert.equal(inWords(0), "before the first step");
  assert.equal(inWords(1), "mean scores: D(x) 0.75, D(G(z)) 0.25; losses: discriminator 1.25, generator 1.50");
});

test("without epochs a moment lies at its step", () => {
  const { nameOf, along } = momentsOf({ ...CONTENT, stepsPerEpoch: null });
  assert.deepEqual([nameOf(1), along(1)], ["epoch 2", 1200]);
});
