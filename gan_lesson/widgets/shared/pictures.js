// Canvases, and what is drawn on them in more than one widget.

import { element } from "./elements.js";

/** @typedef {ReturnType<typeof sharpCanvas>} Sheet */
/** @typedef {(x: number, y: number) => [number, number]} Place */

/**
 * The tint of that name in the theme of the moment: generator, discriminator, real, fake, ink, paper, guide, soft.
 *
 * @param {Element} node
 * @param {string} name
 */
export function tint(node, name) {
  return getComputedStyle(node).getPropertyValue(`--gl-${name}`).trim() || "#888";
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {CanvasRenderingContext2DSettings} settings
 */
export function brush(canvas, settings = {}) {
  return /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", settings));
}

/**
 * A canvas of so many CSS pixels, sharp on any screen; `context` draws in CSS pixels.
 *
 * @param {number} width
 * @param {number} height
 * @param {string} label
 */
export function sharpCanvas(width, height, label) {
  const canvas = element("canvas", { role: "img", "aria-label": label, class: "gl-canvas" });
  const context = brush(canvas);
  /** @type {(newWidth: number, newHeight: number) => void} */
  const fit = (newWidth, newHeight) => {
    const ratio = Math.min(globalThis.devicePixelRatio || 1, 2);
    canvas.width = Math.round(newWidth * ratio);
    canvas.height = Math.round(newHeight * ratio);
    canvas.style.aspectRatio = `${newWidth} / ${newHeight}`;
    canvas.style.width = `${newWidth}px`;
    context.setTransform(canvas.width / newWidth, 0, 0, canvas.height / newHeight, 0, 0);
  };
  fit(width, height);
  return { canvas, context, fit };
}

/**
 * Paint an image on a sheet of RGBA, as ImageData is one: pixels 0 to 255 of `shape` [height, width], ink dark and paper
 * white, or [3, height, width], in colour as they are. They begin at `from`.
 *
 * @param {{ data: { [at: number]: number }, width: number }} sheet
 * @param {ArrayLike<number>} pixels
 * @param {number[]} shape
 * @param {{ from: number, left: number, top: number }} place
 */
export function paintImage(sheet, pixels, shape, { from, left, top }) {
  const [height, width] = shape.slice(-2);
  const inColour = shape.length === 3;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const pixel = from + y * width + x;
      const at = ((top + y) * sheet.width + left + x) * 4;
      for (let colour = 0; colour < 3; colour += 1) {
        sheet.data[at + colour] = inColour ? pixels[pixel + colour * height * width] : 255 - pixels[pixel];
      }
    }
  }
}

/** @param {number[]} shape */
export const sizeOf = (shape) => shape.reduce((size, length) => size * length, 1);

/**
 * Pixels 0 to 255 of images of `shape`, see `paintImage`, on a canvas, `columns` a row, 2 pixels apart.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {ArrayLike<number>} pixels
 * @param {number} columns
 */
export function drawImages(canvas, pixels, columns, shape = [28, 28], gap = 2) {
  const [height, width] = shape.slice(-2);
  const size = sizeOf(shape);
  const count = pixels.length / size;
  canvas.width = columns * (width + gap) - gap;
  canvas.height = Math.ceil(count / columns) * (height + gap) - gap;
  const context = brush(canvas);
  const sheet = context.createImageData(canvas.width, canvas.height);
  sheet.data.fill(255);
  for (let index = 0; index < count; index += 1) {
    const left = (index % columns) * (width + gap);
    const top = Math.floor(index / columns) * (height + gap);
    paintImage(sheet, pixels, shape, { from: index * size, left, top });
  }
  context.putImageData(sheet, 0, 0);
}

/**
 * A path through points of the canvas.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {[number, number][]} points
 */
export function tracePath(context, points) {
  context.beginPath();
  points.forEach(([x, y], at) => {
    if (at) context.lineTo(x, y);
    else context.moveTo(x, y);
  });
}

/**
 * Reals: dots at the points (x, y, x, y, ...) of the plane, with an outline in the colour of the paper if wanted.
 *
 * @param {Sheet} sheet
 * @param {ArrayLike<number>} points
 * @param {Place} place where a point of the plane lies on the canvas
 * @param {{ radius: number, outlined?: boolean }} look
 */
export function drawDots({ canvas, context }, points, place, { radius, outlined = false }) {
  context.fillStyle = tint(canvas, "real");
  context.strokeStyle = tint(canvas, "paper");
  context.lineWidth = 1;
  for (let at = 0; at < points.length; at += 2) {
    context.beginPath();
    context.arc(...place(points[at], points[at + 1]), radius, 0, 2 * Math.PI);
    context.fill();
    if (outlined) context.stroke();
  }
}

/**
 * Fakes: crosses at the points (x, y, x, y, ...) of the plane.
 *
 * @param {Sheet} sheet
 * @param {ArrayLike<number>} points
 * @param {Place} place where a point of the plane lies on the canvas
 * @param {number} thickness
 */
export function drawCrosses({ canvas, context }, points, place, thickness) {
  context.beginPath();
  for (let at = 0; at < points.length; at += 2) {
    const [x, y] = place(points[at], points[at + 1]);
    context.moveTo(x - 3, y - 3);
    context.lineTo(x + 3, y + 3);
    context.moveTo(x - 3, y + 3);
    context.lineTo(x + 3, y - 3);
  }
  context.lineWidth = thickness;
  context.strokeStyle = tint(canvas, "fake");
  context.stroke();
}
