// The playground's words: names of settings, the legend, and what the moment means.

/** @type {Record<string, string>} */
const WORDS = {
  ring: "ring of 8 clouds",
  grid: "grid of 25 clouds",
  moons: "two moons",
  spiral: "spiral",
  line: "line",
  own: "your own",
  drawn: "your drawing",
  gaussian: "Gaussian",
  uniform: "uniform, -1 to 1",
  minimax: "minimax",
  non_saturating: "non-saturating",
  least_squares: "least squares",
  hinge: "hinge",
  wasserstein: "Wasserstein (without its bound)",
  adam: "Adam",
  sgd: "SGD",
  rmsprop: "RMSprop",
};

/**
 * The layers of the picture: a name, its words, and a mark for the legend, 22 x 16.
 *
 * @type {[string, string, string][]}
 */
export const LAYERS = [
  ["reals", "reals x: points of the data", '<circle cx="11" cy="8" r="3.5" fill="var(--gl-real)"/>'],
  [
    "fakes",
    "fakes G(z): made by the generator",
    '<path d="M7 4l8 8m0-8l-8 8" stroke="var(--gl-fake)" stroke-width="2"/>',
  ],
  [
    "arrows",
    "arrows: where the generator's loss pulls each fake",
    '<path d="M2 13L17 4m-6-.6l6 .6-2.5 5.4" stroke="var(--gl-generator)" stroke-width="2" fill="none"/>',
  ],
  [
    "map",
    "heat map: D's score, from \u201cfake\u201d (tint of the crosses) to \u201creal\u201d (tint of the dots)",
    '<path d="M1 2h10v12H1z" fill="var(--gl-fake)" opacity=".6"/><path d="M11 2h10v12H11z" fill="var(--gl-real)" opacity=".6"/>',
  ],
  [
    "manifold",
    "manifold: a grid in noise space, as the generator warps it; the stronger a cell's tint, the denser the fakes in it",
    '<path d="M2 3q9 4 18 0m-18 5q9 4 18 0m-18 5q9 4 18 0M4 2v13m7-11v12m7-14v13" stroke="var(--gl-generator)" fill="none"/>',
  ],
];

/** @param {string} name */
export function inWords(name) {
  return WORDS[name] ?? name.replaceAll("_", " ");
}

/**
 * What the moment means, in plain words, from the last step.
 *
 * @param {{ number: number, real_score: number, fake_score: number } | null} last
 */
export function saying(last) {
  if (!last)
    return "Both networks are new. The fakes are one lump, and D can\u2019t tell anything apart yet. Press Play, or go step by step.";
  const gap = last.real_score - last.fake_score;
  if (gap > 0.5)
    return "D tells reals from fakes with ease. Its map shows the fakes the way: uphill, along the arrows.";
  if (gap > 0.12)
    return "D still sees a difference, and G follows the arrows to where D says \u201creal\u201d. As the fakes move, D redraws its map, and the arrows turn.";
  if (gap > -0.12) {
    return last.number < 100
      ? "D gives both about the same score: it has learned little yet, or G has caught up."
      : "D gives reals and fakes about the same score. Either the fakes are good, or this D is blind: look whether the crosses cover all the dots.";
  }
  return "The fakes score higher than the reals: G has fooled D. D will redraw its map.";
}

/**
 * How D's score of a place reads.
 *
 * @param {number} score
 */
export function verdict(score) {
  return score > 0.55 ? "rather real" : score < 0.45 ? "rather fake" : "can\u2019t tell";
}
