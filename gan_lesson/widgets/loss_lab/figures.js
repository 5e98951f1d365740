// A loss with its two pictures and what they say under the finger; and the table of all losses at a moment of a run.

import { element } from "../shared/elements.js";
import { lossPanel } from "./panel.js";
import { indexOf, isFlat, nameOf, signed, verdict } from "./words.js";

/** @typedef {import("./words.js").Loss} Loss */

/**
 * @param {Loss} loss
 * @param {Float32Array} logits
 * @param {(t: number) => void} drag
 */
export function lossFigure(loss, logits, drag) {
  const panels = [lossPanel(loss, logits, "values", drag), lossPanel(loss, logits, "gradients", drag)];
  const numbers = element("div", { class: "gl-lab-numbers" });
  const words = element("div", { class: "gl-lab-verdict" });
  const pair = element("div", { class: "gl-lab-pair" }, ...panels.map((panel) => panel.canvas));
  const caption = element("figcaption", { text: nameOf(loss) });
  return {
    panels,
    pair,
    root: element("figure", { class: "gl-figure gl-lab-loss" }, caption, pair, numbers, words),
    /** @type {(t: number, fakes: Float32Array) => void} */
    draw(t, fakes) {
      const index = indexOf(logits, t);
      for (const panel of panels) panel.draw(t, fakes);
      numbers.textContent = `loss ${signed(loss.values[index], 2)}, gradient ${signed(loss.gradients[index], 3)}`;
      words.textContent = verdict(loss, index, t);
      words.classList.toggle("gl-lab-flat", isFlat(loss, index));
    },
  };
}

/**
 * @param {Loss[]} all
 * @param {number} strongest the largest mean gradient of all moments
 */
export function pullTable(all, strongest) {
  const rows = all.map((loss) => {
    const bar = element("span", { class: "gl-lab-bar", "aria-hidden": "true" });
    const pull = element("span");
    const flat = element("td");
    const root = element(
      "tr",
      {},
      element("th", { scope: "row", text: nameOf(loss) }),
      element("td", {}, pull, bar),
      flat,
    );
    return { root, bar, pull, flat };
  });
  const heads = ["loss", "mean size of the gradient", "flat for"].map((text) => element("th", { scope: "col", text }));
  return {
    root: element(
      "table",
      {},
      element("thead", {}, element("tr", {}, ...heads)),
      element("tbody", {}, ...rows.map((row) => row.root)),
    ),
    /** @type {(pulls: number[], flats: number[], count: number) => void} */
    draw(pulls, flats, count) {
      rows.forEach((row, index) => {
        row.pull.textContent = pulls[index].toFixed(2);
        row.bar.style.width = `${(60 * pulls[index]) / strongest}%`;
        row.flat.textContent = `${flats[index]} of ${count}`;
      });
    },
  };
}
