import assert from "node:assert/strict";
import { test } from "node:test";
import { dot, gaussians, moveAlong, mutate, norm, WALKS } from "../../../gan_lesson/widgets/latent_explorer/latent.js";

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const correlation = (one, other) => {
  const [a, b] = [mean(one), mean(other)];
  const product = mean([...one].map((value, at) => (value - a) * (other[at] - b)));
  return (
    product /
    Math.sqrt(mean([...one].map((value) => (value - a) ** 2)) * mean([...other].map((value) => (value - b) ** 2)))
  );
};

test("the noise is Gaussian and repeats with its seed", () => {
  const [one, again, other] = [1, 1, 2].map((seed) => gaussians(seed)(20000));
  assert.deepEqual(one, again);
  const power = (exponent) => mean([...one].map((value) => value ** exponent));
  assert.ok(Math.abs(correlation(one, other)) < 0.03);
  assert.ok(Math.abs(correlation(one.subarray(1), one.subarray(0, -1))) < 0.03);
  assert.ok(Math.abs(power(1)) < 0.03);
  assert.ok(Math.abs(Math.sqrt(power(2)) - 1) < 0.03);
  assert.ok(Math.abs(power(3)) < 0.15);
  assert.ok(Math.abs(power(4) - 3) < 0.3);
});

test("a move along a direction changes that coordinate alone", () => {
  const [z, direction] = [Float32Array.of(1, 2, 3), Float32Array.of(0.6, 0.8, 0)];
  const moved = moveAlong(z, direction, -1);
  assert.ok(Math.abs(dot(moved, direction) + 1) < 1e-6);
  assert.equal(moved[2], 3);
  const aside = Float32Array.of(-0.8, 0.6, 0);
  assert.ok(Math.abs(dot(moved, aside) - dot(z, aside)) < 1e-6);
});

test("a neighbour has the same norm and is another", () => {
  const z = gaussians(1)(100);
  const neighbour = mutate(z, gaussians(2)(100));
  assert.ok(Math.abs(norm(neighbour) - norm(z)) < 1e-4);
  assert.ok(dot(z, neighbour) / norm(z) ** 2 > 0.8);
  assert.notDeepEqual(z, neighbour);
  assert.ok(norm(mutate(new Float32Array(3), Float32Array.of(3, 0, 0))) > 0);
});

test("a walk between opposite pins, or from nowhere, has no arc", () => {
  const z = Float32Array.of(1, 2);
  assert.throws(() => WALKS.slerp(z, Float32Array.of(-1, -2), 0.5), /opposite directions/);
  assert.throws(() => WALKS.slerp(new Float32Array(2), z, 0.5), /no direction/);
  assert.deepEqual([...WALKS.lerp(z, Float32Array.of(-1, -2), 0.5)], [0, 0]);
  assert.deepEqual(WALKS.slerp(z, z, 0.5), WALKS.lerp(z, z, 0.5));
});
