// One picture of a loss: its values, or its gradients, against the logit of a fake.

import { sharpCanvas, tint, tracePath } from "../shared/pictures.js";
import { indexOf, isFlat, nameOf, signed } from "./words.js";

/** @typedef {import("./words.js").Loss} Loss */
/** @typedef {"values" | "gradients"} Kind */
/** @typedef {ReturnType<typeof scaleOf>} Scale */
/** @typedef {import("../shared/pictures.js").Sheet & { scale: Scale, loss: Loss, logits: Float32Array, kind: Kind }} Panel */

const HEIGHT = 132;
/** @type {Record<Kind, { title: string, range: [number, number], ticks: number[] }>} */
const KINDS = {
  values: { title: "loss", range: [-8, 8], ticks: [-8, 0, 8] },
  gradients: { title: "gradient", range: [-2.5, 1.5], ticks: [-2, -1, 0, 1] },
};
const PAD = { left: 26, right: 6, top: 18, bottom: 18 };

/**
 * From logits and values to the pixels of a panel, and back.
 *
 * @param {Float32Array} logits
 * @param {Kind} kind
 */
function scaleOf(logits, kind) {
  const [first, last] = [logits[0], logits[logits.length - 1]];
  const [low, high] = KINDS[kind].range;
  const scale = {
    width: 200,
    low,
    high,
    get inner() {
      return scale.width - PAD.left - PAD.right;
    },
    /** @param {number} t */
    toX: (t) => PAD.left + ((t - first) / (last - first)) * scale.inner,
    /** @param {number} share of the width */
    toLogit: (share) => ((share * scale.width - PAD.left) / scale.inner) * (last - first) + first,
    /** @param {number} value */
    toY: (value) => HEIGHT - PAD.bottom - ((value - low) / (high - low)) * (HEIGHT - PAD.top - PAD.bottom),
    /** @param {number} value */
    toYInside: (value) => scale.toY(Math.max(low, Math.min(high, value))),
  };
  return scale;
}

/** @param {Panel} panel */
function drawFlatStretches({ canvas, context, scale, loss, logits }) {
  for (const [first, last] of loss.flat) {
    const left = scale.toX(logits[first]) - 2;
    const right = scale.toX(logits[last]) + 2;
    context.fillStyle = tint(canvas, "soft");
    context.fillRect(left, PAD.top, right - left, HEIGHT - PAD.top - PAD.bottom);
    context.fillStyle = tint(canvas, "ink");
    context.textAlign = "center";
    if (right - left > 30) context.fillText("flat", (left + right) / 2, PAD.top + 4);
  }
}

/**
 * @param {Panel} panel
 * @param {number} t
 */
function drawAxes({ canvas, context, scale, kind }, t) {
  const { toX, toY } = scale;
  context.strokeStyle = tint(canvas, "guide");
  context.fillStyle = tint(canvas, "ink");
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const value of KINDS[kind].ticks) context.fillText(signed(value, 0), PAD.left - 4, toY(value));
  context.textBaseline = "top";
  /** @type {[number, CanvasTextAlign][]} */
  const places = [
    [-10, "left"],
    [0, "center"],
    [10, "right"],
  ];
  for (const [value, align] of places) {
    context.textAlign = align;
    context.fillText(signed(value, 0), toX(value), HEIGHT - PAD.bottom + 4);
  }
  context.strokeRect(PAD.left, PAD.top, 0, HEIGHT - PAD.top - PAD.bottom);
  tracePath(context, [
    [toX(-10), toY(0)],
    [toX(10), toY(0)],
  ]);
  context.stroke();
  tracePath(context, [
    [toX(t), toY(scale.low)],
    [toX(t), toY(scale.high)],
  ]);
  context.stroke();
}

