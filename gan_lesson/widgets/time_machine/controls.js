// What the TimeMachine is moved by: two sliders, two boxes to tick, and a button that plays through all moments.

import { slider, tick } from "../shared/controls.js";
import { button } from "../shared/elements.js";

const MILLISECONDS = 250;
const MILLISECONDS_WITH_LITTLE_MOTION = 1000;

/** @typedef {(name: string, value: unknown) => void} Set */

/**
 * @param {import("../shared/kernel.js").Model} model
 * @param {string[]} labels
 * @param {Set} set
 * @param {() => void} touched what happens before the moment is moved by hand
 */
export function timeControls(model, labels, set, touched) {
  const range = { min: 0, max: labels.length - 1, step: 1, say: (/** @type {number} */ moment) => labels[moment] };
  return {
    now: slider({
      label: "moment",
      ...range,
      value: model.get("moment"),
      input: (moment) => {
        touched();
        set("moment", moment);
      },
    }),
    other: slider({
      label: "compared with",
      ...range,
      value: model.get("other"),
      input: (moment) => set("other", moment),
    }),
    comparing: tick({
      label: "compare two moments",
      checked: model.get("comparing"),
      change(on) {
        const moment = model.get("moment");
        // a moment says nothing beside itself
        if (on && moment === model.get("other")) set("other", Math.floor(moment / 8));
        set("comparing", on);
      },
    }),
    scoring: tick({
      label: "D's score of each sample",
      checked: model.get("scoring"),
      change: (on) => set("scoring", on),
    }),
  };
}

/**
 * Plays through the moments, from the first one again where the last is shown.
 *
 * @param {import("../shared/kernel.js").Model} model
 * @param {number} last
 * @param {{ started: () => void, stopped: () => void }} told
 */
export function player(model, last, { started, stopped }) {
  /** @type {ReturnType<typeof setInterval> | null} */
  let timer = null;
  const playing = {
    root: button("Play", () => playing.toggle(), { class: "gl-button gl-main gl-time-play" }),
    get on() {
      return timer !== null;
    },
    toggle() {
      if (timer === null) start();
      else playing.pause();
    },
    pause() {
      if (timer === null) return;
      playing.leave();
      playing.root.textContent = "Play";
      model.save_changes();
      stopped();
    },
    leave() {
      if (timer !== null) clearInterval(timer);
      timer = null;
    },
  };
  function start() {
    const little = matchMedia("(prefers-reduced-motion: reduce)").matches;
    timer = setInterval(advance, little ? MILLISECONDS_WITH_LITTLE_MOTION : MILLISECONDS);
    playing.root.textContent = "Pause";
    started();
    if (model.get("moment") === last) model.set("moment", 0);
  }
  function advance() {
    if (model.get("moment") >= last) playing.pause();
    else model.set("moment", model.get("moment") + 1);
  }
  return playing;
}
