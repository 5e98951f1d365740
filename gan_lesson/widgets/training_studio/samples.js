// What the generator makes of the same noise, now or at an earlier step.

import { slider } from "../shared/controls.js";
import { element } from "../shared/elements.js";
import { newest } from "../shared/newest.js";
import { drawCrosses, drawDots, drawImages, sharpCanvas } from "../shared/pictures.js";

const SIDE = 300; // of the picture of the plane, in CSS pixels
const HALF_WIDTH = 1.6; // of the part of the plane that it shows

/** @typedef {{ number: number, samples: any }} Samples */

/** @type {import("../shared/pictures.js").Place} */
const place = (x, y) => [
  ((x + HALF_WIDTH) / (2 * HALF_WIDTH)) * SIDE,
  SIDE - ((y + HALF_WIDTH) / (2 * HALF_WIDTH)) * SIDE,
];

/**
 * @param {import("../shared/pictures.js").Sheet} sheet
 * @param {ArrayLike<number>} fakes
 * @param {ArrayLike<number> | null} reals
 */
function drawPoints(sheet, fakes, reals) {
  sheet.context.clearRect(0, 0, SIDE, SIDE);
  if (reals) drawDots(sheet, reals, place, { radius: 2 });
  drawCrosses(sheet, fakes, place, 1.5);
}

/** The samples with their title: images, or points in the plane beside the reals of the last batch. */
function samplesFigure() {
  const images = element("canvas", { class: "gl-images", role: "img" });
  const points = sharpCanvas(SIDE, SIDE, "");
  points.canvas.classList.add("gl-studio-points");
  const legend = element("p", { class: "gl-note", text: "× fakes, ● reals of the last batch" });
  const title = element("figcaption", { text: "samples" });
  return {
    root: element("figure", { class: "gl-figure" }, title, images, points.canvas, legend),
    /** @type {(shown: Samples, reals: ArrayLike<number> | null, isPast: boolean) => void} */
    draw({ number, samples }, reals, isPast) {
      const inThePlane = samples.shape.length === 2;
      images.hidden = inThePlane;
      points.canvas.hidden = legend.hidden = !inThePlane;
      title.textContent = `samples after step ${number.toLocaleString("en")}${isPast ? " (looking back)" : ""}`;
      const kind = inThePlane ? "points" : "images";
      const label = `${samples.shape[0]} ${kind} made of the same noise, after step ${number}`;
      (inThePlane ? points.canvas : images).setAttribute("aria-label", label);
      if (inThePlane) drawPoints(points, samples, reals);
      else drawImages(images, samples, 6, samples.shape.slice(1));
    },
  };
}

/**
 * The samples, and a slider through those that were kept. While it stands at its right end, it follows the training.
 *
 * @param {(place: number) => Promise<Samples | null>} load asks for the samples at a place of the slider
 * @param {() => void} shown is told after others are shown
 */
export function samplesPanel(load, shown) {
  const figure = samplesFigure();
  /** @type {{ kept: number[], latest: Samples | null, reals: ArrayLike<number> | null }} */
  const seen = { kept: [], latest: null, reals: null };
  const panel = {
    root: element("div", { class: "gl-studio-panel gl-studio-samples" }, figure.root),
    following: true,
    /** The step whose samples are shown. */
    looking: 0,
    /** @param {any} reply */
    update(reply) {
      if ("real" in reply) seen.reals = reply.real;
      if (reply.kept) keep(reply.kept);
      if (!reply.latest) return;
      seen.latest = reply.latest;
      if (panel.following) draw(reply.latest);
    },
  };

  /** @param {Samples} samples */
  function draw(samples) {
    panel.looking = samples.number;
    figure.draw(samples, seen.reals, !panel.following);
    shown();
  }

  /** @param {number[]} kept the steps whose samples were kept */
  function keep(kept) {
    seen.kept = kept;
    const last = kept.length - 1;
    const at = panel.following ? -1 : kept.findLastIndex((number) => number <= panel.looking);
    panel.following = at < 0 || at === last;
    film.input.max = String(last);
    film.value = panel.following ? last : at;
    film.input.disabled = kept.length < 2;
  }

  const looks = newest(async (/** @type {number} */ at) => {
    panel.following = at === Number(film.input.max);
    if (panel.following) {
      if (seen.latest) draw(seen.latest);
      return;
    }
    const samples = await load(at);
    if (samples && !panel.following) draw(samples);
  });
  const film = slider({
    label: "look back",
    min: 0,
    max: 0,
    step: 1,
    value: 0,
    say: (at) => (seen.kept.length ? `step ${seen.kept[at] ?? 0}` : ""),
    input: (at) => void looks.offer(at),
  });
  panel.root.append(film.root);
  return panel;
}
