// One step in ten parts: what is lit in the diagram, what the picture shows, and what happens.

/** @typedef {{ real_loss: number, fake_loss: number, generator_loss: number, real_score: number, fake_score: number }} Measures */

/** @type {{ title: string, lit: string[], show: string[], text: string }[]} */
export const PARTS = [
  {
    title: "Take reals and noise",
    lit: ["reals", "noise"],
    show: ["reals"],
    text: "D\u2019s turn. A batch of reals is taken from the data, and as many noise vectors z are drawn at random.",
  },
  {
    title: "G makes fakes",
    lit: ["noise", "z-g", "g", "g-fakes", "fakes"],
    show: ["reals", "fakes"],
    text: "The generator turns each vector of noise into a point: a fake. In D\u2019s turn G only supplies them; it learns nothing.",
  },
  {
    title: "D scores both",
    lit: ["reals", "fakes", "reals-d", "fakes-d", "d"],
    show: ["map", "reals", "fakes"],
    text: "The discriminator gives every real and every fake a score between 0 (\u201cfake\u201d) and 1 (\u201creal\u201d): the heat map under them.",
  },
  {
    title: "The loss of D",
    lit: ["d", "d-loss", "loss-d"],
    show: ["map", "reals", "fakes"],
    text: "D\u2019s loss grows with every real that scores low and every fake that scores high. It is what D wants to make small.",
  },
  {
    title: "D learns",
    lit: ["loss-d", "back-d", "d"],
    show: ["map", "reals", "fakes"],
    text: "The loss flows back through D, D\u2019s weights move a little, and this loss falls. The heat map shifts; the fakes stay where they are.",
  },
  {
    title: "Fresh noise",
    lit: ["noise"],
    show: ["map"],
    text: "G\u2019s turn. New noise is drawn. The reals are not needed: the generator never sees them. From here on D stands still.",
  },
  {
    title: "G makes fakes",
    lit: ["noise", "z-g", "g", "g-fakes", "fakes"],
    show: ["map", "fakes"],
    text: "The generator turns the noise into fakes, and this time it will learn from them.",
  },
  {
    title: "D scores the fakes",
    lit: ["fakes", "fakes-d", "d"],
    show: ["map", "fakes"],
    text: "The discriminator scores the fakes. Where the map says \u201creal\u201d, G has fooled it.",
  },
  {
    title: "The loss of G",
    lit: ["d", "d-loss-g", "loss-g", "back-d-g", "back-fakes", "fakes"],
    show: ["map", "fakes", "arrows"],
    text: "G\u2019s loss grows with every fake that scores low. It flows back through D to each fake: the arrows point the way in which it falls fastest, uphill on D\u2019s map. (Where the map is still flat there are none.)",
  },
  {
    title: "G learns",
    lit: ["fakes", "back-g", "g"],
    show: ["map", "fakes"],
    text: "G\u2019s weights move a little, and together the fakes follow their arrows as well as they can. The short lines show how far each has moved. One step is done.",
  },
];

/**
 * What happens in a part, given how many updates a step each player has.
 *
 * @param {number} part from 1
 * @param {{ updates_d: number, updates_g: number }} settings
 */
export function captionOf(part, settings) {
  const mine = part <= 5 ? settings.updates_d : settings.updates_g;
  const player = part <= 5 ? "D" : "G";
  if (mine === 0) return `${player} rests (0 updates a step), so this part changes nothing.`;
  const several = ` (${player} has ${mine} updates a step: all of them are done at part ${part <= 5 ? 5 : 10}.)`;
  return PARTS[part - 1].text + (mine > 1 ? several : "");
}

/**
 * The numbers of a part; where a player learns, before and after.
 *
 * @param {number} part from 1
 * @param {{ before: Measures, now: Measures }} numbers
 */
export function measured(part, { before, now }) {
  /** @param {(one: Measures) => number} of */
  const change = (of) => (part % 5 ? of(now).toFixed(3) : `${of(before).toFixed(3)} \u2192 ${of(now).toFixed(3)}`);
  if (part === 3) {
    return `Mean score of these reals ${now.real_score.toFixed(3)}, of these fakes ${now.fake_score.toFixed(3)}.`;
  }
  if (part === 4 || part === 5) {
    const halves = part === 4 ? ` (${now.real_loss.toFixed(3)} on reals, ${now.fake_loss.toFixed(3)} on fakes)` : "";
    return `Loss of D on this batch: ${change((one) => one.real_loss + one.fake_loss)}${halves}.`;
  }
  if (part === 8) return `Mean score of these fakes ${now.fake_score.toFixed(3)}.`;
  if (part >= 9) return `Loss of G on this noise: ${change((one) => one.generator_loss)}.`;
  return "";
}
