// The drawing board: the reader's own data, drawn into the picture with a pointer or with keys.

import { button, element } from "../shared/elements.js";

const MOST_POINTS = 2000; // of a drawing
const GAP = 0.03; // between the points of a stroke
const PEN_STEP = 0.08; // of the pen that the keys move

/** @typedef {[number, number]} Point */
/** @type {Record<string, Point>} */
const ARROW_KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/**
 * Points of a stroke, no further than `gap` apart, `start` left out.
 *
 * @param {Point} start
 * @param {Point} end
 * @param {number} gap
 * @returns {Point[]}
 */
export function stroke(start, end, gap) {
  const count = Math.max(1, Math.ceil(Math.hypot(end[0] - start[0], end[1] - start[1]) / gap));
  return Array.from({ length: count }, (_, at) => {
    const share = (at + 1) / count;
    return [start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])];
  });
}

/** @returns {NonNullable<import("./session.js").Session["sketch"]>} */
const freshSketch = () => ({ points: [], last: null, down: false, pen: null });

/**
 * @param {import("./session.js").Session} session
 * @param {import("./plane.js").Plane} picture
 * @param {{ redraw: () => void, describe: () => void, adopt: () => void, say: (text: string) => void,
 *   warn: (error: Error) => void, leaveSlowMotion: () => Promise<void>, drawing: (on: boolean) => void }} view
 */
export function drawingBoard(session, picture, view) {
  const { canvas } = picture;
  const root = element(
    "div",
    { class: "gl-row", hidden: true },
    button("Use these points", use, { class: "gl-button gl-main" }),
    button("Clear", () => {
      session.sketch = { ...freshSketch(), pen: session.sketch?.pen ?? null };
      view.redraw();
    }),
    button("Cancel", () => {
      stop();
      view.adopt();
      view.redraw();
    }),
    element("span", { class: "gl-note", text: "By keyboard: arrows move the pen, Enter sets a point." }),
  );

  /** @param {boolean} on */
  function setOpen(on) {
    session.sketch = on ? freshSketch() : null;
    root.hidden = !on;
    canvas.classList.toggle("gl-sketching", on);
    view.drawing(on);
    view.describe();
  }

  async function start() {
    session.pause();
    if (session.slow) await view.leaveSlowMotion();
    setOpen(true);
    view.say("Draw the reals in the picture.");
    view.redraw();
    canvas.focus();
  }

  function stop() {
    setOpen(false);
  }

  async function use() {
    const points = session.sketch?.points ?? [];
    if (!points.length) {
      view.warn(new Error("There is no point yet: draw in the picture first."));
      return;
    }
    if (await session.restart("use_points", { points })) {
      stop();
      view.redraw();
      view.say(`The data is now your drawing, ${points.length} points.`);
    }
  }

  /** @param {number} value */
  function inside(value) {
    return Math.max(-session.state.half_width, Math.min(session.state.half_width, value));
  }

  /** @type {(sketch: NonNullable<import("./session.js").Session["sketch"]>, point: Point) => void} */
  function add(sketch, [x, y]) {
    /** @type {Point} */
    const point = [inside(x), inside(y)];
    const fresh = sketch.last ? stroke(sketch.last, point, GAP) : [point];
    sketch.points.push(...fresh.slice(0, MOST_POINTS - sketch.points.length));
    sketch.last = point;
    view.redraw();
  }

  canvas.addEventListener("pointerdown", (event) => {
    const { sketch } = session;
    if (!sketch) return;
    canvas.setPointerCapture(event.pointerId);
    sketch.last = null;
    sketch.down = true;
    add(sketch, picture.locate(event));
  });
  canvas.addEventListener("pointermove", (event) => {
    if (session.sketch?.down) add(session.sketch, picture.locate(event));
  });
  for (const name of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(name, () => {
      if (session.sketch) session.sketch.down = false;
      view.describe();
    });
  }
  canvas.addEventListener("keydown", (event) => {
    const { sketch } = session;
    if (!sketch) return;
    if (event.key in ARROW_KEYS) {
      const [dx, dy] = ARROW_KEYS[event.key];
      const { pen } = sketch;
      sketch.pen = pen ? [inside(pen[0] + PEN_STEP * dx), inside(pen[1] + PEN_STEP * dy)] : [0, 0];
      view.redraw();
    } else if (event.key === "Enter") {
      sketch.pen ??= [0, 0];
      sketch.last = null;
      add(sketch, sketch.pen);
    } else return;
    event.preventDefault();
  });

  return { root, start, stop };
}
