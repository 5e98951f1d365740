// Prediction: a question, its choices (or a line to write on), and what came out.

import { choice } from "../shared/controls.js";
import { element, OWN_KEYS } from "../shared/elements.js";

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
  const asked = choice({ question, options: choices, choose: (index) => say(choices[index]) });
  if (!choices.length) asked.root.append(written);
  const said = element("p", { class: "gl-note", role: "status" });
  el.append(element("div", { class: "gl gl-prediction" }, asked.root, said));

  const show = () => {
    const [prediction, outcome] = [model.get("prediction"), model.get("outcome")];
    asked.root.disabled = outcome !== "";
    asked.inputs.forEach((input, index) => {
      input.checked = choices[index] === prediction;
    });
    if (written.value.trim() !== prediction) written.value = prediction;
    const parts = prediction ? [`You predicted: ${prediction}.`] : [];
    if (outcome) parts.push(`It came out: ${outcome}.`);
    else if (prediction) parts.push("Now run the next cell.");
    said.textContent = parts.join(" ");
  };
  model.on("change:prediction", show);
  model.on("change:outcome", show);
  show();
  return () => {
    model.off("change:prediction", show);
    model.off("change:outcome", show);
  };
}

export default { render };
