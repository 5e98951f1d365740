// Sliders that move z: along its principal directions, or one coordinate at a time.

import { slider, tick } from "../shared/controls.js";
import { element, freshId, OWN_KEYS } from "../shared/elements.js";
import { dot, moveAlong } from "./latent.js";

const SPAN = 4; // standard deviations to either side
const RAW_AT_ONCE = 10;
const SCALE = {
  min: -SPAN,
  max: SPAN,
  step: 0.1,
  say: (/** @type {number} */ value) => `${value > 0 ? "+" : ""}${value.toFixed(1)} σ`,
};

/** @typedef {import("../shared/controls.js").Slider} Slider */
/** @typedef {import("./trip.js").Trip} Trip */

/**
 * A slider that moves z to `target(value)`. Each drag, and each visit with the keyboard, is one step back.
 *
 * @param {Trip} trip
 * @param {import("./screen.js").Screen} screen
 * @param {Omit<Parameters<typeof slider>[0], "input">} properties
 * @param {(value: number) => import("./latent.js").Vector} target
 */
export function mover(trip, screen, properties, target) {
  const control = slider({
    ...properties,
    input: (value) => {
      try {
        trip.go(target(value), control);
        trip.hush();
      } catch (error) {
        screen.problem.show(error);
      }
    },
  });
  control.input.addEventListener("pointerdown", () => {
    trip.gesture = null;
  });
  control.input.addEventListener("blur", () => {
    if (trip.gesture === control) trip.gesture = null; // not that of a drag which took the focus away
  });
  return control;
}

/** @type {(control: Slider, value: number) => void} */
function follow(control, value) {
  if (Math.abs(control.value - value) > 0.005) control.value = value;
}

/**
 * @param {Trip} trip
 * @param {import("./screen.js").Screen} screen
 * @param {Float32Array} directions unit vectors, one after the other
 */
export function directionPanel(trip, screen, directions) {
  const latentDim = trip.z.length;
  const units = Array.from({ length: directions.length / latentDim }, (_, index) =>
    directions.subarray(index * latentDim, (index + 1) * latentDim),
  );
  const sliders = units.map((unit, index) =>
    mover(trip, screen, { label: `direction ${index + 1}`, ...SCALE, value: 0 }, (value) =>
      moveAlong(trip.z, unit, value),
    ),
  );
  const raw = rawCoordinates(trip, screen);
  const rawTick = tick({ label: "raw coordinates", checked: !sliders.length, change: raw.show });
  const none = "This generator has no first linear layer, so there are no principal directions.";
  raw.show(!sliders.length);
  trip.followers.push(() => {
    for (const [index, control] of sliders.entries()) follow(control, dot(trip.z, units[index]));
    raw.follow();
  });
  return element(
    "fieldset",
    {},
    element("legend", { text: "Principal directions, strongest first, in standard deviations σ" }),
    ...sliders.map((control) => control.root),
    sliders.length ? null : element("p", { class: "gl-note", text: none }),
    rawTick.root,
    raw.root,
  );
}

/**
 * Ten coordinates of z at a time.
 *
 * @param {Trip} trip
 * @param {import("./screen.js").Screen} screen
 */
function rawCoordinates(trip, screen) {
  const latentDim = trip.z.length;
  const last = Math.max(0, latentDim - RAW_AT_ONCE);
  let from = 0;
  /** @type {Slider[]} */
  let sliders = [];
  const rows = element("div");
  const field = element("input", {
    type: "number",
    id: freshId(),
    min: 0,
    max: last,
    step: RAW_AT_ONCE,
    value: 0,
    onchange: () => showFrom(Number(field.value)),
    ...OWN_KEYS,
  });
  const label = element("label", { for: field.id, text: "from z" });
  const reach = element("span", { text: `of z0 to z${latentDim - 1}` });
  const root = element("div", { hidden: true }, element("div", { class: "gl-field" }, label, field, reach), rows);

  /** @param {number} wanted */
  function showFrom(wanted) {
    from = Math.max(0, Math.min(latentDim - RAW_AT_ONCE, Math.round(wanted) || 0));
    field.value = String(from);
    sliders = Array.from({ length: Math.min(RAW_AT_ONCE, latentDim) }, (_, index) => {
      const coordinate = from + index;
      const properties = { label: `z${coordinate}`, ...SCALE, value: trip.z[coordinate] };
      return mover(trip, screen, properties, (value) => trip.z.with(coordinate, value));
    });
    rows.replaceChildren(...sliders.map((control) => control.root));
  }

  return {
    root,
    /** @param {boolean} shown */
    show(shown) {
      if (shown) showFrom(from);
      else sliders = [];
      root.hidden = !shown;
    },
    follow() {
      for (const [index, control] of sliders.entries()) follow(control, trip.z[from + index]);
    },
  };
}
