// What is read beside and under the picture: the step, the scores, what they mean, and D's score under the pointer.

import { element } from "../shared/elements.js";
import { saying, verdict } from "./words.js";

/**
 * D's score of the place (x, y), from a map whose row 0 is the bottom.
 *
 * @param {import("../shared/kernel.js").Shaped} map
 * @param {[number, number]} place
 * @param {number} halfWidth
 */
export function scoreAt(map, [x, y], halfWidth) {
  const [rows, columns] = map.shape;
  /** @type {(value: number, count: number) => number} */
  const cell = (value, count) => {
    const at = Math.round(((value + halfWidth) / (2 * halfWidth)) * (count - 1));
    return Math.max(0, Math.min(count - 1, at));
  };
  return map[cell(y, rows) * columns + cell(x, columns)] / 255;
}

export function readout() {
  const step = element("strong", { class: "gl-steps", text: "Step 0" });
  const scores = element("span", { class: "gl-scores", text: "no scores yet" });
  const meaning = element("p", { class: "gl-saying" });
  const probe = element("p", {
    class: "gl-note gl-probe",
    text: "Point at a place in the picture to read D\u2019s score there.",
  });
  return {
    line: element("p", {}, step, " \u00b7 ", scores),
    meaning,
    probe,
    /** @param {any} frame */
    update({ number, charts, last }) {
      step.textContent = `Step ${number}`;
      if (!charts && last) return; // too fast to be read
      scores.textContent = last
        ? `mean score of reals, D(x): ${last.real_score.toFixed(2)} \u00b7 of fakes, D(G(z)): ${last.fake_score.toFixed(2)}`
        : "no scores yet";
      meaning.textContent = saying(last);
    },
    /** @type {(place: [number, number], score: number) => void} */
    point([x, y], score) {
      probe.textContent = `D\u2019s score at (${x.toFixed(1)}, ${y.toFixed(1)}): ${score.toFixed(2)}, ${verdict(score)}.`;
    },
  };
}