/** @param {Panel} panel */
function drawCurve({ canvas, context, scale, loss, logits, kind }) {
  /** @type {(from: number, to: number) => void} */
  const path = (from, to) => {
    context.beginPath();
    for (let at = from; at <= to; at += 1) context.lineTo(scale.toX(logits[at]), scale.toY(loss[kind][at]));
    context.stroke();
  };
  context.save();
  context.beginPath();
  context.rect(PAD.left, PAD.top - 1, scale.inner, HEIGHT - PAD.top - PAD.bottom + 2);
  context.clip();
  context.strokeStyle = tint(canvas, "generator");
  context.lineWidth = 2;
  path(0, logits.length - 1);
  context.lineWidth = 5;
  for (const [first, last] of loss.flat) path(first, last);
  context.restore();
}

/**
 * @param {Panel} panel
 * @param {Float32Array} fakes
 */
function drawFakes({ canvas, context, scale, loss, logits, kind }, fakes) {
  context.strokeStyle = tint(canvas, "fake");
  context.lineWidth = 1;
  context.globalAlpha = 0.6;
  for (const fake of fakes) {
    const at = indexOf(logits, fake);
    const [x, y] = [scale.toX(logits[at]), scale.toYInside(loss[kind][at])];
    tracePath(context, [
      [x, y - 6],
      [x, y + 6],
    ]);
    context.stroke();
  }
  context.globalAlpha = 1;
}

/**
 * The way the generator's update pushes the logit: against the gradient, the longer the steeper.
 *
 * @param {Panel} panel
 * @param {number} at
 */
function drawPush({ canvas, context, scale, loss, logits }, at) {
  const gradient = Math.max(-2, Math.min(2, loss.gradients[at]));
  if (isFlat(loss, at)) return;
  const [x, y] = [scale.toX(logits[at]), scale.toYInside(loss.values[at])];
  const reach = x - Math.sign(gradient) * (10 + 14 * Math.abs(gradient));
  const end = Math.max(PAD.left + 2, Math.min(scale.width - 2, reach));
  const back = Math.sign(end - x) * 6;
  context.strokeStyle = tint(canvas, "ink");
  context.lineWidth = 2;
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(end, y);
  context.moveTo(end - back, y - 4);
  context.lineTo(end, y);
  context.lineTo(end - back, y + 4);
  context.stroke();
}

/**
 * @param {Loss} loss
 * @param {Float32Array} logits
 * @param {Kind} kind
 * @param {(t: number) => void} drag
 */
export function lossPanel(loss, logits, kind, drag) {
  const { title } = KINDS[kind];
  const label = `${nameOf(loss)}: ${title} against the logit t of a fake`;
  const scale = scaleOf(logits, kind);
  const sheet = sharpCanvas(scale.width, HEIGHT, label);
  const panel = { ...sheet, scale, loss, logits, kind };
  const { canvas, context } = sheet;
  canvas.classList.add("gl-lab-panel");
  /** @param {PointerEvent} event */
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    drag(scale.toLogit((event.clientX - box.left) / box.width));
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    place(event);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (canvas.hasPointerCapture(event.pointerId)) place(event);
  });
  return {
    canvas,
    /** @type {(t: number, fakes: Float32Array) => void} */
    draw(t, fakes) {
      context.clearRect(0, 0, scale.width, HEIGHT);
      context.font = "12px sans-serif";
      context.lineWidth = 1;
      context.fillStyle = tint(canvas, "ink");
      context.textBaseline = "top";
      context.textAlign = "left";
      context.fillText(title, PAD.left + 2, 1);
      drawFlatStretches(panel);
      drawAxes(panel, t);
      drawCurve(panel);
      drawFakes(panel, fakes);
      const at = indexOf(logits, t);
      if (kind === "values") drawPush(panel, at);
      context.beginPath();
      context.arc(scale.toX(t), scale.toYInside(loss[kind][at]), 6, 0, 2 * Math.PI);
      context.fillStyle = tint(canvas, "fake");
      context.fill();
      context.lineWidth = 2;
      context.strokeStyle = tint(canvas, "paper");
      context.stroke();
    },
    /** @param {number} t */
    say(t) {
      const value = signed(loss[kind][indexOf(logits, t)], 2);
      canvas.setAttribute("aria-label", `${label}. At ${signed(t, 1)} it is ${value}`);
    },
    /** @param {number} newWidth */
    refit(newWidth) {
      scale.width = newWidth;
      sheet.fit(newWidth, HEIGHT);
    },
  };
}
