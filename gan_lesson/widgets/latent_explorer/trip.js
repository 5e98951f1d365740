// Where the explorer is in the latent space, how it got there, and who is told.

import { newest } from "../shared/newest.js";
import { nextFrame } from "../shared/puller.js";
import { scoreText } from "./screen.js";

const SETTLED = 150; // milliseconds without a move, until the kernel and screen readers are told

/** @typedef {import("./latent.js").Vector} Vector */
/** @typedef {import("./artist.js").View} View */
/** @typedef {ReturnType<typeof startTrip>} Trip */

/**
 * @param {Vector} first
 * @param {import("./artist.js").Artist} artist
 * @param {import("./screen.js").Screen} screen
 * @param {import("../shared/kernel.js").Kernel} kernel
 */
export function startTrip(first, artist, screen, kernel) {
  /** @type {Vector[]} */
  const past = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let announcement = ""; // what is said when the picture has settled
  let aroundIsDue = false;
  const trip = {
    z: first,
    /** @type {View} */
    shown: { z: first, image: null, score: null },
    /** @type {{ a: View | null, b: View | null }} */
    pins: { a: null, b: null },
    /** @type {object | null} which control the last move came from, so that one drag is one step back */
    gesture: null,
    gone: false,
    /** Whether a kernel said where the explorer is: until then it knows better. */
    heard: false,
    /** @type {(() => void)[]} who is told of each move at once */
    movers: [],
    /** @type {(() => void)[]} who is told with the next frame */
    followers: [],
    /** Whether the picture of z is on its way from the kernel. */
    get awaited() {
      return inquiries.busy;
    },
    /** @type {(target: Vector, by: object | null) => void} */
    go(target, by) {
      if (by === null || by !== trip.gesture) past.push(trip.z);
      trip.gesture = by;
      trip.z = target;
      trip.refresh();
    },
    /** @type {(words: string, target: Vector) => void} */
    jump(words, target) {
      announcement = words;
      trip.go(target, null);
    },
    back() {
      trip.gesture = null;
      const before = past.pop();
      announcement = before ? "One step back." : ""; // not what was about to be said of the step before
      if (before) {
        trip.z = before;
        trip.refresh();
      } else screen.status.textContent = "There is nothing to go back to.";
    },
    /** A slider speaks for itself. */
    hush() {
      announcement = screen.status.textContent = "";
    },
    // The picture and its score at once; what stands around them with the next frame.
    refresh() {
      trip.shown = artist.glance(trip.z);
      screen.problem.clear();
      if (trip.shown.image) screen.draw(trip.shown.image);
      if (trip.shown.score !== null) screen.showScore(scoreText(trip.shown.score));
      if (!artist.isComplete(trip.shown)) inquiries.offer(trip.shown);
      for (const tell of trip.movers) tell();
      around();
      trip.settle();
    },
    settle(words = announcement) {
      announcement = words;
      clearTimeout(timer);
      timer = setTimeout(() => {
        const { shown } = trip;
        const score = artist.scored && shown.score !== null ? ` Score ${scoreText(shown.score)}.` : "";
        screen.describe(shown);
        if (announcement) screen.status.textContent = `${announcement}${score}`;
        announcement = "";
        trip.report();
      }, SETTLED);
    },
    report() {
      if (trip.heard) reports.offer(null);
    },
    leave() {
      trip.gone = true;
      clearTimeout(timer);
    },
  };

  async function around() {
    if (aroundIsDue) return;
    aroundIsDue = true;
    await nextFrame();
    aroundIsDue = false;
    if (!trip.gone) for (const tell of trip.followers) tell();
  }

  const inquiries = inquiriesOf(trip, artist, screen);
  const reports = reportsOf(trip, screen, kernel);
  return trip;
}

/**
 * What the browser can't compute is asked of the kernel: one question at a time, the newest z wins.
 *
 * @param {Trip} trip
 * @param {import("./artist.js").Artist} artist
 * @param {import("./screen.js").Screen} screen
 */
function inquiriesOf(trip, artist, screen) {
  return newest(async (/** @type {View} */ about) => {
    if (trip.gone) return;
    try {
      const { images, scores } = await artist.ask([about.z]);
      if (trip.gone) return;
      // an answer that comes late is still nearer to the slider than the picture before it
      if (!artist.drawsHere) screen.draw(images);
      if (scores) screen.showScore(scoreText(scores[0]));
      about.image ??= images;
      if (scores) about.score ??= scores[0];
      if (about === trip.shown) trip.settle();
    } catch (error) {
      if (trip.gone || about !== trip.shown) return;
      screen.problem.show(error);
      screen.showScore("unknown");
    }
    await nextFrame();
  });
}

/**
 * The kernel is told where the explorer is: the cells of the notebook ask it.
 *
 * @param {Trip} trip
 * @param {import("./screen.js").Screen} screen
 * @param {import("../shared/kernel.js").Kernel} kernel
 */
function reportsOf(trip, screen, kernel) {
  /** @param {Vector | undefined} noise */
  const plain = (noise) => (noise ? [...noise] : null);
  return newest(async () => {
    if (trip.gone) return;
    try {
      await kernel.ask("moved", { z: plain(trip.z), a: plain(trip.pins.a?.z), b: plain(trip.pins.b?.z) });
    } catch (error) {
      screen.problem.show(error);
    }
  });
}
