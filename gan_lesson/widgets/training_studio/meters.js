// How far the training is and how fast it goes.

import { element } from "../shared/elements.js";
import { count, duration } from "./numbers.js";

/** @typedef {{ number: number, seconds: number, steps_a_second: number, images_a_second: number }} Now */

/** @type {[keyof Now, string, (value: number) => string][]} */
const METERS = [
  ["number", "step", (value) => value.toLocaleString("en")],
  ["seconds", "training time", duration],
  ["steps_a_second", "steps a second", count],
  ["images_a_second", "images a second", count],
];

export function meters() {
  const fields = METERS.map(([key]) => element("b", { text: "0", "data-number": key }));
  const items = METERS.map(([, label], at) => element("div", {}, element("span", { text: `${label} ` }), fields[at]));
  return {
    root: element("div", { class: "gl-studio-numbers" }, ...items),
    /** @param {Now} now */
    update(now) {
      METERS.forEach(([key, , inWords], at) => {
        fields[at].textContent = inWords(now[key]);
      });
    },
  };
}
