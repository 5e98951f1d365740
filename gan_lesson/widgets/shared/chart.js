// Curves over a common kind of x. Drawn by hand: a chart library would travel with each widget that a page or a notebook
// stores, for the sake of lines that need dashes beside their colours and the themes of JupyterLab, Colab and a page.

import { element } from "./elements.js";
import { short, spread } from "./numbers.js";
import { sharpCanvas, tint, tracePath } from "./pictures.js";

/** @typedef {{ name: string, tint: string, x: ArrayLike<number>, y: ArrayLike<number>, dash?: number[] }} Curve */
/**
 * @typedef {{ series: Curve[], guides?: { value: number, tint?: string }[], marker?: number | number[] | null,
 *   ylim?: [number, number] | null, xlim?: [number, number] | null, say?: string }} Drawing
 */
/** @typedef {{ x: [number, number], y: [number, number] }} Range */

/** The line styles of `plots`: colour is never the only carrier. */
const DASHES = [[], [6, 4], [6, 3, 1.5, 3], [2, 3]];

/** @type {(curve: Curve, index: number) => number[]} */
const dashOf = (curve, index) => curve.dash ?? DASHES[index % DASHES.length];

/**
 * draw({ series, guides, marker, xlim, ylim, say }): marker is one x, or a list of them; `say` is heard with the title.
 *
 * @param {{ title: string, xlabel?: string, width?: number, height?: number }} options
 */
export function lineChart({ title, xlabel = "", width = 320, height = 180 }) {
  const { canvas, context } = sharpCanvas(width, height, title);
  const legend = element("div", { class: "gl-legend", "aria-hidden": "true" });
  const root = element("figure", { class: "gl-figure" }, element("figcaption", { text: title }), canvas, legend);
  const box = { left: 40, right: width - 8, top: 8, bottom: height - (xlabel ? 32 : 18) };
  let names = "";

  /** @type {(name: string, dash: number[], thickness: number, points: [number, number][]) => void} */
  function line(name, dash, thickness, points) {
    if (!points.length) return;
    context.strokeStyle = name.startsWith("#") ? name : tint(canvas, name);
    context.lineWidth = thickness;
    context.setLineDash(dash);
    tracePath(context, points);
    context.stroke();
    context.setLineDash([]);
  }

  /** @type {(range: Range, toY: (y: number) => number, hasCurves: boolean) => void} */
  function drawAxes({ x: [first, last], y: [low, high] }, toY, hasCurves) {
    context.font = "12px sans-serif";
    context.lineWidth = 1;
    context.strokeStyle = context.fillStyle = tint(canvas, "ink");
    context.strokeRect(box.left, box.top, 0, box.bottom - box.top);
    context.strokeRect(box.left, box.bottom, box.right - box.left, 0);
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (const value of [low, (low + high) / 2, high]) context.fillText(short(value), box.left - 5, toY(value));
    context.textBaseline = "top";
    if (hasCurves) {
      context.textAlign = "left";
      context.fillText(short(first), box.left, box.bottom + 4);
      context.textAlign = "right";
      context.fillText(short(last), box.right, box.bottom + 4);
    }
    context.textAlign = "center";
    if (xlabel) context.fillText(xlabel, (box.left + box.right) / 2, height - 15);
  }

  /** @param {Drawing} drawing */
  function draw({ series, guides = [], marker = null, ylim = null, xlim = null, say = "" }) {
    const shown = series.filter((curve) => curve.x.length);
    /** @type {Range} */
    const range = {
      x:
        xlim ??
        spread(
          shown.map((curve) => curve.x),
          [],
        ),
      y:
        ylim ??
        spread(
          shown.map((curve) => curve.y),
          guides.map((guide) => guide.value),
        ),
    };
    const [[first, last], [low, high]] = [range.x, range.y];
    /** @param {number} x */
    const toX = (x) => box.left + ((x - first) / (last - first || 1)) * (box.right - box.left);
    /** @param {number} y */
    const toY = (y) => box.bottom - ((y - low) / (high - low || 1)) * (box.bottom - box.top);
    context.clearRect(0, 0, width, height);
    drawAxes(range, toY, shown.length > 0);
    context.save();
    context.beginPath();
    context.rect(box.left, box.top - 2, box.right - box.left, box.bottom - box.top + 4);
    context.clip();
    for (const guide of guides) {
      line(guide.tint ?? "guide", [1, 3], 1, [
        [box.left, toY(guide.value)],
        [width, toY(guide.value)],
      ]);
    }
    [marker ?? []].flat().forEach((x, index) => {
      line("ink", DASHES[index], 1.5, [
        [toX(x), box.top],
        [toX(x), box.bottom],
      ]);
    });
    series.forEach((curve, index) => {
      const points = Array.from(curve.x, (x, at) => /** @type {[number, number]} */ ([toX(x), toY(curve.y[at])]));
      line(curve.tint, dashOf(curve, index), 2, points);
    });
    context.restore();
    canvas.setAttribute("aria-label", say ? `${title}. ${say}` : title);
    const wanted = series.map((curve) => curve.name).join();
    if (wanted !== names) {
      names = wanted;
      legend.replaceChildren(...series.map(key));
    }
  }

  return { root, draw };
}

/**
 * A curve's entry in the legend.
 *
 * @param {Curve} curve
 * @param {number} index
 */
function key(curve, index) {
  const colour = curve.tint.startsWith("#") ? curve.tint : `var(--gl-${curve.tint})`;
  const mark = element("span");
  mark.innerHTML =
    `<svg width="26" height="8"><path d="M0 4H26" stroke="${colour}" stroke-width="2"` +
    ` stroke-dasharray="${dashOf(curve, index).join(" ")}"/></svg>`;
  return element("span", {}, mark, ` ${curve.name}`);
}
