// Prediction: a question, its choices (or a line to write on), and what came out.

import { choice } from "../shared/controls.js";
import { button, element, OWN_KEYS } from "../shared/elements.js";

const SHOWN = /** @type {const} */ (["prediction", "outcome", "told"]);

/** @param {{ model: import("../shared/kernel.js").Model, el: HTMLElement }} place */
function render({ model, el }) {
  const question = `Predict: ${model.get("question")}`;
  /** @type {string[]} */
  const choices = model.get("choices");
  /** @param {string} prediction */
  const say = (prediction) => {
    model.set("prediction", prediction.trim());
    model.save_changes();
  };
  const written = element("input", {
    type: "text",
    "aria-label": "your prediction",
    placeholder: "in your own words",
    oninput: () => say(written.value),
    ...OWN_KEYS,
  });
  const reveal = () => {
    model.set("told", true);
    model.save_changes();
  };
  let pointed = false; // keys pass the choices one by one, a pointer means the one it is on
  const choose = (/** @type {number} */ index) => {
    say(choices[index]);
    if (pointed && model.get("outcome")) reveal();
  };
  const asked = choice({ question, options: choices, choose });
  asked.root.addEventListener("pointerdown", () => {
    pointed = true;
  });
  asked.root.addEventListener("keydown", () => {
    pointed = false;
  });
  if (!choices.length) asked.root.append(written);
  const said = element("p", { class: "gl-note", role: "status" });
  const tell = button("Show what came out", reveal);
  el.append(element("div", { class: "gl gl-prediction" }, asked.root, said, tell));

  const show = () => {
    const [prediction, outcome] = [model.get("prediction"), model.get("outcome")];
    const tells = outcome !== "" && model.get("told");
    asked.root.disabled = tells;
    tell.hidden = outcome === "" || tells;
    asked.inputs.forEach((input, index) => {
      input.checked = choices[index] === prediction;
    });
    if (written.value.trim() !== prediction) written.value = prediction;
    const parts = prediction ? [`You predicted: ${prediction}.`] : [];
    if (tells) parts.push(`What came out: ${outcome}.`);
    else if (outcome && !prediction) parts.push("Predict, and you read here what came out.");
    else if (prediction && !outcome) parts.push("Now run the next cell.");
    said.textContent = parts.join(" ");
  };
  for (const name of SHOWN) model.on(`change:${name}`, show);
  show();
  return () => {
    for (const name of SHOWN) model.off(`change:${name}`, show);
  };
}

export default { render };
