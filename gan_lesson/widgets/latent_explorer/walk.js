// The walk from one pin to the other: a slider, nine pictures on the way, and the norm of z along it.

import { lineChart } from "../shared/chart.js";
import { menu } from "../shared/controls.js";
import { element } from "../shared/elements.js";
import { drawImages, sizeOf } from "../shared/pictures.js";
import { nextFrame } from "../shared/puller.js";
import { pixelsOf } from "./artist.js";
import { norm, WALKS } from "./latent.js";
import { mover } from "./sliders.js";

const STRIP = 9;

/** @typedef {import("./latent.js").Vector} Vector */

/**
 * @param {import("./trip.js").Trip} trip
 * @param {import("./screen.js").Screen} screen
 * @param {import("./artist.js").Artist} artist
 */
export function walkPanel(trip, screen, artist) {
  let kind = "slerp";
  /** @type {Vector | null} */
  let walked = null; // the z that the walk came by last
  let strips = 0;
  /** @type {(name: string, share: number) => Vector} */
  const between = (name, share) => {
    const { a, b } = trip.pins;
    if (!a || !b) throw new Error("Pin two pictures first.");
    return WALKS[name](a.z, b.z, share);
  };

  const byHand = mover(
    trip,
    screen,
    { label: "A to B", min: 0, max: 1, step: 0.01, value: 0, say: (share) => `${Math.round(share * 100)} %` },
    (share) => {
      walked = between(kind, share);
      return walked;
    },
  );
  const kindMenu = menu({
    label: "walk",
    options: [
      ["slerp", "slerp: along the arc"],
      ["lerp", "lerp: straight line"],
    ],
    value: kind,
    change: (chosen) => {
      kind = chosen;
      show();
      if (trip.z === walked) byHand.input.dispatchEvent(new Event("input")); // the same share of the other walk
    },
  });
  const strip = element("canvas", { class: "gl-images gl-strip", role: "img" });
  const norms = normChart(trip.z.length, between);
  const note = element("p", { class: "gl-note", text: "From A (left) to B (right)." });
  const root = element(
    "div",
    { class: "gl-columns", hidden: true },
    element("div", {}, kindMenu.root, byHand.root, strip, note),
    norms.root,
  );
  trip.followers.push(() => {
    if (trip.z === walked) norms.draw(byHand.value);
  });

  // The walk in nine pictures: one a frame here, so that the sliders stay quick, or all in one question.
  async function show() {
    root.hidden = false;
    strips += 1;
    const mine = strips;
    const isOver = () => trip.gone || mine !== strips;
    norms.draw(byHand.value);
    try {
      const images = await imagesOf(artist, stopsOf(kind), isOver);
      if (!images) return;
      drawImages(strip, pixelsOf(images), STRIP, artist.shape);
      strip.setAttribute("aria-label", `The walk from A to B by ${kind} in ${STRIP} pictures`);
    } catch (error) {
      screen.problem.show(error);
    }
  }

  /** @param {string} name */
  function stopsOf(name) {
    return Array.from({ length: STRIP }, (_, index) => between(name, index / (STRIP - 1)));
  }

  return {
    root,
    show,
    /** @param {number} share */
    stand(share) {
      byHand.value = share;
    },
  };
}

/**
 * The images of all stops, one after the other; null if the walk was another meanwhile.
 *
 * @param {import("./artist.js").Artist} artist
 * @param {Vector[]} stops
 * @param {() => boolean} isOver
 */
async function imagesOf(artist, stops, isOver) {
  if (!artist.drawsHere) {
    const { images } = await artist.ask(stops);
    return isOver() ? null : images;
  }
  const size = sizeOf(artist.shape);
  const images = new Float32Array(stops.length * size);
  for (const [index, stop] of stops.entries()) {
    await nextFrame();
    if (isOver()) return null;
    images.set(artist.glance(stop).image ?? [], index * size);
  }
  return images;
}

/**
 * The norm of z along both walks.
 *
 * @param {number} latentDim
 * @param {(name: string, share: number) => Vector} between
 */
function normChart(latentDim, between) {
  const shell = Math.sqrt(latentDim);
  const size = { width: 320, height: 170 };
  const chart = lineChart({ title: "Norm of z along the walk", xlabel: "share of the way from A to B", ...size });
  const shares = Array.from({ length: 41 }, (_, index) => index / 40);

  /** @param {string} name */
  function normsOf(name) {
    try {
      return { x: shares, y: shares.map((share) => norm(between(name, share))) };
    } catch {
      return { x: [], y: [] }; // opposite pins have no arc
    }
  }

  return {
    root: chart.root,
    /** @param {number} marker */
    draw(marker) {
      const [straight, arc] = [normsOf("lerp"), normsOf("slerp")];
      const home = `√${latentDim} = ${shell.toFixed(1)}, where noise lives`;
      const middle = straight.y[20].toFixed(1);
      chart.draw({
        series: [
          { name: "slerp", tint: "generator", ...arc },
          { name: "lerp", tint: "discriminator", ...straight },
          { name: home, tint: "guide", x: [0, 1], y: [shell, shell], dash: [1, 3] },
        ],
        marker,
        ylim: [0, 2 * Math.ceil(0.52 * Math.max(shell, ...straight.y, ...arc.y))],
        say: `Half-way the straight line has norm ${middle}; noise has about ${shell.toFixed(1)}.`,
      });
    },
  };
}
