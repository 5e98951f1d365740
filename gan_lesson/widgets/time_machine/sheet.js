// The samples of one moment, each a small canvas with room for its score.

import { element } from "../shared/elements.js";
import { sigmoid } from "../shared/numbers.js";
import { brush, paintImage, sizeOf } from "../shared/pictures.js";

/**
 * @param {number} count
 * @param {number[]} shape of an image: [height, width] in grey, [3, height, width] in colour
 */
export function sheet(count, shape) {
  const [height, width] = shape.slice(-2);
  const size = sizeOf(shape);
  const cells = Array.from({ length: count }, () => {
    const canvas = element("canvas", { width, height });
    const score = element("span", { class: "gl-time-score" });
    const root = element("div", { class: "gl-time-cell" }, canvas, score);
    return { context: brush(canvas), score, root };
  });
  const title = element("h4", { class: "gl-time-title" });
  const grid = element("div", { class: "gl-time-sheet", role: "img" }, ...cells.map((cell) => cell.root));
  const means = element("p", { class: "gl-note" });
  const pixels = new ImageData(width, height);
  pixels.data.fill(255);
  return {
    root: element("div", { class: "gl-time-side" }, title, grid, means),
    /** @param {{ name: string, samples: Uint8Array, logits: Float32Array, scoring: boolean }} moment */
    draw({ name, samples, logits, scoring }) {
      title.textContent = name;
      cells.forEach((cell, index) => {
        paintImage(pixels, samples, shape, { from: index * size, left: 0, top: 0 });
        cell.context.putImageData(pixels, 0, 0);
        const score = sigmoid(logits[index]);
        cell.score.textContent = scoring ? score.toFixed(2) : "";
        cell.root.title = `D's score: ${score.toFixed(2)}`;
        cell.root.classList.toggle("gl-time-believed", scoring && score >= 0.5);
        cell.root.classList.toggle("gl-time-doubted", scoring && score < 0.5);
      });
      const mean = logits.reduce((sum, logit) => sum + sigmoid(logit), 0) / count;
      const fooled = logits.filter((logit) => logit >= 0).length;
      means.textContent =
        `At that moment D gives these ${count} a mean score of ${mean.toFixed(2)} ` +
        `and takes ${fooled} of them for real.`;
    },
    /**
     * Not at every frame: a screen reader would not keep up.
     *
     * @param {string} label
     */
    say(label) {
      grid.setAttribute("aria-label", label);
    },
  };
}
