// What the debugger shows of a step: images with their scores, tensors, and the layers of both networks.

import { button, element } from "../shared/elements.js";
import { drawImages, sizeOf } from "../shared/pictures.js";
import { small } from "./numbers.js";

/** @typedef {"generator" | "discriminator"} Player */
/** @typedef {{ name: string, gradient: number | null, filled: boolean, moved: number }} Layer */
/**
 * @typedef {{ name: string, pixels: Uint8Array & { shape: number[] }, scores: Float32Array, mean: number,
 *   before: number | null }} ImageGroup
 */

/** @param {ImageGroup} group */
export function imageFigure({ name, pixels, scores, mean, before }) {
  const shape = pixels.shape.slice(1);
  const size = sizeOf(shape);
  const cells = Array.from(scores, (score, at) => {
    const canvas = element("canvas");
    drawImages(canvas, pixels.subarray(at * size, (at + 1) * size), 1, shape);
    return element("div", {}, canvas, score.toFixed(2));
  });
  const same = before?.toFixed(4) === mean.toFixed(4);
  const mind = before === null ? "" : same ? ", as before" : `, before this step ${before.toFixed(4)}`;
  const told = `D's mean score now: ${mean.toFixed(4)}${mind}`;
  return element(
    "figure",
    { class: "gl-figure" },
    element("figcaption", {}, `${name} `, element("small", { text: told })),
    element("div", { class: "gl-six-cells", role: "img", "aria-label": `${scores.length} ${name}. ${told}` }, ...cells),
  );
}

/**
 * @param {string} caption
 * @param {string[]} names
 */
function heads(caption, names) {
  const row = element("tr", {}, ...names.map((name) => element("th", { scope: "col", text: name })));
  return [element("caption", { text: caption }), element("thead", {}, row)];
}

/** @param {[string, string, string][]} tensors name, shape and what it is */
export function tensorRows(tensors) {
  const rows = tensors.map(([name, shape, what]) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, element("code", { text: name })),
      ...[shape, what].map((text) => element("td", { text })),
    ),
  );
  return [...heads("Tensors so far", ["name", "shape", "what it is"]), element("tbody", {}, ...rows)];
}

/**
 * @param {number} value
 * @param {number} largest
 * @param {string} tint
 */
function bar(value, largest, tint) {
  const width = largest > 0 ? Math.max(2, (value / largest) * 100) : 0;
  const style = `width: ${width}%; background: var(--gl-${tint})`;
  return element("span", { class: "gl-six-bar", "aria-hidden": "true", style });
}

/**
 * @param {Player} player
 * @param {Layer[]} layers
 * @param {{ gradient: number, moved: number }} largest of both networks
 */
function networkRows(player, layers, largest) {
  const rows = layers.map(({ name, gradient, filled, moved }) => {
    const told = gradient === null ? "none" : `${small(gradient)}${filled ? " filled now" : " as before"}`;
    const grad = element("td", { text: told });
    if (gradient !== null) grad.append(bar(gradient, largest.gradient, filled ? player : "guide"));
    const move = element("td", { text: moved ? small(moved) : "did not move" });
    if (moved) move.append(bar(moved, largest.moved, player));
    return element("tr", {}, element("th", { scope: "row", text: name }), grad, move);
  });
  const title = player === "generator" ? "Generator" : "Discriminator";
  return [...heads(title, ["layer", "length of .grad", "moved by (mean)"]), element("tbody", {}, ...rows)];
}

/** Both networks, layer by layer. */
export function networkTables() {
  const tables = { generator: element("table"), discriminator: element("table") };
  return {
    root: element("div", { class: "gl-columns" }, tables.generator, tables.discriminator),
    /** @param {Record<Player, Layer[]>} networks */
    update(networks) {
      const all = Object.values(networks).flat();
      const largest = {
        gradient: Math.max(...all.map(({ gradient }) => gradient ?? 0)),
        moved: Math.max(...all.map(({ moved }) => moved)),
      };
      for (const player of /** @type {Player[]} */ (Object.keys(networks))) {
        tables[player].replaceChildren(...networkRows(player, networks[player], largest));
      }
    },
  };
}

/**
 * A button for each of the six steps.
 *
 * @param {(number: number) => void} run
 */
export function stepButtons(run) {
  const steps = [1, 2, 3, 4, 5, 6].map((number) => button("", () => run(number)));
  return {
    root: element("ol", { class: "gl-six-buttons" }, ...steps.map((step) => element("li", {}, step))),
    /** @param {{ done: number, next: number, titles: string[] }} reply */
    update({ done, next, titles }) {
      steps.forEach((step, at) => {
        const isNext = at + 1 === next;
        const ran = at + 1 <= done;
        step.replaceChildren(element("b", { text: `${at + 1}${isNext ? " ▸" : ran ? " ✓" : ""}` }), titles[at]);
        step.classList.toggle("gl-main", isNext);
        const told = `Step ${at + 1}: ${titles[at]}${isNext ? " (next)" : ran ? " (has run)" : ""}`;
        step.setAttribute("aria-label", told);
        if (isNext) step.setAttribute("aria-current", "step");
        else step.removeAttribute("aria-current");
      });
    },
  };
}
