// The picture of the plane: the layers that a frame holds, over one another.

import { OWN_KEYS } from "../shared/elements.js";
import { drawCrosses, drawDots, sharpCanvas, tint, tracePath } from "../shared/pictures.js";
import { heatMap } from "./heat.js";
import { drawManifold } from "./manifold.js";

const SIDE = 400; // in CSS pixels
const DOTS = { radius: 3, outlined: true };
const MOST_ARROWS = 120;

/** @typedef {import("../shared/pictures.js").Sheet} Sheet */
/** @typedef {import("../shared/pictures.js").Place} Place */
/** @typedef {[number, number]} Point */
/** @typedef {ReturnType<typeof plane>} Plane */

export function plane() {
  const sheet = sharpCanvas(SIDE, SIDE, "The plane");
  const { canvas, context } = sheet;
  canvas.tabIndex = 0;
  canvas.classList.add("gl-plane");
  for (const [name, value] of Object.entries(OWN_KEYS)) canvas.setAttribute(name, value);
  const heat = heatMap(sheet, SIDE);
  let half = 1.6;
  /** @type {Place} */
  const place = (x, y) => [((x + half) / (2 * half)) * SIDE, SIDE - ((y + half) / (2 * half)) * SIDE];

  function clear() {
    context.fillStyle = tint(canvas, "paper");
    context.fillRect(0, 0, SIDE, SIDE);
  }

  return {
    canvas,
    /**
     * @param {any} frame
     * @param {{ show: Set<string>, reals: Float32Array, halfWidth: number, from?: Float32Array | null }} state `from`:
     *   where the fakes were before they moved
     */
    draw(frame, { show, reals, halfWidth, from = null }) {
      half = halfWidth;
      clear();
      if (frame.map && show.has("map")) heat.draw(frame.map);
      if (frame.manifold && show.has("manifold")) drawManifold(sheet, frame.manifold, place);
      if (show.has("reals")) drawDots(sheet, frame.reals ?? reals, place, DOTS);
      if (frame.fakes && show.has("fakes")) {
        if (from && from.length === frame.fakes.length) drawTrails(sheet, from, frame.fakes, place);
        drawCrosses(sheet, frame.fakes, place, 1.8);
      }
      if (frame.arrows && show.has("arrows")) drawArrows(sheet, frame.fakes, frame.arrows, place);
    },
    /**
     * What is being drawn by hand, and where the pen of the keyboard is.
     *
     * @param {Point[]} points
     * @param {Point | null} pen
     */
    sketch(points, pen) {
      clear();
      drawDots(sheet, points.flat(), place, DOTS);
      context.strokeStyle = tint(canvas, "ink");
      if (pen) drawPen(context, place(...pen));
      if (!points.length) {
        context.fillStyle = tint(canvas, "ink");
        context.font = "15px sans-serif";
        context.textAlign = "center";
        context.fillText("Draw here with mouse or finger.", SIDE / 2, SIDE / 2 - 26);
      }
    },
    /**
     * Where in the plane a pointer is.
     *
     * @param {PointerEvent} event
     * @returns {Point}
     */
    locate(event) {
      const box = canvas.getBoundingClientRect();
      const x = ((event.clientX - box.left) / box.width) * 2 * half - half;
      const y = half - ((event.clientY - box.top) / box.height) * 2 * half;
      return [x, y];
    },
  };
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Point} place
 */
function drawPen(context, [x, y]) {
  context.lineWidth = 1;
  tracePath(context, [
    [x - 8, y],
    [x + 8, y],
  ]);
  context.stroke();
  tracePath(context, [
    [x, y - 8],
    [x, y + 8],
  ]);
  context.stroke();
}

/** @type {(sheet: Sheet, from: Float32Array, directions: Float32Array, place: Place) => void} */
function drawArrows({ canvas, context }, from, directions, place) {
  context.beginPath();
  for (let at = 0; at < Math.min(from.length, 2 * MOST_ARROWS); at += 2) {
    const length = Math.hypot(directions[at], directions[at + 1]);
    const reach = 34 * Math.tanh(0.5 * length); // longer for a stronger pull, up to a limit
    if (!(reach > 2)) continue;
    const [dx, dy] = [(directions[at] / length) * reach, (-directions[at + 1] / length) * reach];
    const [x, y] = place(from[at], from[at + 1]);
    context.moveTo(x, y);
    context.lineTo(x + dx, y + dy);
    for (const turn of [-1, 1]) {
      context.moveTo(x + dx, y + dy);
      context.lineTo(x + 0.72 * dx - 0.16 * turn * dy, y + 0.72 * dy + 0.16 * turn * dx);
    }
  }
  context.lineWidth = 1.3;
  context.strokeStyle = tint(canvas, "generator");
  context.stroke();
}

/** @type {(sheet: Sheet, from: Float32Array, to: Float32Array, place: Place) => void} */
function drawTrails({ canvas, context }, from, to, place) {
  context.beginPath();
  for (let at = 0; at < from.length; at += 2) {
    context.moveTo(...place(from[at], from[at + 1]));
    context.lineTo(...place(to[at], to[at + 1]));
  }
  context.lineWidth = 3;
  context.strokeStyle = tint(canvas, "generator");
  context.stroke();
}
