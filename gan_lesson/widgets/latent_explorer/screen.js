// The picture of z, with its score, its norm and what was done last.

import { element, problemLine } from "../shared/elements.js";
import { drawImages } from "../shared/pictures.js";
import { pixelsOf } from "./artist.js";
import { norm } from "./latent.js";

/** @typedef {ReturnType<typeof screenOf>} Screen */

/** @param {number | null} score */
export function scoreText(score) {
  return score === null ? "…" : score.toFixed(2);
}

/**
 * @param {number} latentDim
 * @param {boolean} scored
 * @param {number[]} shape of a picture
 */
export function screenOf(latentDim, scored, shape) {
  const [height, width] = shape.slice(-2);
  const canvas = element("canvas", { class: "gl-images gl-now", role: "img", width, height });
  const scoreLine = element("span", { class: "gl-value gl-score" });
  const normLine = element("span", { class: "gl-value gl-norm" });
  const expected = ` (expected √${latentDim} = ${Math.sqrt(latentDim).toFixed(1)})`;
  /** @type {(name: string, value: HTMLElement, meaning: string) => HTMLElement} */
  const number = (name, value, meaning) =>
    element("span", {}, name, value, element("span", { class: "gl-note", text: meaning }));
  return {
    canvas,
    numbers: element(
      "div",
      { class: "gl-row" },
      scored ? number("score of D: ", scoreLine, " (0 fake, 1 real)") : null,
      number("norm of z: ", normLine, expected),
    ),
    status: element("p", { class: "gl-note", role: "status" }),
    problem: problemLine(),
    /** @param {ArrayLike<number>} image */
    draw: (image) => drawImages(canvas, pixelsOf(image), 1, shape),
    /** @param {string} text */
    showScore(text) {
      scoreLine.textContent = text;
    },
    /** @param {import("./latent.js").Vector} z */
    showNorm(z) {
      normLine.textContent = norm(z).toFixed(1);
    },
    /** @param {import("./artist.js").View} view */
    describe({ z, score }) {
      const told = scored && score !== null ? ` The discriminator's score is ${scoreText(score)}.` : "";
      const about = `The norm of z is ${norm(z).toFixed(1)}.`;
      canvas.setAttribute("aria-label", `What the generator makes of z.${told} ${about}`);
    },
  };
}
