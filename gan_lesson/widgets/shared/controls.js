// Native controls, each with its label.

import { element, freshId, OWN_KEYS } from "./elements.js";

/** @typedef {ReturnType<typeof slider>} Slider */
/** @typedef {ReturnType<typeof menu>} Menu */

/**
 * A labelled slider. `say(value)` is its text, seen beside it and heard by a screen reader.
 *
 * @param {{ label: string, min: number, max: number, step: number, value: number, disabled?: boolean,
 *   input: (value: number) => void, say?: (value: number) => string }} options
 */
export function slider({ label, min, max, step, value, input, say = String, disabled = false }) {
  const id = freshId();
  const output = element("output", { class: "gl-value", for: id, "aria-live": "off" }); // the slider says it itself
  const range = element("input", { type: "range", id, min, max, step, disabled, ...OWN_KEYS });
  const show = (text = say(Number(range.value))) => {
    output.textContent = text;
    range.setAttribute("aria-valuetext", text);
  };
  range.value = String(value);
  range.addEventListener("input", () => {
    show();
    input(Number(range.value));
  });
  show();
  return {
    root: element("div", { class: "gl-slider" }, element("label", { for: id, text: label }), range, output),
    input: range,
    show, // show(text): what is set, where that lies between its steps or beyond its ends
    get value() {
      return Number(range.value);
    },
    set value(number) {
      range.value = String(number);
      show();
    },
  };
}

/**
 * A labelled menu; options are [value, text] pairs.
 *
 * @param {{ label: string, options: [string, string][], value: string, change: (value: string) => void }} options
 */
export function menu({ label, options, value, change }) {
  const id = freshId();
  const select = element("select", { id, onchange: () => change(select.value), ...OWN_KEYS });
  for (const [option, text] of options) select.append(element("option", { value: option, text }));
  select.value = value;
  return {
    root: element("div", { class: "gl-field" }, element("label", { for: id, text: label }), select),
    input: select,
  };
}

/**
 * A labelled box to tick.
 *
 * @param {{ label: string, checked: boolean, change: (checked: boolean) => void }} options
 */
export function tick({ label, checked, change }) {
  const box = element("input", { type: "checkbox", onchange: () => change(box.checked), ...OWN_KEYS });
  box.checked = checked;
  return { root: element("label", { class: "gl-tick" }, box, label), input: box };
}

/**
 * A question with one answer to choose: `choose(index)` is told. The question is read out with each answer.
 *
 * @param {{ question: string, options: string[], choose: (index: number) => void }} options
 */
export function choice({ question, options, choose }) {
  const name = freshId();
  const inputs = options.map((_, index) =>
    element("input", { type: "radio", name, onchange: () => choose(index), ...OWN_KEYS }),
  );
  const labels = inputs.map((input, index) =>
    element("label", { class: "gl-tick" }, input, element("span", { text: options[index] })),
  );
  const root = element("fieldset", { class: "gl-choice" }, element("legend", { text: question }), ...labels);
  return { root, inputs };
}
