import assert from "node:assert/strict";
import { test } from "node:test";
import { inWords, LAYERS, saying, verdict } from "../../../gan_lesson/widgets/playground/words.js";

test("each kind of moment has words of its own", () => {
  const said = [
    null,
    { number: 500, real_score: 0.95, fake_score: 0.05 },
    { number: 500, real_score: 0.6, fake_score: 0.3 },
    { number: 3, real_score: 0.5, fake_score: 0.5 },
    { number: 500, real_score: 0.5, fake_score: 0.5 },
    { number: 500, real_score: 0.3, fake_score: 0.6 },
  ].map(saying);
  assert.equal(new Set(said).size, 6);
  assert.match(said[1], /with ease/);
  assert.match(said[5], /fooled/);
});

test("a setting has its name in words, or its own name", () => {
  assert.deepEqual(["own", "sgd", "my_shape"].map(inWords), ["your own", "SGD", "my shape"]);
});

test("scores are read as real, as fake, or not at all", () => {
  assert.deepEqual([0.9, 0.1, 0.5].map(verdict), ["rather real", "rather fake", "can\u2019t tell"]);
});

test("each layer of the picture has a name, words and a mark", () => {
  for (const [name, words, mark] of LAYERS)
    assert.ok(name && words.includes(":") && mark.startsWith("<path") === (name !== "reals"));
});
