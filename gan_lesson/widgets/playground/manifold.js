// The manifold: a grid in noise space, as the generator warps it.

import { tint, tracePath } from "../shared/pictures.js";

/** @typedef {[number, number]} Point */

/** @type {(density: number, middling: number) => number} */
function opacity(density, middling) {
  return density / (density + middling);
}

/**
 * The area of a polygon, at least a little.
 *
 * @param {Point[]} corners
 */
export function area(corners) {
  let twice = 0;
  corners.forEach(([x, y], at) => {
    const [nextX, nextY] = corners[(at + 1) % corners.length];
    twice += x * nextY - nextX * y;
  });
  return Math.max(Math.abs(twice) / 2, 0.5);
}

/**
 * Each cell of noise space holds equally many fakes: the smaller it is warped, the denser they lie.
 *
 * @param {import("../shared/pictures.js").Sheet} sheet
 * @param {import("../shared/kernel.js").Shaped} corners
 * @param {import("../shared/pictures.js").Place} place
 */
export function drawManifold({ canvas, context }, corners, place) {
  const [count, dimensions] = corners.shape;
  const points = Array.from({ length: count }, (_, index) =>
    place(corners[index * dimensions], corners[index * dimensions + 1]),
  );
  context.strokeStyle = context.fillStyle = tint(canvas, "generator");
  const side = Math.round(Math.sqrt(count));
  if (side * side === count) drawSheet(context, points, side);
  else drawThread(context, points);
  context.globalAlpha = 1;
}

/**
 * One number of noise: a thread.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {Point[]} points
 */
function drawThread(context, points) {
  context.lineWidth = 3;
  for (let index = 1; index < points.length; index += 1) {
    const [from, to] = [points[index - 1], points[index]];
    context.globalAlpha = opacity(1 / (points.length * Math.hypot(to[0] - from[0], to[1] - from[1])), 0.02);
    tracePath(context, [from, to]);
    context.stroke();
  }
}

/**
 * Two numbers of noise: a sheet.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {Point[]} points
 * @param {number} side how many points a row
 */
function drawSheet(context, points, side) {
  for (let row = 0; row + 1 < side; row += 1) {
    for (let column = 0; column + 1 < side; column += 1) {
      const first = row * side + column;
      const corners = [first, first + 1, first + side + 1, first + side].map((index) => points[index]);
      context.globalAlpha = 0.85 * opacity(1 / (points.length * area(corners)), 1e-4);
      tracePath(context, corners);
      context.fill();
    }
  }
  context.globalAlpha = 0.45;
  context.lineWidth = 0.7;
  for (let index = 0; index < side; index += 1) {
    tracePath(context, points.slice(index * side, (index + 1) * side));
    context.stroke();
    tracePath(
      context,
      points.filter((_, at) => at % side === index),
    );
    context.stroke();
  }
}
