
// ---- Prediction: a question, its choices (or a line to write on), and what came out

export default {
  render({ model, el }) {
    const choices = model.get("choices");
    const group = freshId();
    const say = (answer) => {
      model.set("prediction", answer.trim());
      model.save_changes();
    };
    const inputs = choices.length
      ? choices.map((choice) => element("input", { type: "radio", name: group, value: choice, onchange: () => say(choice), ...OWN_KEYS }))
      : [element("input", { type: "text", "aria-label": "your prediction", placeholder: "in your own words", oninput: () => say(inputs[0].value), ...OWN_KEYS })];
    const answers = choices.length
      ? inputs.map((input, index) => element("label", { class: "gl-tick" }, input, choices[index]))
      : inputs;
    const fields = element(
      "fieldset",
      {},
      element("legend", { text: "Predict" }),
      element("p", { text: model.get("question") }),
      element("div", { class: "gl-answers" }, ...answers),
    );
    const said = element("p", { class: "gl-note", role: "status" });
    el.append(element("div", { class: "gl gl-prediction", role: "group", "aria-label": "Prediction" }, fields, said));

    const show = () => {
      const [prediction, outcome] = [model.get("prediction"), model.get("outcome")];
      fields.disabled = outcome !== "";
      for (const input of inputs) {
        if (choices.length) input.checked = input.value === prediction;
        else if (input.value.trim() !== prediction) input.value = prediction;
      }
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
  },
};
