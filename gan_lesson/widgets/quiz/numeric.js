// A question whose answer is a number.

import { button, element, OWN_KEYS } from "../shared/elements.js";

/** @typedef {{ type?: string, value?: number, range?: [number, number] }} NumericAnswer */

/**
 * The number that someone typed, with a comma between thousands and either kind of minus; NaN where there is none.
 *
 * @param {string} typed
 */
export function parsedNumber(typed) {
  return typed.trim() ? Number(typed.replace("−", "-").replace(/,(?=\d{3}\b)/g, "")) : NaN;
}

/**
 * Whether a known answer means that number.
 *
 * @param {NumericAnswer} answer
 * @param {number} number
 */
export function isMeant({ type, value = NaN, range = [NaN, NaN] }, number) {
  if (type === "range") return range[0] <= number && number <= range[1];
  return type === "default" || Math.abs(number - value) <= 0.002 * Math.abs(value);
}

/**
 * A line to type a number in: `choose` is told which of the known answers it is.
 *
 * @param {{ question: string, answers: NumericAnswer[], choose: (index: number) => void }} options
 */
export function numericField({ question, answers, choose }) {
  const input = element("input", {
    type: "text",
    inputmode: "decimal",
    "aria-label": "your number",
    size: 12,
    ...OWN_KEYS,
  });
  const give = () => {
    const number = parsedNumber(input.value);
    if (Number.isFinite(number)) choose(answers.findIndex((answer) => isMeant(answer, number)));
  };
  input.addEventListener("keydown", (event) => event.key === "Enter" && give());
  const row = element("div", { class: "gl-row" }, input, button("Check", give));
  const root = element("fieldset", { class: "gl-choice" }, element("legend", { text: question }), row);
  return { root, inputs: [input] };
}
